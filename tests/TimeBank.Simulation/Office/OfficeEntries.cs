using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The office's entries: each the ledger's own constructor, beside its meaning in the simulator's words.</summary>
internal static class OfficeEntries
{
    public static readonly Slug Bank = Slug.Parse("office"), Fund = Slug.Parse("office"), Programme = Slug.Parse("office");

    private const string BankPath = "bank/office", FundPath = "fund/office/available", SuspensePath = "suspense/office";
    private const string AllottedPath = "programme/office/allotted", Fen = "CNY";

    public static readonly OpaqueId Voucher = OpaqueId.Parse("V0FF1CE00000");

    private static readonly VoucherTerms Terms = new(
        OpaqueId.Parse("E0FF1CE00000"), Programme, VoucherKind.Money, Unit.Fen, [ServiceType.Meal], new Fen(0), new DateOnly(2026, 10, 1),
        new DateOnly(2027, 12, 31), new DateOnly(2027, 12, 31));

    public static Draft Receive(long fen) => new(
        Post(EntryCode.ReceiveMoney, new Leg(BankPath, FundPath, Fen, fen)),
        header => MoneyEntries.Receive(header, Bank, Fund, new Fen(fen)));

    public static Draft Allot(long fen) => new(
        Post(EntryCode.AllotFunds, new Leg(FundPath, AllottedPath, Fen, fen)),
        header => MoneyEntries.Allot(header, Programme, [(Fund, new Fen(fen))]));

    public static Draft Issue(long fen) => new(
        Post(EntryCode.IssueVoucher, new Leg(AllottedPath, $"voucher/{Voucher}", Fen, fen)) with
        {
            Opens = ($"voucher/{Voucher}", Terms.Elder.Text),
        },
        header => VoucherEntries.Issue(header, Voucher, Terms, fen));

    public static Draft Redeem(string provider, long fen) => new(
        Post(EntryCode.RedeemVoucher, new Leg($"voucher/{Voucher}", Payable(provider), Fen, fen)),
        header => VoucherEntries.RedeemMoney(header, Voucher, OpaqueId.Parse(provider), new Fen(fen)));

    public static Draft Refund(RedeemedAt redemption) => new(
        new Want(WantKind.Reverse, EntryCode.RefundRedemption) { Of = redemption.Id },
        header => VoucherEntries.Refund(header, redemption.Id));

    public static Draft Owe(string provider, long fen) => new(
        Post(EntryCode.OweProvider, new Leg(Owed(provider), Payable(provider), Fen, fen)),
        header => SettlementEntries.Owe(header, OpaqueId.Parse(provider), new Fen(fen)));

    /// <summary>Of what a provider is owed, the disputed part stays, the debt is paid off, and the rest goes to the bank.</summary>
    public static Draft Prepare(OfficeBatch batch)
    {
        var legs = new List<Leg>();
        foreach (OfficePayment payment in batch.Payments)
        {
            long taken = payment.Room - payment.Aside, netted = taken < payment.Owed ? taken : payment.Owed;
            if (taken - netted > 0) legs.Add(new Leg(Payable(payment.Provider), $"settlement/{batch.Id}", Fen, taken - netted));
            if (netted > 0) legs.Add(new Leg(Payable(payment.Provider), Owed(payment.Provider), Fen, netted));
        }
        return new Draft(new Want(WantKind.Hold, EntryCode.PrepareSettlement) { Legs = legs }, header => SettlementEntries.Prepare(
            header, OpaqueId.Parse(batch.Id), batch.Payments.Select(Claim)));
    }

    public static ProviderClaim Claim(OfficePayment payment) => new(
        OpaqueId.Parse(payment.Provider), new Fen(payment.Room), new Fen(payment.Aside), new Fen(payment.Owed));

    public static Draft Approve(OfficeBatch batch) => new(
        new Want(WantKind.PostHold, EntryCode.ApproveSettlement) { Of = batch.Prepared.Id },
        header => SettlementEntries.Approve(header, batch.Prepared.Id));

    public static Draft Withdraw(OfficeBatch batch) => new(
        new Want(WantKind.VoidHold, EntryCode.WithdrawSettlement) { Of = batch.Prepared.Id },
        header => SettlementEntries.Withdraw(header, batch.Prepared.Id));

    /// <param name="moved">How much the bank says; the entry has what the batch says.</param>
    public static Draft Word(OfficeBatch batch, OfficePayment payment, PaymentState word, long moved)
    {
        (OpaqueId id, OpaqueId provider, var amount) = (OpaqueId.Parse(batch.Id), OpaqueId.Parse(payment.Provider), new Fen(payment.Fen));
        (string name, string payable) = (Name(batch.Id, payment.Number), Payable(payment.Provider));
        return word switch
        {
            PaymentState.Paid => new Draft(
                Post(EntryCode.PayProvider, new Leg($"settlement/{batch.Id}", BankPath, Fen, moved)) with { Memo = name },
                header => SettlementEntries.Pay(header, id, Bank, amount)),
            PaymentState.Rejected => new Draft(
                Post(EntryCode.RejectPayment, new Leg($"settlement/{batch.Id}", payable, Fen, moved)) with { Memo = name },
                header => SettlementEntries.Reject(header, id, provider, amount)),
            _ => new Draft(
                Post(EntryCode.ReturnPayment, new Leg(BankPath, payable, Fen, moved)) with { Memo = name },
                header => SettlementEntries.Return(header, Bank, provider, amount)),
        };
    }

    public static string Name(string batch, int payment) => $"{batch}/{payment}";

    public static Draft Fee(long fen) => Line(EntryCode.BankFee, "expense/fees", -fen, header =>
        BankEntries.Fee(header, Bank, new Fen(fen), isBack: false));

    public static Draft Suspend(long fen) => Line(EntryCode.BankSuspense, SuspensePath, fen, header =>
        BankEntries.Suspend(header, Bank, new Fen(Math.Abs(fen)), isIn: fen > 0));

    public static Draft Interest(long fen) => Line(EntryCode.BankReceipt, FundPath, fen, header =>
        BankEntries.Receive(header, Bank, Fund, new Fen(fen)));

    /// <summary>What was in suspense is the fund's.</summary>
    public static Draft Clear(long fen) => new(
        Post(EntryCode.ClearSuspense, fen > 0 ? new Leg(SuspensePath, FundPath, Fen, fen) : new Leg(FundPath, SuspensePath, Fen, -fen)),
        header => BankEntries.Clear(header, Bank, Fund, new Fen(Math.Abs(fen)), isIn: fen > 0));

    public static Draft MoveDays(DateOnly? closed, DateOnly? through)
    {
        (long before, long after) = (Days(closed), Days(through));
        Leg leg = after > before ? new Leg("period/open", "period/closed", "DAY", after - before)
            : new Leg("period/closed", "period/open", "DAY", before - after);
        return new Draft(
            Post(after > before ? EntryCode.ClosePeriod : EntryCode.ReopenPeriod, leg) with { ClosedDays = after },
            header => PeriodEntries.Move(header, closed, through));
    }

    public static Draft Note(string what) => new(new Want(WantKind.Note, EntryCode.Note) { Memo = what }, Entries.Note);

    public static Draft Refuse(Refusal refusal) => new(
        new Want(WantKind.Refuse, EntryCode.Note) { Refusal = refusal }, header => Entries.Refuse(header, EntryCode.Note, refusal));

    public static string Payable(string provider) => $"provider/{provider}/payable";

    public static string Owed(string provider) => $"provider/{provider}/owed";

    private static long Days(DateOnly? through) =>
        through is { } day ? (long)(day.ToDateTime(default) - new DateTime(1999, 12, 31)).TotalDays : 0;

    private static Draft Line(EntryCode code, string other, long fen, Func<EntryHeader, Proposal> make) =>
        new(Post(code, fen > 0 ? new Leg(BankPath, other, Fen, fen) : new Leg(other, BankPath, Fen, -fen)), make);

    private static Want Post(EntryCode code, params Leg[] legs) => new(WantKind.Post, code) { Legs = legs };
}
