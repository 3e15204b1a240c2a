namespace TimeBank.Ledger;

/// <summary>A voucher as it stands.</summary>
/// <param name="Remaining">What it has left, in its unit.</param>
public sealed record VoucherFacts(VoucherTerms Terms, long Remaining, VoucherEnd End)
{
    /// <summary>A voucher that has something left has not ended; of an empty one its last entry tells.</summary>
    /// <param name="last">The last entry that posted to the account; asked for only where nothing is left.</param>
    public static VoucherFacts Of(Account account, JournalEntry? last) => Of(VoucherTerms.Of(account), account, last);

    /// <summary>The same, where its terms have been read.</summary>
    public static VoucherFacts Of(VoucherTerms terms, Account account, JournalEntry? last) => new(
        terms, account.Counters.DebitRoom,
        account.Counters.DebitRoom > 0 || last is null ? VoucherEnd.None
        : last.Code == EntryCode.VoidVoucher || IsIssueReversed(account, last) ? VoucherEnd.Voided
        : last.Code == EntryCode.ExpireVoucher ? VoucherEnd.Expired
        : VoucherEnd.None);

    /// <summary>Whether the last entry of an account took its issue back: nobody used the voucher, and nobody can.</summary>
    public static bool IsIssueReversed(Account account, JournalEntry last) => last.Kind == EntryKind.Reverse && last.Of == account.Opened;
}
