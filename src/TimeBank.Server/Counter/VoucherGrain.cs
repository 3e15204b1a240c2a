using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// One elder's voucher; key: region/id. The grain stores nothing: the ledger has the voucher's terms and money. The grain makes the
/// commands for one voucher wait for each other. Refusals come in the outcome, not as exceptions.
/// </summary>
[Alias("timebank.voucher")]
public interface IVoucherGrain : IGrainWithStringKey
{
    [Alias("redeem")]
    Task<Outcome> RedeemAsync(Command command, RedemptionClaim claim);

    /// <summary>Redeems, with what the elder shows where the policy asks for something.</summary>
    [Alias("redeem-shown")]
    Task<Outcome> RedeemShownAsync(Command command, RedemptionClaim claim, ShownRecord shown);

    /// <summary>Redeems what a terminal accepted without a network. The command is the device's, under an id of its counter.</summary>
    [Alias("redeem-offline")]
    Task<Outcome> RedeemOfflineAsync(Command command, RedemptionClaim claim, OfflineAcceptance offline);

    /// <summary>Refunds a whole redemption. An ended voucher stays ended: its money goes on to the programme in the same entry.</summary>
    /// <param name="index">The index of the redemption's entry.</param>
    [Alias("refund")]
    Task<Outcome> RefundAsync(Command command, long index);

    /// <summary>
    /// Reverses a redemption: finance's way to correct the journal. The same rules as for a refund apply: an ended voucher stays ended.
    /// </summary>
    /// <returns>The outcome; for a dry run also the transfers and accounts as they would be.</returns>
    [Alias("reverse")]
    Task<DryRun> ReverseAsync(Command command, long index);

    [Alias("void")]
    Task<Outcome> VoidAsync(Command command);

    /// <summary>Expires the rest of the voucher, after its claim-by day. Null: no such voucher, nothing left, or too early.</summary>
    [Alias("expire")]
    Task<Outcome?> ExpireAsync(Command run);
}

/// <inheritdoc cref="IVoucherGrain"/>
public sealed class VoucherGrain(ILedgerReader ledger, DayRules rules, BusinessClock clock) : Grain, IVoucherGrain
{
    /// <summary>Fixed at the issue, so the grain reads them once; null until then.</summary>
    private VoucherTerms? _terms;

    private RegionCode Region { get; set; }

    private OpaqueId Id { get; set; }

    private ILedgerGrain Writer { get; set; } = null!;

    private AccountPath Path { get; set; }

    /// <summary><see cref="Path"/> as the argument of every question to the writer.</summary>
    private ImmutableArray<AccountPath> Account { get; set; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = GrainKey.Parse(this.GetPrimaryKeyString());
        (Region, Id) = (key.Region, OpaqueId.Parse(key.LocalId));
        Writer = GrainFactory.Writer(Region);
        Path = Chart.VoucherPath(Id);
        Account = [Path];
        return Task.CompletedTask;
    }

    public Task<Outcome> RedeemAsync(Command command, RedemptionClaim claim) => RedeemAsync(command, claim, offline: null, shown: null);

    public Task<Outcome> RedeemShownAsync(Command command, RedemptionClaim claim, ShownRecord shown) =>
        RedeemAsync(command, claim, offline: null, shown);

    public Task<Outcome> RedeemOfflineAsync(Command command, RedemptionClaim claim, OfflineAcceptance offline) =>
        RedeemAsync(command, claim, offline, shown: null);

    private async Task<Outcome> RedeemAsync(Command command, RedemptionClaim claim, OfflineAcceptance? offline, ShownRecord? shown)
    {
        using Activity? span = GrainTraces.Begin(nameof(VoucherGrain));
        DateOnly today = clock.Today, served = claim.ServedOn(today);
        Task<ProviderRecord?> provider = GrainFactory.GetGrain<IProviderGrain>(Region, claim.Provider).GetAsync();
        // After the first time the terms are known, and nobody waits for one answer to ask for the other.
        Task<ElderRecord?>? elder = _terms is null ? null : ElderAsync(_terms);
        VoucherFacts? voucher = await FactsAsync();
        if (voucher is not null) elder ??= ElderAsync(voucher.Terms);
        if (voucher is { Terms.Kind: VoucherKind.Money } && claim.Place == ServicePlace.Unspecified)
        {
            // A missing field, like any other: the same request can never succeed, so the writer need not remember the refusal.
            Refusal missing = Refusal.Of(Reason.InvalidField, ("field", "place"));
            return new Outcome(command.Id, Digest.Parse(command.RequestDigest), missing, null, Replayed: false);
        }
        // The rules of the day of service apply. A future day, or one before the voucher's first, is refused whatever the rules say: take
        // today's, which DayRules keeps in memory.
        DateOnly judged = served > today || served < voucher?.Terms.From ? today : served;
        Policy policy = await rules.PolicyAsync(Region, judged);
        Catalogue catalogue = await rules.CatalogueAsync(Region, judged);
        // What the elder shows is of the day of payment: else an earlier day of service would ask for less. Without a network that was the
        // day of service.
        Policy checks = offline is null ? await rules.PolicyAsync(Region, today) : policy;
        (DateOnly Day, Reason Reason)? lastServed = await LastServedAsync(elder);
        // A terminal knows its own payments alone, and its limits bound them: each is judged by itself.
        SpentToday spent = voucher is not null && offline is null && checks.Vouchers.ChecksDaySums
            ? await SpentTodayAsync(voucher.Terms.Elder, claim.Provider, today) : default;
        // The counter names whom it acts for; a terminal's receipt is signed.
        string? clerk = offline is null && command.OnBehalfOf.Length == 0 ? command.Actor : null;
        IReadOnlyList<JournalEntry> since = offline is null ? [] : await RedemptionsSinceAsync(offline);
        RedemptionJudgement judgement = RedemptionRule.Judge(voucher, (await provider)?.ToFacts(), claim, catalogue, policy, today,
            lastServed, checks, spent, clerk, offline?.AtMost(since));
        if (offline is not null) judgement = offline.Check(voucher, judgement, since);
        (Redemption? redemption, Refusal? refusal) = judgement;
        (string, string)[] more = offline?.ToDetails() ?? [];
        if (judgement.Needs > HolderCheck.Nothing && offline is not null)
        {
            more =
            [
                .. more, (HolderCheckRule.NeededKey, StoredName.Of(judgement.Needs)),
                (HolderCheckRule.ShownKey, StoredName.Of(HolderCheck.CodeOrCard)),
            ];
        }
        else if (judgement.Needs > HolderCheck.Nothing)
        {
            (refusal, bool isRemembered, more) = await CheckHolderAsync(command, judgement, lastServed, shown);
            if (!isRemembered) return new Outcome(command.Id, Digest.Parse(command.RequestDigest), refusal, null, Replayed: false);
        }
        return await Writer.DecideAsync(command, today, refusal, () => VoucherEntries.Redeem(
            command.Header(served, policy.Version.ToString(), [.. redemption!.ToDetails(), .. more]), redemption, voucher!.Terms));
    }

    private async Task<(Refusal? Refusal, bool IsRemembered, (string Key, string Value)[] Details)> CheckHolderAsync(
        Command command, RedemptionJudgement judgement, (DateOnly Day, Reason Reason)? lastServed, ShownRecord? shown)
    {
        var payment = HolderCase.Of(Region, judgement, lastServed);
        HolderAnswer answer = await GrainFactory.CheckAsync(command, payment, shown ?? ShownRecord.Nothing);
        return (answer.Refusal, answer.IsRemembered, answer.Details);
    }

    public async Task<Outcome> RefundAsync(Command command, long index)
    {
        using Activity? span = GrainTraces.Begin(nameof(VoucherGrain));
        return await LedgerCalls.UnmovedAsync(() => RefundOnceAsync(command, index));
    }

    /// <summary>Refunds to the voucher as it is; a bill's refund, or another activation of this grain, may change it at any time.</summary>
    private async Task<Outcome> RefundOnceAsync(Command command, long index)
    {
        DateOnly today = clock.Today;
        VoucherFacts? voucher = await FactsAsync();
        LinkedEntry? redemption = await RedemptionAsync(index);
        Policy policy = await rules.PolicyAsync(Region, today);
        Proposal Propose()
        {
            Redemption redeemed = Redemption.Of(redemption!.Entry);
            VoucherEnd end = VoucherRule.EndAtRefund(voucher!, today);
            if (end == VoucherEnd.None)
            {
                Redemption refunded = redeemed with { Remaining = voucher!.Remaining + redeemed.FromVoucher };
                return VoucherEntries.Refund(command.Header(today, policy.Version.ToString(), refunded.ToDetails()), redemption.Entry.Id)
                    .MadeFrom(voucher.Seen);
            }
            Redemption passedOn = redeemed with { Remaining = voucher!.Remaining };
            return VoucherEntries.RefundEnded(
                command.Header(today, policy.Version.ToString(), [.. passedOn.ToDetails(), (VoucherRule.EndedKey, StoredName.Of(end))]),
                redemption.Entry.Id, redeemed).MadeFrom(voucher.Seen);
        }

        Refusal? refusal = VoucherRule.Refund(voucher, redemption);
        if (refusal is null && await OweAsync(command, redemption!.Entry, Propose()) is { } answer) return answer;
        return await Writer.DecideAsync(command, today, refusal, Propose);
    }

    /// <summary>
    /// A provider that was paid meanwhile owes what its payable lacks for taking a redemption back. The outcome that answers the command
    /// where this one decides it; null: go on.
    /// </summary>
    /// <param name="refund">The entry that takes it back.</param>
    private async Task<Outcome?> OweAsync(Command command, JournalEntry redemption, Proposal refund)
    {
        Redemption given = Redemption.Of(redemption);
        if (await Writer.ShortfallAsync(given.Provider, given.Credited, refund) is not { Value: > 0 } shortfall) return null;
        // What finance reverses says nothing of the redemption; nor does the debt that it leaves.
        EntryHeader header = refund.Code == EntryCode.Reverse ? refund.Header with { Details = EntryHeader.NoDetails } : refund.Header;
        // A dry run can't see its first entry when it tries the second: the first one answers for both, under the refund's header.
        if (command.IsDryRun) return await Writer.DecideAsync(SettlementEntries.Owe(header, given.Provider, shortfall), dryRun: true);
        Outcome owes = await Writer.OweAsync(command, header, given.Provider, shortfall);
        return owes.Refusal is { } no && no.IsTransient() ? owes with { Id = command.Id } : null;
    }

    public async Task<DryRun> ReverseAsync(Command command, long index)
    {
        using Activity? span = GrainTraces.Begin(nameof(VoucherGrain));
        DryRun answer = null!;
        await LedgerCalls.UnmovedAsync(async () => (answer = await ReverseOnceAsync(command, index)).Outcome);
        return answer;
    }

    private async Task<DryRun> ReverseOnceAsync(Command command, long index)
    {
        DateOnly today = clock.Today;
        LinkedEntry? redemption = await RedemptionAsync(index);
        Policy policy = await rules.PolicyAsync(Region, today);
        VoucherFacts? voucher = await FactsAsync();
        // If the redemption was reversed or refunded before, the ledger itself refuses a second reversal.
        Refusal? refusal = redemption?.ReversedBy is null ? VoucherRule.Refund(voucher, redemption) : null;
        Proposal Propose()
        {
            VoucherEnd end = VoucherRule.EndAtRefund(voucher!, today);
            if (end == VoucherEnd.None) return Entries.Reverse(command.Header(today, policy.Version.ToString()), redemption!.Entry.Id)
                .MadeFrom(voucher!.Seen);
            return VoucherEntries.RefundEnded(
                command.Header(today, policy.Version.ToString(), (VoucherRule.EndedKey, StoredName.Of(end))), redemption!.Entry.Id,
                Redemption.Of(redemption.Entry), EntryCode.Reverse).MadeFrom(voucher!.Seen);
        }

        if (refusal is null && redemption is { ReversedBy: null }
            && await OweAsync(command, redemption.Entry, Propose()) is { } answer)
            return new DryRun(answer, [], []);
        if (command.IsDryRun) return await Writer.DryRunAsync(command, today, refusal, Propose);
        return new DryRun(await Writer.DecideAsync(command, today, refusal, Propose), [], []);
    }

    public async Task<Outcome> VoidAsync(Command command)
    {
        using Activity? span = GrainTraces.Begin(nameof(VoucherGrain));
        return await LedgerCalls.UnmovedAsync(() => VoidOnceAsync(command));
    }

    /// <summary>Voids what is there: the refund of a bill, which is another grain's, may bring more at any time.</summary>
    private async Task<Outcome> VoidOnceAsync(Command command)
    {
        VoucherFacts? voucher = await FactsAsync();
        Policy policy = await rules.PolicyAsync(Region, clock.Today);
        DateOnly? died = voucher is { Terms.Expires: false } && await ElderAsync(voucher.Terms) is { } elder
            ? elder.Facts(Region).DeathOn(clock.Today) : null;
        return await Writer.DecideAsync(
            command, clock.Today, VoucherRule.Void(voucher, died),
            () => VoucherEntries.Void(command.Header(clock.Today, policy.Version.ToString()), Id, voucher!.Terms, voucher.Remaining)
                .MadeFrom(voucher.Seen));
    }

    public async Task<Outcome?> ExpireAsync(Command run)
    {
        using Activity? span = GrainTraces.Begin(nameof(VoucherGrain));
        if ((await Writer.AccountsAsync(Account)).Find(Path) is not { } account || account.Counters.DebitRoom == 0) return null;
        VoucherTerms terms = VoucherTerms.Of(account);
        if (!VoucherRule.MayExpire(terms, clock.Today)) return null;
        Policy policy = await rules.PolicyAsync(Region, clock.Today);
        // An earlier run may have been refused because the account was frozen. The writer remembers that refusal, so try the next id.
        EntryId id = Runs.ExpiryId(Region, Id, account.Counters);
        EntryId Attempt(int number) => number == 0 ? id : id.Step(number.ToString(CultureInfo.InvariantCulture));
        (int attempt, _) = await Writer.AttemptAsync(Attempt);
        EntryHeader header = run.Header(Attempt(attempt), clock.Today, policy.Version.ToString());
        // What another grain's refund brings meanwhile is left for the next run, which has another id.
        return await Writer.DecideAsync(VoucherEntries.Expire(header, Id, terms, account.Counters.DebitRoom), run.IsDryRun);
    }

    /// <summary>
    /// The voucher as the writer sees it. An empty voucher's last entry says how the voucher ended; the store has that entry, since the
    /// writer answers only after storing.
    /// </summary>
    private async Task<VoucherFacts?> FactsAsync()
    {
        if ((await Writer.AccountsAsync(Account)).Find(Path) is not { } account) return null;
        _terms ??= VoucherTerms.Of(account);
        if (account.Counters.DebitRoom > 0) return VoucherFacts.Of(_terms, account, null);
        IReadOnlyDictionary<long, JournalEntry> last = await ledger.LastEntriesAsync(Region, [account.Number], CancellationToken.None);
        return VoucherFacts.Of(_terms, account, last.GetValueOrDefault(account.Number));
    }

    private Task<ElderRecord?> ElderAsync(VoucherTerms terms) => GrainFactory.GetGrain<IElderGrain>(Region, terms.Elder.Text).GetAsync();

    /// <summary>The last day of a service to the elder; null for nearly everybody, of whom nothing was reported.</summary>
    private async Task<(DateOnly Day, Reason Reason)?> LastServedAsync(Task<ElderRecord?>? elder) =>
        elder is not null && await elder is { Notices.IsDefaultOrEmpty: false } known ? known.Facts(Region).LastServed(clock.Today) : null;

    private Task<SpentToday> SpentTodayAsync(OpaqueId elder, OpaqueId provider, DateOnly today) =>
        ledger.SpentTodayAsync(Region, elder, provider, today);

    /// <summary>The voucher's redemptions since the code was made, refunded ones left out. A voucher of a month has few.</summary>
    private async Task<IReadOnlyList<JournalEntry>> RedemptionsSinceAsync(OfflineAcceptance offline)
    {
        const int many = 1_000;
        var filter = new EntryFilter(EntryCode.RedeemVoucher, Reversed: false) { Touching = [new AccountFilter(Path.Text)] };
        return
        [
            .. (await ledger.EntriesAsync(Region, filter, long.MaxValue, many, CancellationToken.None))
                .Select(linked => linked.Entry).Where(entry => entry.Index > offline.Serial),
        ];
    }

    private async Task<LinkedEntry?> RedemptionAsync(long index)
    {
        if (index is < 0 or long.MaxValue) return null;
        var filter = new EntryFilter(EntryCode.RedeemVoucher) { Touching = [new AccountFilter(Path.Text)] };
        return (await ledger.EntriesAsync(Region, filter, index + 1, 1, CancellationToken.None))
            .FirstOrDefault(linked => linked.Entry.Index == index);
    }
}
