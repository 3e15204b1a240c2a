using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What an elder who died left on persistent vouchers, and who pays it to the heirs; key: region/elder. The ledger has the vouchers and
/// their money; the grain keeps the proposals. Amounts are in fen.
/// </summary>
[Alias("timebank.estate")]
public interface IEstateGrain : IGrainWithStringKey
{
    /// <summary>The estate with every payout; a refusal where the elder is unknown or no death is.</summary>
    [Alias("get")]
    Task<Reply<EstateView>> GetAsync();

    [Alias("propose")]
    Task<Reply<EstatePayoutView>> ProposeAsync(Command command, string bank, string reference, string evidence);

    /// <summary>Pays what another person has proposed.</summary>
    [Alias("approve")]
    Task<Reply<EstatePayoutView>> ApproveAsync(Command command, OpaqueId payout);

    /// <summary>Withdraws a proposal that was not approved.</summary>
    [Alias("withdraw")]
    Task<Reply<EstatePayoutView>> WithdrawAsync(Command command, OpaqueId payout);
}

/// <summary>An estate, as the grain answers it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.estate-view")]
public sealed record EstateView(
    [property: Id(0)] DateOnly Died, [property: Id(1)] DateOnly PayableFrom, [property: Id(2)] ImmutableArray<EstateShareView> Shares,
    [property: Id(3)] ImmutableArray<EstatePayoutView> Payouts);

/// <summary>What one voucher leaves.</summary>
[GenerateSerializer, Immutable, Alias("timebank.estate-share")]
public sealed record EstateShareView(
    [property: Id(0)] OpaqueId Voucher, [property: Id(1)] string Programme, [property: Id(2)] long AmountFen);

/// <summary>How far a payout is.</summary>
public enum EstatePayoutStage
{
    None = 0,
    Proposed = 1,
    Paid = 2,
    Withdrawn = 3,
}

/// <summary>A payout, as the grain answers it.</summary>
/// <param name="Entry">The index of the entry; null unless it was paid, and in a dry run.</param>
[GenerateSerializer, Immutable, Alias("timebank.estate-payout")]
public sealed record EstatePayoutView(
    [property: Id(0)] OpaqueId Id,
    [property: Id(1)] EstatePayoutStage Stage,
    [property: Id(2)] long AmountFen,
    [property: Id(3)] string Bank,
    [property: Id(4)] string Reference,
    [property: Id(5)] string Evidence,
    [property: Id(6)] string ProposedBy,
    [property: Id(7)] DateTimeOffset ProposedAt,
    [property: Id(8)] string DecidedBy,
    [property: Id(9)] DateTimeOffset? DecidedAt,
    [property: Id(10)] long? Entry);

/// <summary>A payout as the grain stores it.</summary>
public sealed class EstatePayoutRecord
{
    [JsonPropertyName("id")]
    public string Id { get; set; } = "";

    [JsonPropertyName("amountFen")]
    public long AmountFen { get; set; }

    /// <summary>The slug of our account that pays.</summary>
    [JsonPropertyName("bank")]
    public string Bank { get; set; } = "";

    [JsonPropertyName("reference")]
    public string Reference { get; set; } = "";

    [JsonPropertyName("evidence")]
    public string Evidence { get; set; } = "";

    [JsonPropertyName("proposedBy")]
    public string ProposedBy { get; set; } = "";

    [JsonPropertyName("proposedAt")]
    public DateTimeOffset ProposedAt { get; set; }

    /// <summary>The id of the entry that an approval is about to write; null before the first one.</summary>
    [JsonPropertyName("planned"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Planned { get; set; }

    /// <summary>Who paid or withdrew it; null while it waits.</summary>
    [JsonPropertyName("decidedBy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecidedBy { get; set; }

    [JsonPropertyName("decidedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>The index of the entry that paid it; null where it waits or was withdrawn.</summary>
    [JsonPropertyName("entry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Entry { get; set; }

    [JsonIgnore]
    public EstatePayoutStage Stage => DecidedBy is null ? EstatePayoutStage.Proposed
        : Entry is null ? EstatePayoutStage.Withdrawn : EstatePayoutStage.Paid;

    public void Pay(JournalEntry entry) =>
        (DecidedBy, DecidedAt, Entry) = (entry.Header.Actor, entry.Time.ToDateTimeOffset(), entry.Index);

    public EstatePayoutView ToView(bool dryRun) => new(
        OpaqueId.Parse(Id), Stage, AmountFen, Bank, Reference, Evidence, ProposedBy, ProposedAt, DecidedBy ?? "", DecidedAt,
        dryRun ? null : Entry);
}

/// <summary>The stored state of an estate's grain.</summary>
public sealed class EstateState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps estates. Stored: never change it.</summary>
    public const string Kind = "estate";

    /// <summary>In the order of the proposals. At most one waits.</summary>
    [JsonPropertyName("payouts")]
    public List<EstatePayoutRecord> Payouts { get; set; } = [];
}

/// <inheritdoc cref="IEstateGrain"/>
public sealed class EstateGrain([PersistentState(EstateState.Kind, GrainStorageNames.TimeBank)] IPersistentState<EstateState> state,
    ILedgerReader ledger, DayRules rules, BusinessClock clock)
    : WorkflowGrain<EstateState>(state, clock), IEstateGrain
{
    private const string ElderKey = "elder", EvidenceKey = "evidence", PayoutKey = "payout";
    private const int VouchersAtOnce = 500;

    public async Task<Reply<EstateView>> GetAsync()
    {
        await FinishAsync();
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        if (unknown is not null) return unknown;
        if (estate is null) return Reason.EstateElderAlive;
        return new EstateView(
            estate.Died, estate.PayableFrom,
            [.. estate.Shares.Select(share => new EstateShareView(share.Voucher, share.Programme.Text, share.Amount.Value))],
            [.. State.Payouts.Select(payout => payout.ToView(dryRun: false))]);
    }

    public Task<Reply<EstatePayoutView>> ProposeAsync(Command command, string bank, string reference, string evidence) =>
        command.IsDryRun ? DryRunAsync(() => ProposeOnceAsync(command, bank, reference, evidence))
        : ProposeOnceAsync(command, bank, reference, evidence);

    public Task<Reply<EstatePayoutView>> ApproveAsync(Command command, OpaqueId payout) =>
        command.IsDryRun ? DryRunAsync(() => ApproveOnceAsync(command, payout.Text)) : ApproveOnceAsync(command, payout.Text);

    public Task<Reply<EstatePayoutView>> WithdrawAsync(Command command, OpaqueId payout) =>
        command.IsDryRun ? DryRunAsync(() => WithdrawOnceAsync(command, payout.Text)) : WithdrawOnceAsync(command, payout.Text);

    private async Task<Reply<EstatePayoutView>> ProposeOnceAsync(Command command, string bank, string reference, string evidence)
    {
        await FinishAsync();
        string id = command.NewId.Text;
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        bool isDescribed = await GrainFactory.GetGrain<IBankAccountGrain>(Region, bank).GetAsync() is not null;
        Refusal? refusal = await OnceAsync(
            command,
            () => unknown ?? EstateRule.Judge(estate, Today)
                ?? (State.Payouts.Exists(one => one.Stage == EstatePayoutStage.Proposed) ? new Refusal(Reason.EstatePayoutPending)
                    : !isDescribed ? Refusal.Of(Reason.BankAccountNotFound, ("account", bank))
                    : null),
            () => State.Payouts.Add(new EstatePayoutRecord
            {
                Id = id, AmountFen = estate!.Amount.Value, Bank = bank, Reference = reference, Evidence = evidence,
                ProposedBy = command.Actor, ProposedAt = Now,
            }));
        return Answer(refusal, id);
    }

    private async Task<Reply<EstatePayoutView>> ApproveOnceAsync(Command command, string id)
    {
        await FinishAsync();
        EstatePayoutRecord? payout = Find(id);
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = NotOpen(payout) ?? unknown
            ?? EstateRule.Approve(payout!.ProposedBy, command.Actor, estate, new Fen(payout.AmountFen), Today);
        if (refusal is null)
        {
            // Said first: if the server stops between the entry and the state, whoever looks next finds the entry by its id.
            payout!.Planned = command.Id.ToString();
            await SaveAsync();
        }
        refusal = await OnceAsync(command, () => refusal, Propose, outcome => payout!.Pay(outcome.Entry!));
        return Answer(refusal, id);

        Proposal Propose()
        {
            EntryHeader header = command.Header(
                Today, policy.Version.ToString(), (ElderKey, LocalKey), (EvidenceKey, payout!.Evidence), (PayoutKey, id)) with
            {
                Memo = payout.Reference,
            };
            return VoucherEntries.PayEstate(
                header, Slug.Parse(payout.Bank), OpaqueId.Parse(LocalKey),
                [.. estate!.Shares.Select(share => (share.Voucher, share.Amount))]);
        }
    }

    private async Task<Reply<EstatePayoutView>> WithdrawOnceAsync(Command command, string id)
    {
        await FinishAsync();
        EstatePayoutRecord? payout = Find(id);
        Refusal? refusal = await OnceAsync(
            command, () => NotOpen(payout), () => (payout!.DecidedBy, payout.DecidedAt) = (command.Actor, Now));
        return Answer(refusal, id);
    }

    /// <summary>Finishes an approval whose entry is in the journal and whose state is not.</summary>
    private async Task FinishAsync()
    {
        if (State.Payouts.Find(one => one is { Stage: EstatePayoutStage.Proposed, Planned: not null }) is not { } open) return;
        if (await Writer.FindAsync(EntryId.Parse(open.Planned!)) is not { Entry: { } entry }) return;
        open.Pay(entry);
        await SaveAsync();
    }

    /// <summary>The estate now; null while no death is known. A refusal where the elder is not on the register.</summary>
    private async Task<(Estate? Estate, Refusal? Unknown)> EstateAsync()
    {
        if (await GrainFactory.GetGrain<IElderGrain>(Region, LocalKey).GetAsync() is not { } elder)
            return (null, new Refusal(Reason.ElderNotFound));
        if (elder.Facts(Region).DeathOn(Today) is not { } died) return (null, null);
        ImmutableArray<AccountPath> paths = await ledger.PersistentVouchersAsync(Region, LocalKey, VouchersAtOnce);
        VoucherFacts[] vouchers = paths.IsEmpty ? [] :
        [
            .. (await Writer.AccountsAsync(paths)).Where(account => account.Counters.DebitRoom > 0)
                .Select(account => VoucherFacts.Of(account, last: null)),
        ];
        return (EstateRule.Of(vouchers, died, (await rules.PolicyAsync(Region, died)).Vouchers), null);
    }

    private static Refusal? NotOpen(EstatePayoutRecord? payout) => payout?.Stage switch
    {
        null => new Refusal(Reason.EstatePayoutNotFound),
        EstatePayoutStage.Proposed => null,
        var stage => Refusal.Of(Reason.EstatePayoutWrongState, ("state", $"ESTATE_PAYOUT_STATE_{stage}".ToUpperInvariant())),
    };

    private EstatePayoutRecord? Find(string id) => State.Payouts.Find(payout => payout.Id == id);

    private Reply<EstatePayoutView> Answer(Refusal? refusal, string id) => refusal is null ? Find(id)!.ToView(IsDryRun) : refusal;
}

/// <summary>Finds what may be an estate's.</summary>
internal static class EstateReads
{
    /// <summary>The accounts of an elder's vouchers without a use-by that have something left.</summary>
    public static async Task<ImmutableArray<AccountPath>> PersistentVouchersAsync(
        this ILedgerReader ledger, RegionCode region, string elder, int atOnce, CancellationToken cancellation = default)
    {
        var filter = new AccountFilter("voucher/", Owner: elder, NotEmpty: true);
        var found = ImmutableArray.CreateBuilder<AccountPath>();
        // Only accounts of the very last day come after this place.
        (DateOnly Day, string Path) after = (VoucherTerms.Never.AddDays(-1), "~");
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsByLastDayAsync(region, filter, after.Day, after.Path, atOnce, cancellation);
            found.AddRange(page.Select(account => account.Path));
            if (page.Count > 0) after = (VoucherTerms.Never, page[^1].Path.Text);
        }
        while (page.Count == atOnce);
        return found.ToImmutable();
    }
}
