using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>What money is spent on, by vouchers; key: region/id. The authority for its own terms, funding shares and issue runs.</summary>
[Alias("timebank.programme")]
public interface IProgrammeGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<ProgrammeRecord>> CreateAsync(Command command, ProgrammeRecord programme);

    /// <summary>The programme; null where none was opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProgrammeRecord?> GetAsync();

    [Alias("allot")]
    Task<Outcome> AllotAsync(Command command, ImmutableArray<AllotmentLine> lines, long? totalFen);

    /// <summary>Resolves a run's id and looks whether all of it is funded. A run that began once may go on.</summary>
    [Alias("begin-issue")]
    Task<Outcome> BeginIssueAsync(VoucherRun run, CancellationToken cancellation = default);

    /// <summary>Issues to one page of the region's elders, by name.</summary>
    /// <param name="after">The last elder of the page before; null for the first page.</param>
    /// <param name="cancellation">Ends the call before anything of the page is issued; what has begun to be stored is waited for.</param>
    [Alias("issue")]
    Task<RunPage> IssueAsync(VoucherRun run, string? after, CancellationToken cancellation = default);
}

/// <summary>One fund's line of an allotment.</summary>
/// <param name="Number">Fen where the allotment is by amounts, parts where it is by shares.</param>
[GenerateSerializer, Immutable, Alias("timebank.allotment-line")]
public sealed record AllotmentLine([property: Id(0)] string Fund, [property: Id(1)] long Number);

/// <summary>What an allotment's entry says beside its transfers: what each fund gave, and of which split it is a part.</summary>
/// <param name="Lines">In the order of the request; a share may come to nothing.</param>
/// <param name="Split">Names the funds and shares that the total was split by; empty where the amounts were given.</param>
public sealed record AllotmentDetails(ImmutableArray<FunderPart> Lines, string Split, Fen Total)
{
    public (string Key, string Value)[] Write() =>
    [
        ("split", Split), ("totalFen", Text(Total.Value)),
        .. Lines.Index().Select(line => (Key(line.Index), $"{line.Item.Fund} {Text(line.Item.Amount.Value)}")),
    ];

    public static AllotmentDetails Of(JournalEntry entry) => new(
        [.. entry.Header.Details.Where(detail => detail.Key.StartsWith("fund", StringComparison.Ordinal))
            .Select(detail => Line(detail.Value))],
        entry.Detail("split"), new Fen(long.Parse(entry.Detail("totalFen"), CultureInfo.InvariantCulture)));

    /// <summary>The name of a split: equal for the same funds with the same shares in the same order.</summary>
    public static string SplitOf(IEnumerable<FunderShare> shares) =>
        Digest.Of(Encoding.UTF8.GetBytes(string.Join(',', shares.Select(share => $"{share.Fund}:{Text(share.Weight)}")))).ToString();

    private static FunderPart Line(string text)
    {
        string[] parts = text.Split(' ');
        return new FunderPart(Slug.Parse(parts[0]), new Fen(long.Parse(parts[1], CultureInfo.InvariantCulture)));
    }

    // Two digits, because details are kept in the order of their keys.
    private static string Key(int at) => $"fund{at.ToString("D2", CultureInfo.InvariantCulture)}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A run that issues a month's vouchers.</summary>
/// <param name="Month">The month's first day.</param>
/// <param name="CommittedFen">Where the run is only tried: what the pages before this one would bind of the programme's money.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-run")]
public sealed record VoucherRun([property: Id(0)] Command Command, [property: Id(1)] DateOnly Month,
    [property: Id(2)] long CommittedFen = 0);

/// <summary>A programme as it was opened. Its money and its vouchers stand in the ledger.</summary>
/// <param name="Id">A slug that staff chose.</param>
/// <param name="Unit">The code of the vouchers' unit.</param>
/// <param name="MinGrade">Null where no assessment is asked for.</param>
[GenerateSerializer, Immutable, Alias("timebank.programme-record")]
public sealed record ProgrammeRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(2), JsonPropertyName("scheme")] ProgrammeScheme Scheme,
    [property: Id(3), JsonPropertyName("unit")] string Unit,
    [property: Id(4), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(5), JsonPropertyName("monthlyQuota")] long MonthlyQuota,
    [property: Id(6), JsonPropertyName("contractPriceFen")] long ContractPriceFen,
    [property: Id(7), JsonPropertyName("minAge")] int MinAge,
    [property: Id(8), JsonPropertyName("minGrade")] AbilityGrade? MinGrade,
    [property: Id(9), JsonPropertyName("anyDifficulty")] Difficulties AnyDifficulty)
{
    /// <summary>What the rules know of it.</summary>
    public Programme ToProgramme() => new(
        Slug.Parse(Id), Scheme, TimeBank.Ledger.Unit.Parse(Unit), ServiceTypes, MonthlyQuota, new Fen(ContractPriceFen),
            new ProgrammeEligibility(MinAge, MinGrade, AnyDifficulty));
}

/// <summary>A programme's profile.</summary>
public sealed class ProgrammeState : WorkflowState
{
    /// <summary>Under this name lists find the states of programmes.</summary>
    public const string Kind = "programme";

    /// <summary>Null until it is opened.</summary>
    [JsonPropertyName("programme")]
    public ProgrammeRecord? Programme { get; set; }
}
