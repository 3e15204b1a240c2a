using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Reversals, imports, and the states of accounts (frozen, closed).</content>
public sealed partial class LedgerApi
{
    public override async Task<Entry> Reverse(ReverseRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (RegionCode region, long index) = read.Entry(request.Entry, "entry");
        string memo = read.Text(request.Memo, "memo", EntryHeader.MaxMemoLength, required: true);
        read.Check();
        CancellationToken cancellation = context.CancellationToken;
        IReadOnlyList<LinkedEntry> found = await ledger.EarliestEntriesAsync(region, new EntryFilter(), index - 1, 1, cancellation);
        LinkedEntry? linked = found.FirstOrDefault(linked => linked.Entry.Index == index);
        JournalEntry? original = linked?.Entry;
        Command command = context.Command(request, id, memo: memo);
        if (original is { Code: EntryCode.RedeemVoucher })
        {
            // The voucher may have ended, or may end at this moment: its grain makes the two commands wait for each other.
            IVoucherGrain voucher = grains.GetGrain<IVoucherGrain>(region, Ledger.Redemption.Of(original).Voucher);
            return await AnswerAsync(region, command, await voucher.ReverseAsync(command, index));
        }
        Refusal? spent = linked is { ReversedBy: null } ? await reports.SpentAsync(region, linked.Entry, cancellation) : null;
        spent ??= await OfEstateAsync(region, original) ?? await IsPaidAsync(region, linked, cancellation);
        // A refusal goes to the writer too, which remembers the answer under the request id.
        return await WriteAsync(region, command, header =>
            original is null ? Entries.Refuse(header, EntryCode.Reverse, new Refusal(Reason.EntryNotFound))
            : original.Code is EntryCode.PayBill or EntryCode.RefundBill
                ? Entries.Refuse(header, EntryCode.Reverse, new Refusal(Reason.BillNotReversible))
            : IsFinal(original) ? Entries.Refuse(header, EntryCode.Reverse, new Refusal(Reason.EntryNotReversible))
            : spent is not null ? Entries.Refuse(header, EntryCode.Reverse, spent)
            : Entries.Reverse(Dated(header, original), original.Id));
    }

    /// <summary>Refuses to take back the issue of what an elder who died left: as voiding it, that would take it from the heirs.</summary>
    private async Task<Refusal?> OfEstateAsync(RegionCode region, JournalEntry? issue)
    {
        if (issue is not { Code: EntryCode.IssueVoucher, Opened: [_, ..] }) return null;
        VoucherTerms terms = VoucherTerms.Of(issue.Opened.Single(account => account.Terms?.Until is not null));
        if (terms.Expires || await grains.GetGrain<IElderGrain>(region, terms.Elder).GetAsync() is not { } elder) return null;
        return elder.Facts(region).DeathOn(clock.Today) is { } died && EstateRule.IsOfEstate(terms, died)
            ? new Refusal(Reason.VoucherOfEstate) : null;
    }

    /// <summary>
    /// Refuses to take back a payment to heirs that the bank has made and not sent back: it needed two persons, and one could undo it.
    /// </summary>
    private async Task<Refusal?> IsPaidAsync(RegionCode region, LinkedEntry? payout, CancellationToken cancellation)
    {
        if (payout is not { ReversedBy: null, Entry: { Code: EntryCode.PayEstate, Index: var index } }) return null;
        // The payment is the last transfer; those before it empty the vouchers.
        StoredTransfer paid = (await ledger.TransfersAsync(region, [index], cancellation)).MaxBy(transfer => transfer.Position)!;
        return await bank.IsPaidAsync(region, paid, cancellation) ? new Refusal(Reason.EstatePayoutConfirmed) : null;
    }

    /// <summary>
    /// A receipt that the bank never saw was none on its day, so what takes it back is of that day: else the month of the mistake would not
    /// agree with the bank. Other reversals are of today.
    /// </summary>
    private static EntryHeader Dated(EntryHeader header, JournalEntry original) => original.Code is EntryCode.ReceiveMoney
        or EntryCode.ReceivePrepayment ? header with { EffectiveDate = original.Header.EventDate() } : header;

    private bool IsFinal(JournalEntry entry)
    {
        // The other half is in another region's journal. A transfer back returns the hours; a next netting has them.
        if (entry.Code is EntryCode.ClearOut or EntryCode.ClearIn or EntryCode.NetClearing) return true;
        // Payments are corrected by the bank's next word, each in its settlement batch.
        if (entry.Code is EntryCode.ApproveSettlement or EntryCode.PayProvider or EntryCode.RejectPayment or EntryCode.ReturnPayment
            or EntryCode.OweProvider) return true;
        // Stripe's balance is booked as Stripe reports it; only Stripe's next movement corrects it.
        if (entry.Code is EntryCode.ReceiveDonation or EntryCode.RefundDonation or EntryCode.DisputeDonation
            or EntryCode.ReinstateDonation or EntryCode.StripePayout or EntryCode.StripeAdjustment) return true;
        // What a provider drew, or an end gave back, is counted in the agreement. Only what a person typed of the bank can be wrong.
        if (entry.Code is EntryCode.DrawPrepayment or EntryCode.EndPrepayment) return true;
        // A close is undone by reopening, with an auditor's reason.
        if (entry.Code is EntryCode.ClosePeriod or EntryCode.ReopenPeriod) return true;
        // What the bank says is a fact; another line of the bank's corrects it.
        if (entry.Code is EntryCode.BankFee or EntryCode.BankReceipt or EntryCode.BankSuspense or EntryCode.ClearSuspense
            or EntryCode.ConfirmPayout or EntryCode.OwnTransfer or EntryCode.RepayByProvider) return true;
        // An ended voucher or ended hours stay ended.
        if (entry.Code is EntryCode.VoidVoucher or EntryCode.ExpireVoucher or EntryCode.ExpireHours) return true;
        // An earlier month's hours have ended. The person's hours now were issued for this month, and must not pay for it.
        DateOnly day = entry.Header.EventDate(), today = clock.Today;
        return entry.Code is EntryCode.IssueHours or EntryCode.GrantHours && (day.Year, day.Month) != (today.Year, today.Month);
    }

    public override Task<Entry> FreezeAccount(FreezeAccountRequest request, ServerCallContext context) =>
        ChangeAsync(context, request, request.RequestId, request.Account, request.Memo, Entries.Freeze);

    public override Task<Entry> UnfreezeAccount(UnfreezeAccountRequest request, ServerCallContext context) =>
        ChangeAsync(context, request, request.RequestId, request.Account, request.Memo, Entries.Thaw);

    public override Task<Entry> CloseAccount(CloseAccountRequest request, ServerCallContext context) =>
        ChangeAsync(context, request, request.RequestId, request.Account, request.Memo, Entries.Close, VouchersOutAsync);

    public override Task<Entry> ReopenAccount(ReopenAccountRequest request, ServerCallContext context) =>
        ChangeAsync(context, request, request.RequestId, request.Account, request.Memo, Entries.Reopen);

    public override async Task<ImportBalancesResponse> ImportBalances(ImportBalancesRequest request, ServerCallContext context)
    {
        const int maxLines = 2_000;
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        Slug source = read.Slug(request.Source, "source");
        if (request.Lines.Count == 0) read.Refuse("lines", "REQUIRED");
        if (request.Lines.Count > maxLines) read.Refuse("lines", "TOO_MANY", ("max", $"{maxLines}"));
        read.Check();
        var import = new BalanceImport(grains, ledger, rules, clock, region, source, context.Command(request, id));
        return await import.RunAsync(request.Lines, context.CancellationToken);
    }

    private async Task<Entry> ChangeAsync(ServerCallContext context, IMessage request, string requestId, string account, string why,
        Func<EntryHeader, AccountPath, Proposal> change, Func<RegionCode, AccountPath, CancellationToken, Task<Refusal?>>? rule = null)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        (RegionCode region, AccountPath path) = read.Account(account, "account");
        string memo = read.Text(why, "memo", EntryHeader.MaxMemoLength, required: true);
        read.Check();
        Refusal? refusal = rule is null ? null : await rule(region, path, context.CancellationToken);
        return await WriteAsync(region, context.Command(request, id, memo: memo),
            header => refusal is null ? change(header, path) : Entries.Refuse(header, EntryCode.Close, refusal));
    }

    /// <summary>
    /// Refuses to close an account of a programme whose vouchers are out: a lunch for less than its contract price gives the rest back to
    /// it, and so does an expiry. The refusal names one of the vouchers.
    /// </summary>
    private async Task<Refusal?> VouchersOutAsync(RegionCode region, AccountPath path, CancellationToken cancellation)
    {
        if (path.Text.Split('/') is not ["programme", var programme, ..]) return null;
        var filter = new AccountFilter("voucher/", Group: programme, NotEmpty: true);
        return await ledger.AccountsAsync(region, filter, -1, 1, cancellation) is [var voucher, ..]
            ? Refusal.Of(Reason.AccountNotEmpty, ("account", voucher.Path.Text)) : null;
    }

    /// <summary>Writes an entry effective today, or makes a dry run. Returns the entry as it is, or would be, in the journal.</summary>
    private async Task<Entry> WriteAsync(RegionCode region, Command command, Func<EntryHeader, Proposal> propose)
    {
        string policy = (await rules.PolicyAsync(region, clock.Today)).Version.ToString();
        var proposal = propose(command.Header(clock.Today, policy));
        ILedgerGrain writer = grains.Writer(region);
        if (command.IsDryRun) return await AnswerAsync(region, command, await writer.DryRunAsync(proposal));
        return await AnswerAsync(region, command, new DryRun(await writer.SubmitAsync(proposal), [], []));
    }

    private async Task<Entry> AnswerAsync(RegionCode region, Command command, DryRun dryRun)
    {
        JournalEntry entry = dryRun.Outcome.EntryOrThrow();
        // If the command already happened, its entry is in the journal, also for a dry run.
        if (command.IsDryRun && !dryRun.Outcome.Replayed) return dryRun.ToContract();
        return (await EntryAsync(region, entry.Index, CancellationToken.None))!;
    }
}
