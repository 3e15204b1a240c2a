using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>A fund: the money of one source; key: region/source. The ledger has its amounts, in fen.</summary>
[Alias("timebank.fund")]
public interface IFundGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<FundRecord>> CreateAsync(Command command, FundRecord fund);

    /// <summary>The fund; null if it was not opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<FundRecord?> GetAsync();

    /// <summary>Records money that arrived.</summary>
    /// <param name="allowRepeat">It is another receipt, although the fund has one of the same content.</param>
    [Alias("receive")]
    Task<Outcome> ReceiveAsync(Command command, string bankAccount, long fen, DateOnly received, bool allowRepeat);
}

/// <summary>A fund as it was opened. The ledger has its money.</summary>
/// <param name="Id">The source: a slug that staff chose.</param>
/// <param name="Purpose">What it is for; empty if not restricted.</param>
/// <param name="Conditions">What programmes must keep that get its money; null if nothing.</param>
[GenerateSerializer, Immutable, Alias("timebank.fund-record")]
public sealed record FundRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("kind")] FundKind Kind,
    [property: Id(2), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(3), JsonPropertyName("purpose")] string Purpose,
    [property: Id(4), JsonPropertyName("conditions"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    FundConditionsRecord? Conditions = null)
{
    /// <summary>The purpose for which donors gave the money, or a trust holds it: it is used for nothing else. Empty: it is free.</summary>
    [JsonIgnore]
    public string BoundTo => Kind is FundKind.Donation or FundKind.CharitableTrust ? Purpose : "";
}

/// <summary>A fund's conditions as they are stored; see <see cref="FundConditions"/>.</summary>
/// <param name="Residence">The region's code; empty: none is required.</param>
[GenerateSerializer, Immutable, Alias("timebank.fund-conditions")]
public sealed record FundConditionsRecord(
    [property: Id(0), JsonPropertyName("minAge")] int MinAge,
    [property: Id(1), JsonPropertyName("residence")] string Residence,
    [property: Id(2), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes)
{
    public FundConditions ToConditions() => new(MinAge, Residence.Length == 0 ? null : RegionCode.Parse(Residence), ServiceTypes);
}

/// <summary>The stored state of a fund's grain.</summary>
public sealed class FundState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps funds and lists find them. Stored: never change it.</summary>
    public const string Kind = "fund";

    /// <summary>Null until the fund is opened.</summary>
    [JsonPropertyName("fund")]
    public FundRecord? Fund { get; set; }
}

/// <inheritdoc cref="IFundGrain"/>
public sealed class FundGrain([PersistentState(FundState.Kind, GrainStorageNames.TimeBank)] IPersistentState<FundState> state,
    ILedgerReader ledger, DayRules rules, BusinessClock clock)
    : WorkflowGrain<FundState>(state, clock), IFundGrain
{
    private const int ReceiptsLookedAt = 500;

    private Slug Id => Slug.Parse(LocalKey);

    public async Task<Reply<FundRecord>> CreateAsync(Command command, FundRecord fund)
    {
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Fund is null ? null : Refusal.Of(Reason.FundExists, ("id", LocalKey)),
            () => State.Fund ??= fund);
        return refusal is null ? State.Fund! : refusal;
    }

    public Task<FundRecord?> GetAsync() => Task.FromResult(State.Fund);

    public async Task<Outcome> ReceiveAsync(Command command, string bankAccount, long fen, DateOnly received, bool allowRepeat)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = State.Fund is null ? new Refusal(Reason.FundNotFound)
            : await GrainFactory.AtBankAsync(Region, bankAccount, isCustody: false) is { } unfit ? unfit
            : received < Today.AddYears(-1)
                ? Refusal.Of(Reason.ReceiptTooOld, ("field", "received_date"), ("date", Written(Today.AddYears(-1))))
            : allowRepeat ? null : await RepeatedAsync(command.Memo, bankAccount, fen, received);
        Proposal Entry() =>
            MoneyEntries.Receive(command.Header(received, policy.Version.ToString()), Slug.Parse(bankAccount), Id, new Fen(fen));
        // With another amount a used reference is most likely a typing error; in another fund, or in custody, the same money booked twice.
        // Only a movement that is shared out has its reference twice, and whoever shares it out says so.
        return refusal is not null ? await Writer.DecideAsync(command, Today, refusal, Entry)
            : await GrainFactory.GetGrain<IBankAccountGrain>(Region, bankAccount).BookAsync(
                command, Entry(), allowRepeat, Reason.ReceiptReferenceUsed);
    }

    private static string Written(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// One person records a receipt, so a second one of the same reference, amount and account is most likely the first one again. Without
    /// a reference only the same day speaks for that, and so where the money was booked from the bank's own line. Looks at the fund's
    /// latest receipts.
    /// </summary>
    private async Task<Refusal?> RepeatedAsync(string reference, string bankAccount, long fen, DateOnly received)
    {
        var filter = new EntryFilter(Reversed: false)
        {
            Touching =
            [
                new AccountFilter(Chart.FundAvailable(Id).Path.Text), new AccountFilter(Chart.Bank(Slug.Parse(bankAccount)).Path.Text),
            ],
        };
        IReadOnlyList<LinkedEntry> latest = await ledger.EntriesAsync(
            Region, filter, long.MaxValue, ReceiptsLookedAt, CancellationToken.None);
        JournalEntry? same = latest.Select(linked => linked.Entry).FirstOrDefault(entry => entry.Transfers[0].Posted == fen
            && entry.Code switch
            {
                EntryCode.ReceiveMoney => entry.Header.Memo == reference && (reference.Length > 0 || IsOfTheDay(entry)),
                EntryCode.BankReceipt => IsOfTheDay(entry),
                _ => false,
            });
        return same is null ? null
            : Refusal.Of(Reason.ReceiptRepeated, ("entry", Number(same.Index)), ("date", Written(same.Header.EventDate())));

        bool IsOfTheDay(JournalEntry entry) => entry.Header.EventDate() == received;
    }
}
