using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// A programme, which spends money on vouchers; key: region/id. The grain is the authority for the programme's terms and its issue runs;
/// the ledger has its money. Amounts are in fen.
/// </summary>
[Alias("timebank.programme")]
public interface IProgrammeGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<ProgrammeRecord>> CreateAsync(Command command, ProgrammeRecord programme);

    /// <summary>The programme; null if it was not opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProgrammeRecord?> GetAsync();

    [Alias("allot")]
    Task<Outcome> AllotAsync(Command command, ImmutableArray<AllotmentLine> lines, long? totalFen, bool servesPurpose);

    /// <summary>
    /// Begins a run. Refuses another month than the current one, and a run that the programme's money cannot pay as a whole. A run that
    /// began before passes again, so that it can go on.
    /// </summary>
    [Alias("begin-issue")]
    Task<Outcome> BeginIssueAsync(VoucherRun run, CancellationToken cancellation = default);

    /// <summary>Issues vouchers to one page of the region's elders, in the order of their ids.</summary>
    /// <param name="after">The last elder of the page before; null for the first page.</param>
    /// <param name="cancellation">Ends the call before the page is issued. Once the writer has begun to store, the call waits.</param>
    [Alias("issue")]
    Task<RunPage> IssueAsync(VoucherRun run, string? after, CancellationToken cancellation = default);

    /// <summary>
    /// Returns what no voucher binds to the funds that gave it, once for each run: a run that is called again gets the first outcome, also
    /// of a refusal.
    /// </summary>
    [Alias("return")]
    Task<Outcome> ReturnAsync(Command run);
}

/// <summary>One fund's line of an allotment.</summary>
/// <param name="Number">Fen in an allotment by amounts; parts in an allotment by shares.</param>
[GenerateSerializer, Immutable, Alias("timebank.allotment-line")]
public sealed record AllotmentLine([property: Id(0)] string Fund, [property: Id(1)] long Number);

/// <summary>The details of an allotment's entry: each fund's part, and the split they belong to. The keys are stored.</summary>
/// <param name="Lines">In the order of the request; a part may be zero.</param>
/// <param name="Split">The name of the split (<see cref="SplitOf"/>); empty for an allotment by amounts.</param>
public sealed record AllotmentDetails(ImmutableArray<FunderPart> Lines, string Split, Fen Total)
{
    /// <param name="purposes">Of an allotment: the donors' purpose of each line's fund; empty where it is free.</param>
    public (string Key, string Value)[] Write(params IEnumerable<string> purposes) =>
    [
        ("split", Split), ("totalFen", Text(Total.Value)),
        .. Lines.Index().Select(line => (Key("fund", line.Index), $"{line.Item.Fund} {Text(line.Item.Amount.Value)}")),
        .. purposes.Index().Where(one => one.Item.Length > 0).Select(one => (Key("purpose", one.Index), one.Item)),
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

    // Two digits, because an entry sorts its details by key as text.
    private static string Key(string what, int at) => $"{what}{at.ToString("D2", CultureInfo.InvariantCulture)}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A run that issues a month's vouchers.</summary>
/// <param name="Month">The month's first day.</param>
/// <param name="CommittedFen">Dry run only: the programme's money that the pages before this one would bind.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-run")]
public sealed record VoucherRun([property: Id(0)] Command Command, [property: Id(1)] DateOnly Month,
    [property: Id(2)] long CommittedFen = 0);

/// <summary>A programme as it was opened. The ledger has its money and its vouchers.</summary>
/// <param name="Id">A slug that staff chose.</param>
/// <param name="Unit">The code of the vouchers' unit.</param>
/// <param name="MonthlyQuota">In the unit, for each elder and month; zero for the national e-voucher, as is what follows.</param>
/// <param name="ContractPriceFen">Of unit vouchers only.</param>
/// <param name="MinGrade">Null if no assessment is required.</param>
/// <param name="HoldsBack">Whether settlements hold back a part of what providers earn in it; programmes of both schemes.</param>
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
    [property: Id(9), JsonPropertyName("anyDifficulty")] Difficulties AnyDifficulty,
    [property: Id(10), JsonPropertyName("holdsBack")] bool HoldsBack = false,
    [property: Id(11), JsonPropertyName("further"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    FurtherConditions? Further = null)
{
    /// <summary>The programme as the rules see it.</summary>
    public Programme ToProgramme() => new(
        Slug.Parse(Id), Scheme, TimeBank.Ledger.Unit.Parse(Unit), ServiceTypes, MonthlyQuota, new Fen(ContractPriceFen),
            new ProgrammeEligibility(MinAge, MinGrade, AnyDifficulty)
            {
                LowIncome = Further?.LowIncome ?? false,
                Residence = Further is { Residence.Length: > 0 } further ? RegionCode.Parse(further.Residence) : null,
                Excluded = Further?.Excluded ?? Benefits.None,
                YieldsTo = [.. (Further?.YieldsTo ?? []).Select(Slug.Parse)],
            });
}

/// <summary>Conditions of a programme that older builds do not know; see <see cref="ProgrammeEligibility"/>.</summary>
/// <param name="Residence">The region's code; empty: none is required.</param>
/// <param name="YieldsTo">The ids of the programmes that come first. They were open before this one, so no two yield to each other.</param>
[GenerateSerializer, Immutable, Alias("timebank.further-conditions")]
public sealed record FurtherConditions(
    [property: Id(0), JsonPropertyName("lowIncome")] bool LowIncome,
    [property: Id(1), JsonPropertyName("residence")] string Residence,
    [property: Id(2), JsonPropertyName("excluded")] Benefits Excluded,
    [property: Id(3), JsonPropertyName("yieldsTo")] ImmutableArray<string> YieldsTo);

/// <summary>The programmes of a region as the rules see them.</summary>
internal static class RegionProgrammes
{
    private const int MaxProgrammes = 1_000;

    /// <summary>All programmes, by id.</summary>
    /// <returns>Also the ids of those that can't be read.</returns>
    public static async Task<(IReadOnlyDictionary<Slug, Programme> Programmes, ImmutableArray<string> Unreadable)> ProgrammesAsync(
        this IRegistry registry, RegionCode region, CancellationToken cancellation)
    {
        IReadOnlyList<RegistryRow<ProgrammeState>> rows = await registry.ListAsync<ProgrammeState>(
            new RegistryQuery(region, ProgrammeState.Kind) { Limit = MaxProgrammes }, cancellation);
        return (rows.Readable().Select(row => row.State.Programme).OfType<ProgrammeRecord>().Select(record => record.ToProgramme())
            .ToDictionary(programme => programme.Id), [.. rows.Where(row => !row.IsReadable).Select(row => row.Key)]);
    }

    /// <summary>A programme and those that come before it for an elder, by id.</summary>
    public static async Task<IReadOnlyDictionary<Slug, Programme>> WithFirstAsync(
        this IGrainFactory grains, RegionCode region, Programme programme)
    {
        var found = new Dictionary<Slug, Programme> { [programme.Id] = programme };
        var open = new Queue<Slug>(programme.Eligibility.YieldsTo);
        while (open.TryDequeue(out Slug id))
        {
            if (found.ContainsKey(id)) continue;
            ProgrammeRecord first = await grains.GetGrain<IProgrammeGrain>(region, id).GetAsync()
                ?? throw new InvalidOperationException($"Programme {id} of {region}, to which another yields, isn't open.");
            found[id] = first.ToProgramme();
            foreach (Slug next in found[id].Eligibility.YieldsTo) open.Enqueue(next);
        }
        return found;
    }
}

/// <summary>The stored state of a programme's grain.</summary>
public sealed class ProgrammeState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps programmes and lists find them. Stored: never change it.</summary>
    public const string Kind = "programme";

    /// <summary>Null until the programme is opened.</summary>
    [JsonPropertyName("programme")]
    public ProgrammeRecord? Programme { get; set; }
}
