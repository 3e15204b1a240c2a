using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class RedemptionAmountTests
{
    private const long Plenty = 80_000;

    /// <summary>In fen: price, ceiling, insurance, (percent,) balance; then the parts of voucher, insurance and elder.</summary>
    [Theory]
    [InlineData(8_000, 8_000, 0, 50, Plenty, 4_000, 0, 4_000)]
    [InlineData(8_000, 8_000, 0, 40, Plenty, 3_200, 0, 4_800)]
    [InlineData(10_000, 8_000, 0, 50, Plenty, 4_000, 0, 6_000)] // above the ceiling: the excess is the elder's
    [InlineData(6_000, 8_000, 0, 50, Plenty, 3_000, 0, 3_000)] // below the ceiling: the price counts
    [InlineData(8_000, 8_000, 3_000, 50, Plenty, 2_500, 3_000, 2_500)]
    [InlineData(10_000, 8_000, 3_000, 50, Plenty, 2_500, 3_000, 4_500)]
    [InlineData(10_000, 8_000, 8_000, 50, Plenty, 0, 8_000, 2_000)] // insurance covers all up to the ceiling
    [InlineData(10_000, 8_000, 9_000, 50, Plenty, 0, 9_000, 1_000)] // … and more: not below zero
    [InlineData(8_000, 8_000, 9_000, 50, Plenty, 0, 8_000, 0)] // insurance pays no more than the price
    [InlineData(7_777, 8_000, 0, 50, Plenty, 3_888, 0, 3_889)] // rounded down, the odd fen is the elder's
    [InlineData(1, 8_000, 0, 50, Plenty, 0, 0, 1)]
    [InlineData(8_000, 8_000, 0, 50, 1_000, 1_000, 0, 7_000)] // up to the balance
    [InlineData(8_000, 8_000, 0, 50, 0, 0, 0, 8_000)]
    [InlineData(8_000, 8_000, 0, 0, Plenty, 0, 0, 8_000)]
    [InlineData(8_000, 8_000, 0, 100, Plenty, 8_000, 0, 0)]
    [InlineData(0, 8_000, 0, 50, Plenty, 0, 0, 0)]
    [InlineData(long.MaxValue, long.MaxValue, 0, 50, long.MaxValue, long.MaxValue / 2, 0, (long.MaxValue / 2) + 1)]
    public void A_price_is_shared(long price, long ceiling, long insurance, int percent, long balance, long voucher, long insured,
        long elder) =>
        Assert.Equal(
            new RedemptionAmount(new Fen(voucher), new Fen(insured), new Fen(elder)),
            RedemptionAmount.Of(new Fen(price), new Fen(ceiling), new Fen(insurance), percent, new Fen(balance)));

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_share_is_between_nothing_and_all(int percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RedemptionAmount.Of(new Fen(1), new Fen(1), Fen.Zero, percent, new Fen(1)));

    [Fact]
    public void The_three_parts_make_up_the_price_and_none_passes_its_limit()
    {
        Random random = new(20261001);
        for (int run = 0; run < 10_000; run++)
        {
            Fen price = new(random.Next(20_000)), ceiling = new(random.Next(20_000)), insurance = new(random.Next(20_000)),
                balance = new(random.Next(20_000));
            int percent = random.Next(101);

            RedemptionAmount amount = RedemptionAmount.Of(price, ceiling, insurance, percent, balance);

            Assert.Equal(price, amount.Voucher + amount.Insurance + amount.Elder);
            Assert.True(amount.Voucher <= balance && amount.Voucher <= ceiling && amount.Insurance <= insurance, $"run {run}");
        }
    }
}
