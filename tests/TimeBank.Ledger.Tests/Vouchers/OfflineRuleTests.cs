using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class OfflineRuleTests
{
    private static readonly OfflinePolicy Policy = new(new Fen(5_000), new Fen(50_000), 24);
    private static readonly DateOnly UseBy = new(2026, 10, 31);

    [Theory]
    [InlineData(VoucherKind.Money, 0, 80_000, 5_000)]
    [InlineData(VoucherKind.Money, 0, 4_999, 4_999)]
    [InlineData(VoucherKind.Units, 1_350, 20, 3)]
    [InlineData(VoucherKind.Units, 1_350, 2, 2)]
    [InlineData(VoucherKind.Units, 5_001, 20, 0)]
    [InlineData(VoucherKind.Units, 5_000, 20, 1)]
    [InlineData(VoucherKind.Units, 0, 20, 20)]
    public void Amount_is_what_the_policy_allows_and_the_voucher_has(VoucherKind kind, long price, long remaining, long amount) =>
        Assert.Equal(amount, OfflineRule.Amount(Voucher(kind, price, remaining), Policy));

    [Theory]
    [InlineData(VoucherEnd.None, 1, 0, null)]
    [InlineData(VoucherEnd.None, 1, 1, Reason.VoucherExpired)]
    [InlineData(VoucherEnd.None, 0, 0, Reason.VoucherUsedUp)]
    [InlineData(VoucherEnd.Voided, 0, 0, Reason.VoucherVoided)]
    [InlineData(VoucherEnd.Voided, 0, 1, Reason.VoucherVoided)]
    [InlineData(VoucherEnd.Expired, 0, 0, Reason.VoucherExpired)]
    public void Paper_is_for_what_can_still_be_used(VoucherEnd end, long remaining, int daysAfter, Reason? reason) =>
        Assert.Equal(reason, OfflineRule.Print(Voucher(VoucherKind.Units, 1_350, remaining, end), UseBy.AddDays(daysAfter))?.Reason);

    private static VoucherFacts Voucher(VoucherKind kind, long price, long remaining, VoucherEnd end = VoucherEnd.None) => new(
        OpaqueId.Parse("C00000000001"),
        new VoucherTerms(OpaqueId.Parse("0123456789AB"), Slug.Parse("meals"), kind, kind == VoucherKind.Money ? Unit.Fen : Unit.Meal,
            [ServiceType.Meal], new Fen(price), new DateOnly(2026, 10, 1), UseBy, UseBy.AddDays(28)),
        remaining, end);
}
