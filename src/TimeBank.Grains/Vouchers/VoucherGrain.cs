using System.Globalization;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IVoucherGrain"/>
public sealed class VoucherGrain(ILedgerReader journal, BusinessClock clock, DayRules rules) : Grain, IVoucherGrain
{
    /// <summary>Fixed at the voucher's issue; null until they have been read.</summary>
    private VoucherTerms? _terms;

    private RegionCode Region { get; set; }

    private OpaqueId Id { get; set; }

    private ILedgerGrain Ledger { get; set; } = null!;

    private AccountPath Path { get; set; }

    /// <summary>The question for the voucher's account, always the same.</summary>
    private AccountPathsMessage Account { get; set; } = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string[] key = this.GetPrimaryKeyString().Split('/');
        (Region, Id) = (RegionCode.Parse(key[0]), OpaqueId.Parse(key[1]));
        Ledger = GrainFactory.GetGrain<ILedgerGrain>(key[0]);
        Path = Chart.VoucherPath(Id);
        Account = new AccountPathsMessage([Path.Text]);
        return Task.CompletedTask;
    }

    public async Task<OutcomeMessage> RedeemAsync(RedeemVoucherMessage claim)
    {
        DateOnly today = clock.Today, served = claim.ServiceDate ?? today;
        Task<ProviderRecord?> provider = GrainFactory.GetGrain<IProviderGrain>($"{Region}/{claim.Provider}").GetAsync();
        VoucherFacts? voucher = await FactsAsync();
        if (voucher is { Terms.Kind: VoucherKind.Money } && claim.Setting is null)
        {
            // As wrong as any field that is missing: the same request can never succeed, so nothing is remembered.
            return new OutcomeMessage(new Outcome(claim.Command.Id, Digest.Parse(claim.Command.Digest), Refusal.Of(Reason.InvalidField, ("field", "place")), null, Replayed: false));
        }
        // The rules of the day of service; a day on which the voucher wasn't valid is refused anyway, and may have no rules.
        DateOnly judged = served > today || served < voucher?.Terms.From ? today : served;
        (Policy policy, Ledger.Catalogue catalogue) = await rules.AtAsync(Region, judged);
        var asked = new RedemptionClaim(
            Slug.Parse(claim.Item), claim.Quantity, new Fen(claim.PriceFen), new Fen(claim.InsuranceFen), claim.Setting ?? ServiceSetting.Home, served);
        RedemptionDecision decision = RedemptionRule.Decide(voucher, (await provider)?.ToFacts(), asked, catalogue, policy, today);
        return new OutcomeMessage(await Ledger.DecideAsync(claim.Command, today, decision.Refusal, () => Entry(claim, asked, voucher!, decision, policy)));
    }

    public async Task<OutcomeMessage> RefundAsync(RefundRedemptionMessage refund)
    {
        DateOnly today = clock.Today;
        VoucherFacts? voucher = await FactsAsync();
        LinkedEntry? redemption = await RedemptionAsync(refund.Index);
        Policy policy = await GrainFactory.PolicyAsync(Region, today);
        Proposal Propose()
        {
            RedemptionDetails redeemed = RedemptionDetails.Of(redemption!.Entry);
            RedemptionDetails refunded = redeemed with { Remaining = voucher!.Remaining + redeemed.FromVoucher };
            return VoucherEntries.Refund(refund.Command.Header(today, policy.Version.ToString(), refunded.Write()), redemption.Entry.Id);
        }

        return new OutcomeMessage(await Ledger.DecideAsync(refund.Command, today, VoucherRules.Refund(voucher, redemption, today), Propose));
    }

    public async Task<TrialMessage> ReverseAsync(RefundRedemptionMessage reversal)
    {
        DateOnly today = clock.Today;
        Command command = reversal.Command;
        LinkedEntry? redemption = await RedemptionAsync(reversal.Index);
        Policy policy = await GrainFactory.PolicyAsync(Region, today);
        // Of one that was taken back before, the ledger says so.
        Refusal? refusal = redemption?.ReversedBy is null ? VoucherRules.Refund(await FactsAsync(), redemption, today) : null;
        Proposal Propose() => Entries.Reverse(command.Header(today, policy.Version.ToString()), redemption!.Entry.Id);
        if (command.ValidateOnly) return new TrialMessage(await Ledger.TryAsync(command, today, refusal, Propose));
        return new TrialMessage(new Trial(await Ledger.DecideAsync(command, today, refusal, Propose), [], []));
    }

    public async Task<OutcomeMessage> VoidAsync(Command command)
    {
        VoucherFacts? voucher = await FactsAsync();
        Policy policy = await GrainFactory.PolicyAsync(Region, clock.Today);
        return new OutcomeMessage(await Ledger.DecideAsync(
            command, clock.Today, VoucherRules.Void(voucher),
            () => VoucherEntries.Void(command.Header(clock.Today, policy.Version.ToString()), Id, voucher!.Terms, voucher.Remaining)));
    }

    public async Task<OutcomeMessage?> ExpireAsync(Command run)
    {
        if ((await Ledger.AccountsAsync(Account)).Find(Path) is not { } account || account.Counters.DebitRoom == 0) return null;
        VoucherTerms terms = VoucherTerms.Of(account);
        if (!VoucherRules.MayExpire(terms, clock.Today)) return null;
        Policy policy = await GrainFactory.PolicyAsync(Region, clock.Today);
        // An expiry that was refused, while the account was frozen, can happen later.
        EntryId id = Runs.ExpiryId(Region, Id, account.Counters);
        EntryId Attempt(int number) => number == 0 ? id : id.Step(number.ToString(CultureInfo.InvariantCulture));
        (int attempt, _) = await Ledger.AttemptAsync(Attempt);
        EntryHeader header = run.Header(Attempt(attempt), clock.Today, policy.Version.ToString());
        return new OutcomeMessage(await Ledger.DecideAsync(VoucherEntries.Expire(header, Id, terms, account.Counters.DebitRoom), run.ValidateOnly));
    }

    private Proposal Entry(RedeemVoucherMessage claim, RedemptionClaim asked, VoucherFacts voucher, RedemptionDecision decision, Policy policy)
    {
        VoucherTerms terms = voucher.Terms;
        var details = new RedemptionDetails(
            Id.Text, terms.Elder.Text, terms.Programme.Text, claim.Provider, claim.Item, claim.Quantity, asked.Price, asked.Insurance,
            decision.FromVoucher, terms.Unit, decision.Credited, decision.OwnPart, claim.Place, asked.ServiceDate, voucher.Remaining - decision.FromVoucher);
        EntryHeader header = claim.Command.Header(asked.ServiceDate, policy.Version.ToString(), details.Write());
        OpaqueId provider = OpaqueId.Parse(claim.Provider);
        return terms.Kind switch
        {
            VoucherKind.Money => VoucherEntries.RedeemMoney(header, Id, provider, decision.Credited),
            VoucherKind.Units => VoucherEntries.RedeemUnits(header, Id, terms, provider, decision.FromVoucher, decision.Credited),
        };
    }

    /// <summary>The voucher as the writer has it; how an empty one ended is in the journal, which has all that the writer has answered.</summary>
    private async Task<VoucherFacts?> FactsAsync()
    {
        if ((await Ledger.AccountsAsync(Account)).Find(Path) is not { } account) return null;
        _terms ??= VoucherTerms.Of(account);
        if (account.Counters.DebitRoom > 0) return VoucherFacts.Of(_terms, account, null);
        IReadOnlyDictionary<long, JournalEntry> last = await journal.LastEntriesAsync(Region, [account.Number], CancellationToken.None);
        return VoucherFacts.Of(_terms, account, last.GetValueOrDefault(account.Number));
    }

    private async Task<LinkedEntry?> RedemptionAsync(long index)
    {
        if (index is < 0 or long.MaxValue) return null;
        var filter = new EntryFilter(EntryCode.RedeemVoucher) { Touching = [new AccountFilter(Path.Text)] };
        return (await journal.EntriesAsync(Region, filter, index + 1, 1, CancellationToken.None)).FirstOrDefault(linked => linked.Entry.Index == index);
    }
}
