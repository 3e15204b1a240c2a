using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What an elder who died left on persistent vouchers, and who pays it to the heirs; key: region/elder. The ledger has the vouchers and
/// their money; the grain keeps the proposals. Amounts are in fen.
/// </summary>
[Alias("timebank.estate")]
public interface IEstateGrain : IGrainWithStringKey
{
    /// <summary>
    /// The estate with every payout; where the death was corrected, the payouts alone. A refusal where the elder is unknown, or lives and
    /// nothing was ever proposed.
    /// </summary>
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
/// <param name="Died">Null where the death was corrected; so is <paramref name="PayableFrom"/>.</param>
/// <param name="Shares">What the next payout pays.</param>
/// <param name="AmountFen">All that is left: more than the shares where the vouchers are very many.</param>
/// <param name="ToVoid">What was issued after the death.</param>
[GenerateSerializer, Immutable, Alias("timebank.estate-view")]
public sealed record EstateView(
    [property: Id(0)] DateOnly? Died, [property: Id(1)] DateOnly? PayableFrom, [property: Id(2)] ImmutableArray<EstateShareView> Shares,
    [property: Id(3)] ImmutableArray<EstatePayoutView> Payouts, [property: Id(4)] long AmountFen,
    [property: Id(5)] ImmutableArray<EstateShareView> ToVoid);

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

    /// <summary>Paid, and the entry was reversed. Never stored: the journal says it.</summary>
    Reversed = 4,
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

    /// <summary>Who paid or withdrew it; null while it waits.</summary>
    [JsonPropertyName("decidedBy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecidedBy { get; set; }

    [JsonPropertyName("decidedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>The index of the entry that paid it; null where it waits or was withdrawn.</summary>
    [JsonPropertyName("entry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Entry { get; set; }

    /// <summary>True once the journal was seen to have the reversal of the entry.</summary>
    [JsonIgnore]
    public bool IsReversed { get; set; }

    [JsonIgnore]
    public EstatePayoutStage Stage => DecidedBy is null ? EstatePayoutStage.Proposed
        : Entry is null ? EstatePayoutStage.Withdrawn
        : IsReversed ? EstatePayoutStage.Reversed : EstatePayoutStage.Paid;

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

    /// <summary>The approval under way, whose step is the payout's id; null: none.</summary>
    [JsonPropertyName("planned"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlannedCommand? Planned { get; set; }
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
        await LookAsync();
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        if (unknown is not null) return unknown;
        // A death that was corrected leaves what was proposed or paid meanwhile.
        if (estate is null && State.Payouts.Count == 0) return Reason.EstateElderAlive;
        return new EstateView(
            estate?.Died, estate?.PayableFrom, ToView(estate?.Shares), [.. State.Payouts.Select(payout => payout.ToView(dryRun: false))],
            estate?.Amount.Value ?? 0, ToView(estate?.ToVoid));
    }

    public Task<Reply<EstatePayoutView>> ProposeAsync(Command command, string bank, string reference, string evidence) =>
        StepAsync(command, command.NewId.Text, id => ProposeOnceAsync(command, id, bank, reference, evidence));

    public Task<Reply<EstatePayoutView>> ApproveAsync(Command command, OpaqueId payout) =>
        StepAsync(command, payout.Text, id => ApproveOnceAsync(command, id));

    public Task<Reply<EstatePayoutView>> WithdrawAsync(Command command, OpaqueId payout) =>
        StepAsync(command, payout.Text, id => WithdrawOnceAsync(command, id));

    private Task<Reply<EstatePayoutView>> StepAsync(Command command, string payout, Func<string, Task<Refusal?>> carryOut)
    {
        return command.IsDryRun ? DryRunAsync(CarryOutAsync) : CarryOutAsync();

        async Task<Reply<EstatePayoutView>> CarryOutAsync()
        {
            await LookAsync();
            return (await FinishAsync(command) ?? await carryOut(payout)) is { } refusal
                ? refusal : Find(payout)!.ToView(IsDryRun);
        }
    }

    private async Task<Refusal?> ProposeOnceAsync(Command command, string id, string bank, string reference, string evidence)
    {
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        Refusal? unfit = await GrainFactory.AtBankAsync(Region, bank, isCustody: false);
        return await OnceAsync(
            command,
            () => unknown ?? EstateRule.Judge(estate, Today)
                ?? (State.Payouts.Exists(one => one.Stage == EstatePayoutStage.Proposed) ? new Refusal(Reason.EstatePayoutPending)
                    : unfit),
            () => State.Payouts.Add(new EstatePayoutRecord
            {
                Id = id, AmountFen = estate!.PayableAmount.Value, Bank = bank, Reference = reference, Evidence = evidence,
                ProposedBy = command.Actor, ProposedAt = Now,
            }));
    }

    private async Task<Refusal?> ApproveOnceAsync(Command command, string id)
    {
        EstatePayoutRecord? payout = Find(id);
        (Estate? estate, Refusal? unknown) = await EstateAsync();
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = NotOpen(payout) ?? unknown
            ?? EstateRule.Approve(payout!.ProposedBy, command.Actor, estate, new Fen(payout.AmountFen), Today);
        // The account may have become one for custody since the proposal. What was planned is carried out.
        if (refusal is null && !State.HasDone(command, out _) && State.Planned is null)
            refusal = await GrainFactory.AtBankAsync(Region, payout!.Bank, isCustody: false);
        if (refusal is null && !State.HasDone(command, out _))
        {
            // Said first: if the server stops between the entry and the state, whoever comes next finishes it.
            State.Planned = PlannedCommand.Of(id, command);
            await SaveAsync();
        }
        return await OnceAsync(command, () => refusal, Propose, outcome => Pay(payout!, outcome.Entry!));

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

    private Task<Refusal?> WithdrawOnceAsync(Command command, string id)
    {
        EstatePayoutRecord? payout = Find(id);
        return OnceAsync(command, () => NotOpen(payout), () => (payout!.DecidedBy, payout.DecidedAt) = (command.Actor, Now));
    }

    private void Pay(EstatePayoutRecord payout, JournalEntry entry)
    {
        payout.Pay(entry);
        State.Planned = null;
    }

    /// <summary>
    /// Sees what the journal has and the state lacks: the entry of an approval that a crash has cut short, and reversals. An id that
    /// belongs to another request's entry is not this approval's.
    /// </summary>
    private async Task LookAsync()
    {
        if (State.Planned is { } planned && planned.ToCommand() is var approve
            && await Writer.FindAsync(approve.Id) is { Entry: { Code: EntryCode.PayEstate } entry } known
            && known.RequestDigest == Digest.Parse(approve.RequestDigest) && entry.Detail(PayoutKey) == planned.Step)
        {
            Pay(Find(planned.Step)!, entry);
            State.Remember(approve);
            await SaveAsync();
        }
        foreach (EstatePayoutRecord paid in State.Payouts.Where(one => one.Stage == EstatePayoutStage.Paid))
        {
            paid.IsReversed = await ledger.EarliestEntriesAsync(
                Region, new EntryFilter(), paid.Entry!.Value - 1, 1, CancellationToken.None) is [{ ReversedBy: not null }];
        }
    }

    /// <summary>
    /// Carries out an approval that a crash has cut short: its entry may still be on its way to the journal, and must not meet another
    /// person's command.
    /// </summary>
    /// <returns>The refusal where the writer can't be reached: nothing else may happen to the estate before.</returns>
    private async Task<Refusal?> FinishAsync(Command next)
    {
        if (IsDryRun || State.Planned is not { } planned) return null;
        Command approve = planned.ToCommand();
        if (approve.Id == next.Id && approve.RequestDigest == next.RequestDigest) return null;
        if (await ApproveOnceAsync(approve, planned.Step) is { } outage && outage.IsTransient()) return outage;
        State.Planned = null;
        return null;
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
        ImmutableArray<(Policy Policy, DateOnly Last)> policies = await rules.PoliciesAsync(Region, EstateRule.ClaimsSince(died), died);
        return (EstateRule.Of(vouchers, died, policies.Select(one => (one.Policy.Vouchers, one.Last))), null);
    }

    private static Refusal? NotOpen(EstatePayoutRecord? payout) => payout?.Stage switch
    {
        null => new Refusal(Reason.EstatePayoutNotFound),
        EstatePayoutStage.Proposed => null,
        var stage => Refusal.Of(Reason.EstatePayoutWrongState, ("state", $"ESTATE_PAYOUT_STATE_{stage}".ToUpperInvariant())),
    };

    private EstatePayoutRecord? Find(string id) => State.Payouts.Find(payout => payout.Id == id);

    private static ImmutableArray<EstateShareView> ToView(ImmutableArray<EstateShare>? shares) =>
    [
        .. (shares ?? []).Select(share => new EstateShareView(share.Voucher, share.Programme.Text, share.Amount.Value)),
    ];
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
