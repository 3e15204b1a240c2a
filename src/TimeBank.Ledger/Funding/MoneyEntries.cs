namespace TimeBank.Ledger;

/// <summary>Entries of funds and programmes.</summary>
public static class MoneyEntries
{
    /// <summary>Money for a fund arrives in a bank account.</summary>
    public static Proposal Receive(EntryHeader header, Slug bank, Slug fund, Fen amount) =>
        Entries.Post(header, EntryCode.ReceiveMoney, new ProposedTransfer(Chart.Bank(bank), Chart.FundAvailable(fund), amount.Value));

    /// <summary>Funds allot money to a programme, each its share.</summary>
    public static Proposal Allot(EntryHeader header, Slug programme, IEnumerable<(Slug Fund, Fen Amount)> shares) =>
        Entries.Post(header, EntryCode.AllotFunds,
            [.. shares.Select(
            share => new ProposedTransfer(Chart.FundAvailable(share.Fund), Chart.ProgrammeAllotted(programme), share.Amount.Value))]);

    /// <summary>A programme returns unused money to its funds, each its share.</summary>
    public static Proposal Return(EntryHeader header, Slug programme, IEnumerable<(Slug Fund, Fen Amount)> shares) =>
        Entries.Post(header, EntryCode.ReturnFunds,
            [.. shares.Select(
            share => new ProposedTransfer(Chart.ProgrammeAllotted(programme), Chart.FundAvailable(share.Fund), share.Amount.Value))]);
}
