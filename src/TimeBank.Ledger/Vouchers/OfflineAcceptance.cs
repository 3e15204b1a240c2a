using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// What a terminal accepted without a network: its signed receipt, and what the voucher's code had promised it.
/// </summary>
/// <param name="Receipt">The digest of the signed receipt.</param>
/// <param name="FromVoucher">What the terminal took from the voucher, in its unit.</param>
/// <param name="Unit">The unit by the code, as are the next four.</param>
/// <param name="Allowed">What all terminals together may take offline, in the unit.</param>
/// <param name="Serial">The index of the voucher's last entry when the code was made.</param>
public sealed record OfflineAcceptance(OpaqueId Device, long Counter, Digest Receipt, long FromVoucher, Unit Unit, DateOnly UseBy,
    ImmutableArray<ServiceType> Services, long Allowed, long Serial)
{
    private const string DeviceKey = "offlineDevice", CounterKey = "offlineCounter", ReceiptKey = "offlineReceipt";

    /// <summary>The redemption's entry has these besides its own.</summary>
    public (string Key, string Value)[] ToDetails() =>
        [(CounterKey, Text(Counter)), (DeviceKey, Device.Text), (ReceiptKey, Receipt.ToString())];

    /// <summary>The device and counter of a redemption that was made offline; null for another one.</summary>
    public static (OpaqueId Device, long Counter)? Of(JournalEntry entry) =>
        entry.Header.Details.GetValueOrDefault(DeviceKey) is { } device
            ? (OpaqueId.Parse(device), long.Parse(entry.Detail(CounterKey), CultureInfo.InvariantCulture)) : null;

    /// <summary>
    /// The most that a money voucher pays here, where the terminal took all that the code still allowed: whoever has no network can't see
    /// what came back to the voucher since, nor a limit that rose, and the elder paid the rest. Null: the rules alone say it.
    /// </summary>
    /// <param name="since">As for <see cref="Check"/>.</param>
    public Fen? AtMost(IEnumerable<JournalEntry> since) =>
        Unit == Unit.Fen && Taken(since) + FromVoucher == Allowed ? new Fen(FromVoucher) : null;

    /// <summary>
    /// What came first, where a receipt is refused for it: where the money is spent, whatever spent it last; where terminals share what the
    /// code allows, the last of them. Null where nobody came first, as of a receipt above its own code.
    /// </summary>
    /// <param name="limits">Of the policy of the day of service.</param>
    /// <param name="standing">What was taken from the voucher and stands, the last one first.</param>
    public static JournalEntry? FirstOf(
        Reason refused, OfflineReceipt receipt, VoucherClaims claims, OfflinePolicy limits, IEnumerable<JournalEntry> standing) =>
        refused == Reason.OfflineSpent ? standing.FirstOrDefault()
        : refused == Reason.OfflineVoucherLimit && receipt.FromVoucher <= OfflineChain.MostOf(claims, limits)
            ? standing.FirstOrDefault(entry => entry.Index > claims.Serial && Of(entry) is not null)
        : null;

    /// <summary>
    /// Whether the region pays what the terminal accepted: as a whole, or not at all. In this order: the code is that of the voucher, and
    /// its paper was good on the day of service; the rules pay what the terminal took, and ask the elder for no more than the code; all
    /// terminals together stay within what the code allows. Where less is left than was taken, the money went to whoever came first.
    /// </summary>
    /// <param name="since">The voucher's redemptions since the code was made, refunded ones left out.</param>
    public RedemptionJudgement Check(VoucherFacts? voucher, RedemptionJudgement judged, IEnumerable<JournalEntry> since)
    {
        if (voucher is null) return judged;
        if (voucher.Terms.Unit != Unit || (voucher.Terms.Expires && voucher.Terms.UseBy != UseBy)
            || !voucher.Terms.ServiceTypes.Order().SequenceEqual(Services.Order()))
        {
            return Reason.OfflineOtherVoucher;
        }
        if (judged.Refusal is { Reason: Reason.VoucherUsedUp or Reason.InsufficientBalance }) return Reason.OfflineSpent;
        if (judged.Redemption is not { } redemption) return judged;
        if (redemption.ServiceDate > UseBy) return RedemptionRule.Dated(Reason.PaperExpired, UseBy);
        if (redemption.FromVoucher != FromVoucher)
        {
            return redemption.FromVoucher < FromVoucher && redemption.Remaining == 0 ? Reason.OfflineSpent
                : Refusal.Of(Reason.OfflineAmountDiffers, ("amount", Text(redemption.FromVoucher)));
        }
        // Who scans the code without a network sees the voucher's paper, and nothing that only the server knows.
        if (HolderCheckRule.Judge(judged.Needs, HolderCheck.CodeOrCard) is { } unseen) return unseen;
        long taken = Taken(since);
        return taken + FromVoucher > Allowed ? Refusal.Of(Reason.OfflineVoucherLimit, ("max", Text(Allowed))) : judged;
    }

    private static long Taken(IEnumerable<JournalEntry> since) =>
        since.Where(entry => Of(entry) is not null).Sum(entry => Redemption.Of(entry).FromVoucher);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
