using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class StatementRefusalTests
{
    public static TheoryData<RefusalReason> Reasons => [.. Enum.GetValues<RefusalReason>()];

    [Theory, MemberData(nameof(Reasons))]
    public void Every_reason_has_its_texts_with_what_is_wrong_in_them(RefusalReason reason)
    {
        var refusal = StatementRefusal.Of(reason, 7, "金额", "{1}<one>", "two");

        Assert.Contains(refusal.TextZh, letter => letter is >= '\u4e00' and <= '\u9fff');
        Assert.DoesNotContain(refusal.TextEn, letter => letter > '\u024f');
        Assert.DoesNotContain("{0}", refusal.TextZh + refusal.TextEn, StringComparison.Ordinal);
        Assert.EndsWith("。", refusal.TextZh.Replace("<one>", "。", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_of_the_file_is_shown_by_its_beginning() =>
        Assert.InRange(StatementRefusal.Of(RefusalReason.AmountInvalid, 1, null, new string('9', 10_000)).TextEn.Length, 60, 100);
}

public sealed class WrittenAmountTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("0.01", 1L)]
    [InlineData("50.0", 5_000L)]
    [InlineData("8", 800L)]
    [InlineData("+10000.00", 1_000_000L)]
    [InlineData("-1,234,567.89", -123_456_789L)]
    [InlineData("1,000", 100_000L)]
    [InlineData("¥28.16", 2_816L)]
    [InlineData("￥-28.16", -2_816L)]
    [InlineData("-¥28.16", -2_816L)]
    [InlineData(" 28.16\t", 2_816L)]
    [InlineData("5.", 500L)]
    [InlineData("1000000000000.00", 100_000_000_000_000L)]
    [InlineData("", null)]
    [InlineData("-", null)]
    [InlineData(".5", null)]
    [InlineData("--5", null)]
    [InlineData("¥-¥5", null)]
    [InlineData("1,00", null)]
    [InlineData("1000,000", null)]
    [InlineData(",100", null)]
    [InlineData("1,,000", null)]
    [InlineData("1.2.3", null)]
    [InlineData("1.5E3", null)]
    [InlineData("１２", null)]
    [InlineData("12 34", null)]
    [InlineData("0x10", null)]
    [InlineData("∞", null)]
    [InlineData("1.234", null)]
    [InlineData("1.500", null)]
    [InlineData("1000000000001", null)]
    [InlineData("99999999999999999999999999999999", null)]
    public void Yuan_are_read_exactly_or_not_at_all(string text, long? fen)
    {
        RefusalReason? reason = WrittenAmount.TryReadFen(text, out long read);

        Assert.Equal(fen is null, reason is not null);
        if (fen is { } right) Assert.Equal(right, read);
    }

    [Theory]
    [InlineData("0.48123", 48_123L)]
    [InlineData("-0.06000", -6_000L)]
    [InlineData("0.481234", null)]
    public void Fees_have_five_decimals(string text, long? milliFen) =>
        Assert.Equal(milliFen, WrittenAmount.TryReadMilliFen(text, out long read) is null ? read : null);

    [Theory]
    [InlineData("9,", ',', 900L)]
    [InlineData("9,500", ',', 950L)]
    [InlineData("9,501", ',', null)]
    [InlineData("9.50", ',', null)]
    [InlineData("9.500", '.', 950L)]
    public void A_standards_mark_is_no_separator_of_thousands(string text, char mark, long? fen) =>
        Assert.Equal(fen, WrittenAmount.TryReadStandardFen(text, mark, out long read) is null ? read : null);
}
