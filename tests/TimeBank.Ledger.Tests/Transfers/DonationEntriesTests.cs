using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class DonationEntriesTests
{
    private static readonly DateTimeOffset Created = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Each movement, what the fund has and owes, and the transfers that book it.</summary>
    public static TheoryData<string, bool, long, long, FundStanding, EntryCode, string> Movements { get; } = new()
    {
        { "charge", false, 1_000, 38, default, EntryCode.ReceiveDonation,
            "stripe/balance>fund/gift/available 962, expense/fees>fund/gift/available 38" },
        { "charge", false, 1_000, 0, default, EntryCode.ReceiveDonation, "stripe/balance>fund/gift/available 1000" },
        { "charge", false, 10, 30, default, EntryCode.ReceiveDonation,
            "expense/fees>stripe/balance 20, expense/fees>fund/gift/available 10" },
        { "payment", false, 1_000, 0, new(5, 300), EntryCode.ReceiveDonation,
            "stripe/balance>fund/gift/available 700, stripe/balance>fund/gift/owed 300" },
        { "charge", false, 1_000, 0, new(0, 4_000), EntryCode.ReceiveDonation, "stripe/balance>fund/gift/owed 1000" },
        { "refund", false, -400, 0, new(1_000, 0), EntryCode.RefundDonation, "fund/gift/available>stripe/balance 400" },
        { "refund", false, -400, 0, new(100, 0), EntryCode.RefundDonation,
            "fund/gift/available>stripe/balance 100, fund/gift/owed>stripe/balance 300" },
        { "payment_refund", false, -400, 0, new(0, 7), EntryCode.RefundDonation, "fund/gift/owed>stripe/balance 400" },
        { "refund_failure", false, 400, 0, default, EntryCode.ReinstateDonation, "stripe/balance>fund/gift/available 400" },
        // A real file's figures: amount -1000, fee 1500, net -2500.
        { "adjustment", true, -1_000, 1_500, new(1_000, 0), EntryCode.DisputeDonation,
            "expense/fees>stripe/balance 1500, fund/gift/available>stripe/balance 1000" },
        { "adjustment", true, 1_000, -1_500, default, EntryCode.ReinstateDonation,
            "stripe/balance>expense/fees 1500, stripe/balance>fund/gift/available 1000" },
        { "payout", false, -5_000, 0, default, EntryCode.StripePayout, "stripe/in-transit>stripe/balance 5000" },
        { "payout_failure", false, 5_000, 0, default, EntryCode.StripePayout, "stripe/balance>stripe/in-transit 5000" },
        { "stripe_fee", false, -70, 0, default, EntryCode.StripeAdjustment, "expense/fees>stripe/balance 70" },
        { "stripe_fee", false, -70, 5, default, EntryCode.StripeAdjustment, "expense/fees>stripe/balance 75" },
        { "adjustment", false, -70, 0, default, EntryCode.StripeAdjustment, "stripe/suspense>stripe/balance 70" },
        { "something_new", false, 70, 1, default, EntryCode.StripeAdjustment,
            "stripe/balance>stripe/suspense 69, expense/fees>stripe/suspense 1" },
    };

    [Theory, MemberData(nameof(Movements), DisableDiscoveryEnumeration = true)]
    public void Gross_fee_and_net_are_legs_of_one_entry(
        string type, bool isOfDispute, long gross, long fee, FundStanding standing, EntryCode code, string transfers)
    {
        var movement = new CardMovement("txn_1", type, type, "src_1", gross, fee, Created);
        CardUse use = CardRule.Judge(movement, isOfDispute);

        Proposal proposal = DonationEntries.Book(
            Given.Header("a"), movement, use, use.Side == CardSide.Fund ? Slug.Parse("gift") : null, standing);

        Assert.Equal(code, proposal.Code);
        Assert.Equal(transfers, string.Join(", ", proposal.Transfers.Select(one => $"{one.Debit.Path}>{one.Credit.Path} {one.Amount}")));
        Assert.All(proposal.Transfers, one => Assert.Equal(Unit.Fen, one.Unit));
    }

    [Fact]
    public void A_movement_makes_its_entrys_id_and_is_told_from_a_changed_one()
    {
        var movement = new CardMovement("txn_1", "charge", "charge", "ch_1", 1_000, 38, Created);

        Assert.Equal(movement.EntryId(), (movement with { Gross = 5 }).EntryId());
        Assert.Distinct([movement.EntryId(), movement.EntryId(1), movement.EntryId(2), (movement with { Id = "txn_2" }).EntryId()]);
        Assert.Equal(movement.Digest(), (movement with { Category = "another word" }).Digest());
        Assert.Distinct([movement.Digest(), (movement with { Gross = 1_001 }).Digest(), (movement with { Fee = 39 }).Digest(),
            (movement with { Source = "ch_2" }).Digest(), (movement with { Created = Created.AddSeconds(1) }).Digest()]);
    }

    [Fact]
    public void What_a_fund_owes_can_not_be_paid_twice()
    {
        var book = new Book();
        var taken = new CardMovement("txn_1", "refund", "refund", "re_1", -300, 0, Created);
        book.Accept(DonationEntries.Book(Given.Header("a"), taken, CardRule.Judge(taken, false), Slug.Parse("gift"), default));
        var given = new CardMovement("txn_2", "charge", "charge", "ch_1", 1_000, 0, Created);
        Proposal stale = DonationEntries.Book(
            Given.Header("b"), given, CardRule.Judge(given, false), Slug.Parse("gift"), new FundStanding(0, 301));

        Assert.Equal(Reason.LimitReached, book.Submit(stale).Refusal?.Reason);
    }
}
