namespace TimeBank.Ledger;

/// <summary>Entries of what the bank says and nobody has recorded before. Amounts are fen, above zero.</summary>
public static class BankEntries
{
    /// <summary>The bank took a fee, or gave one back.</summary>
    public static Proposal Fee(EntryHeader header, Slug bank, Fen amount, bool isBack) =>
        Post(header, EntryCode.BankFee, Chart.Bank(bank), Chart.Fees(), amount, isIn: isBack);

    /// <summary>Money came in that belongs to a fund: interest, or a receipt that nobody had recorded.</summary>
    public static Proposal Receive(EntryHeader header, Slug bank, Slug fund, Fen amount) =>
        Post(header, EntryCode.BankReceipt, Chart.Bank(bank), Chart.FundAvailable(fund), amount, isIn: true);

    /// <summary>Money came in or went out, and nobody knows yet for what.</summary>
    public static Proposal Suspend(EntryHeader header, Slug bank, Fen amount, bool isIn) =>
        Post(header, EntryCode.BankSuspense, Chart.Bank(bank), Chart.Suspense(bank), amount, isIn);

    /// <summary>What was in suspense belongs to a fund: it gets what came in, and bears what went out.</summary>
    public static Proposal Clear(EntryHeader header, Slug bank, Slug fund, Fen amount, bool isIn) =>
        Post(header, EntryCode.ClearSuspense, Chart.Suspense(bank), Chart.FundAvailable(fund), amount, isIn);

    /// <summary>What came in and was in suspense is prepaid fees: custody gets it, and of it the deposit moves on to its account.</summary>
    public static Proposal ClearIntoCustody(EntryHeader header, Slug bank, Custody custody, Fen amount, Fen deposit)
    {
        var cleared = new ProposedTransfer(Chart.Suspense(bank), custody.Account(CustodyPart.Fees), amount.Value);
        return deposit == Fen.Zero ? Entries.Post(header, EntryCode.ClearSuspense, cleared)
            : Entries.Post(header, EntryCode.ClearSuspense, cleared, new ProposedTransfer(
                custody.Account(CustodyPart.Fees), custody.Account(CustodyPart.Deposit), deposit.Value));
    }

    /// <summary>A payout of the card payment service has arrived, or one that failed was taken back.</summary>
    public static Proposal ConfirmPayout(EntryHeader header, Slug bank, Fen amount, bool isIn) =>
        Post(header, EntryCode.ConfirmPayout, Chart.Bank(bank), Chart.StripeInTransit(), amount, isIn);

    /// <summary>A provider paid back what it owed.</summary>
    public static Proposal Repay(EntryHeader header, Slug bank, OpaqueId provider, Fen amount) =>
        Post(header, EntryCode.RepayByProvider, Chart.Bank(bank), Chart.ProviderOwed(provider), amount, isIn: true);

    /// <summary>Money moved from one of our bank accounts to another.</summary>
    /// <param name="amount">What arrived.</param>
    /// <param name="fee">What a wallet kept of what left; may be zero.</param>
    public static Proposal Move(EntryHeader header, Slug from, Slug to, Fen amount, Fen fee)
    {
        var moved = new ProposedTransfer(Chart.Bank(to), Chart.Bank(from), amount.Value);
        return fee == Fen.Zero ? Entries.Post(header, EntryCode.OwnTransfer, moved)
            : Entries.Post(header, EntryCode.OwnTransfer, moved, new ProposedTransfer(Chart.Fees(), Chart.Bank(from), fee.Value));
    }

    private static Proposal Post(EntryHeader header, EntryCode code, AccountSpec account, AccountSpec other, Fen amount, bool isIn) =>
        Entries.Post(header, code, isIn
            ? new ProposedTransfer(account, other, amount.Value) : new ProposedTransfer(other, account, amount.Value));
}
