namespace TimeBank.Ledger;

/// <summary>Entries of prepaid fees. The money is the elder's until the provider has earned it, and no public fund's.</summary>
public static class PrepaymentEntries
{
    /// <summary>Money arrives at the bank. One posting there, as the bank has one movement; the deposit moves on to its account.</summary>
    public static Proposal Receive(EntryHeader header, Slug bank, Custody custody, Fen fees, Fen deposit)
    {
        var arrives = new ProposedTransfer(Chart.Bank(bank), custody.Account(CustodyPart.Fees), (fees + deposit).Value);
        return deposit == Fen.Zero ? Entries.Post(header, EntryCode.ReceivePrepayment, arrives)
            : Entries.Post(header, EntryCode.ReceivePrepayment, arrives, new ProposedTransfer(
                custody.Account(CustodyPart.Fees), custody.Account(CustodyPart.Deposit), deposit.Value));
    }

    /// <summary>The provider has earned a month's fee: a settlement of prepaid fees pays it, from custody's bank account.</summary>
    public static Proposal Draw(EntryHeader header, Custody custody, Fen amount) => Entries.Post(
        header, EntryCode.DrawPrepayment,
        new ProposedTransfer(custody.Account(CustodyPart.Fees), Chart.ProviderPrepaid(custody.Provider), amount.Value));

    /// <summary>The agreement has ended: what was not earned, and the deposit, wait to be paid back.</summary>
    public static Proposal End(EntryHeader header, Custody custody, Fen fees, Fen deposit)
    {
        AccountSpec refund = custody.Account(CustodyPart.Refund);
        (AccountSpec From, Fen Amount)[] parts =
            [(custody.Account(CustodyPart.Fees), fees), (custody.Account(CustodyPart.Deposit), deposit)];
        return Entries.Post(header, EntryCode.EndPrepayment, [.. parts.Where(part => part.Amount > Fen.Zero)
            .Select(part => new ProposedTransfer(part.From, refund, part.Amount.Value))]);
    }

    /// <summary>The bank has paid the elder back.</summary>
    public static Proposal PayRefund(EntryHeader header, Custody custody, Slug bank, Fen amount) => Entries.Post(
        header, EntryCode.RefundPrepayment, new ProposedTransfer(custody.Account(CustodyPart.Refund), Chart.Bank(bank), amount.Value));
}

/// <summary>What one entry did to an agreement's money.</summary>
/// <param name="Amount">What it moved as a whole.</param>
/// <param name="Deposit">The part of it that is of the deposit. What is paid back comes from one account, where it isn't apart.</param>
public readonly record struct CustodyMovement(Fen Amount, Fen Deposit)
{
    /// <summary>
    /// Reads it from the entry's transfers. A receipt with a deposit passes through the fees, so that the bank has one posting: its amount
    /// is what came, and not the sum of its transfers.
    /// </summary>
    public static CustodyMovement Of(IReadOnlyCollection<StoredTransfer> transfers)
    {
        StoredTransfer[] beyond = [.. transfers.Where(moved => !(IsCustody(moved.Debit) && IsCustody(moved.Credit)))];
        return new CustodyMovement(
            Sum(beyond.Length > 0 ? beyond : transfers), Sum(transfers.Where(moved => IsDeposit(moved.Debit) || IsDeposit(moved.Credit))));
    }

    private static bool IsCustody(AccountPath path) => path.Text.StartsWith(Chart.CustodyPrefix, StringComparison.Ordinal);

    private static bool IsDeposit(AccountPath path) => IsCustody(path) && Chart.CustodyPartOf(path) == CustodyPart.Deposit;

    private static Fen Sum(IEnumerable<StoredTransfer> transfers) => new(transfers.Sum(moved => moved.Transfer.Posted));
}

/// <summary>The money that one provider's agreements hold.</summary>
/// <param name="Held">Fees and deposits, in fen.</param>
/// <param name="Refunds">What waits to be paid back, in fen.</param>
/// <param name="Elders">How many elders have money there.</param>
/// <param name="Oldest">The first day of the oldest of these agreements.</param>
/// <param name="Outlived">How many of them hold fees or a deposit although their months are over.</param>
public sealed record ProviderCustody(OpaqueId Provider, Int128 Held, Int128 Refunds, int Elders, DateOnly Oldest, int Outlived)
{
    /// <summary>Adds the accounts up that hold something, by provider; the largest sum first.</summary>
    public static IReadOnlyList<ProviderCustody> Of(IEnumerable<Account> accounts, DateOnly today) =>
    [
        .. accounts.GroupBy(account => account.Terms!.Group).Select(mine =>
        {
            Account[] held = [.. mine.Where(account => PartOf(account.Path) != CustodyPart.Refund)];
            return new ProviderCustody(
                OpaqueId.Parse(mine.Key), Sum(held), Sum(mine.Except(held)),
                mine.Select(account => account.Terms!.Owner).Distinct().Count(),
                mine.Min(account => account.Terms!.From)!.Value,
                held.Where(account => account.Terms!.Until < today).Select(account => account.Path.Text.Split('/')[1]).Distinct().Count());
        }).OrderByDescending(one => one.Held).ThenBy(one => one.Provider.Text, StringComparer.Ordinal),
    ];

    /// <summary>An alert is due above the policy's limit, and where an agreement outlives its months.</summary>
    public bool IsAbove(PrepaymentPolicy policy) => Held > policy.ProviderAlert.Value;

    private static CustodyPart PartOf(AccountPath path) => Chart.CustodyPartOf(path);

    private static Int128 Sum(IEnumerable<Account> accounts) => accounts.Aggregate(
        Int128.Zero, (sum, account) => sum + account.Counters.CreditsPosted - account.Counters.DebitsPosted);
}
