using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// The typed constructors of entries, one method per event ("what moves" in the chart of accounts). No caller puts a transfer together by
/// hand. Amounts must be positive; the ledger refuses zero as <see cref="Reason.AmountNotPositive"/>.
/// </summary>
public static class Entries
{
    /// <summary>Remembers a refusal of the domain's rules under the id: a retry gets the same answer.</summary>
    public static Proposal Refuse(EntryHeader header, EntryCode code, Refusal refusal) =>
        new(header, EntryKind.Post, code) { Refused = refusal };

    /// <summary>Remembers that the id belongs to this command. The command's effect is a grain's own state.</summary>
    public static Proposal Note(EntryHeader header) => new(header, EntryKind.Note, EntryCode.Note);

    /// <summary>Brings in a balance from another system, against the unit's <see cref="Chart.OpeningBalances"/>.</summary>
    /// <param name="account">An account that <see cref="Chart.Importable"/> returns.</param>
    public static Proposal Import(EntryHeader header, AccountSpec account, bool isDebit, long amount) => Post(
        header, EntryCode.ImportBalance,
        isDebit ? new ProposedTransfer(account, Chart.OpeningBalances(account.Unit), amount)
        : new ProposedTransfer(Chart.OpeningBalances(account.Unit), account, amount));

    /// <summary>Posts the opposite of an earlier entry.</summary>
    public static Proposal Reverse(EntryHeader header, EntryId original, EntryCode code = EntryCode.Reverse) =>
        new(header, EntryKind.Reverse, code) { Of = original };

    public static Proposal Freeze(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Freeze, account, AccountFlags.Frozen, AccountFlags.None);

    public static Proposal Thaw(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Thaw, account, AccountFlags.None, AccountFlags.Frozen);

    public static Proposal Close(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Close, account, AccountFlags.Closed, AccountFlags.None);

    public static Proposal Reopen(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Reopen, account, AccountFlags.None, AccountFlags.Closed);

    internal static Proposal Post(EntryHeader header, EntryCode code, params ImmutableArray<ProposedTransfer> transfers) =>
        new(header, EntryKind.Post, code) { Transfers = transfers };

    private static Proposal Change(EntryHeader header, EntryCode code, AccountPath account, AccountFlags set, AccountFlags cleared) =>
        new(header, EntryKind.ChangeAccounts, code) { Changes = [new ProposedChange(account, set, cleared)] };
}
