using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// A campaign's donations by card: three donors pay, one gets the money back, and the payment service pays out what is left of it.
/// </summary>
internal static class CardPlan
{
    private const int RefundDay = 24, PayoutDay = 28, ArrivalDay = 30;
    private const string Payout = "demo-october";

    private static readonly ImmutableArray<Gift> Gifts =
        [new("gift/1", 20_000, 8), new("gift/2", 5_050, 15) { IsRefunded = true }, new("gift/3", 12_345, 22)];

    /// <summary>What donors paid, what they got back, and what the payment service kept of it; of a refunded gift too.</summary>
    public static long PaidFen => Gifts.Sum(gift => gift.Fen);

    public static long RefundedFen => Gifts.Where(gift => gift.IsRefunded).Sum(gift => gift.Fen);

    public static long FeesFen => Gifts.Sum(gift => CardService.FeeOf(gift.Fen));

    /// <summary>What is paid out: the nets of all that happened until then.</summary>
    public static long NetFen => PaidFen - RefundedFen - FeesFen;

    /// <summary>The payout on the bank's statement.</summary>
    public static BankMovement Arrival { get; } =
        new(ArrivalDay, NetFen, "DEMO-BANK-CARDS", "演示·支付机构", "捐赠结算款");

    /// <summary>What donors have paid when a gift is paid.</summary>
    public static long PaidUntil(Gift gift) => Gifts.Where(one => one.Day <= gift.Day).Sum(one => one.Fen);

    public static IEnumerable<Step> Of() =>
    [
        new CreateFundStep(Roles.Campaign, FundKind.Donation, "演示·冬日送暖募捐", "老年助餐", Calendar.At(1, 7, 0)),
        .. Gifts.SelectMany(gift => new Step[]
        {
            new StartGiftStep(gift, Calendar.At(gift.Day, 19, 0)), new PayGiftStep(gift, Calendar.At(gift.Day, 19, 5)),
        }),
        .. Gifts.Where(gift => gift.IsRefunded).Select(gift => new RefundGiftStep(gift, Calendar.At(RefundDay, 10, 0))),
        new PayOutCardsStep(Payout, NetFen, Calendar.At(PayoutDay, 9, 0)),
        new SyncCardsStep(Calendar.At(PayoutDay, 9, 30)),
    ];
}

/// <summary>A donor gives money to the campaign.</summary>
internal sealed record Gift(string Key, long Fen, int Day)
{
    public bool IsRefunded { get; init; }
}
