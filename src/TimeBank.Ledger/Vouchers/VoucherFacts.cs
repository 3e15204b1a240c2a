namespace TimeBank.Ledger;

/// <summary>A voucher as it stands.</summary>
/// <param name="Remaining">What it has left, in its unit.</param>
public sealed record VoucherFacts(VoucherTerms Terms, long Remaining, VoucherEnd End)
{
    /// <summary>A voucher that has something left has not ended; of an empty one its last entry tells.</summary>
    /// <param name="last">The last entry that posted to the account; asked for only where nothing is left.</param>
    public static VoucherFacts Of(Account account, EntryCode? last) => Of(VoucherTerms.Of(account), account.Counters, last);

    /// <summary>The same, where its terms have been read.</summary>
    public static VoucherFacts Of(VoucherTerms terms, Counters counters, EntryCode? last) => new(
        terms, counters.DebitRoom,
        counters.DebitRoom > 0 ? VoucherEnd.None
        : last == EntryCode.VoidVoucher ? VoucherEnd.Voided
        : last == EntryCode.ExpireVoucher ? VoucherEnd.Expired
        : VoucherEnd.None);
}
