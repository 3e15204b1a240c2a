using TimeBank.Pages.Shell;
using Xunit;

namespace TimeBank.Pages.Tests;

public sealed class WrittenTests
{
    [Theory]
    [InlineData(0, "CNY", "零元整", "zero yuan")]
    [InlineData(1_250, "CNY", "十二元五角", "twelve yuan and fifty fen")]
    [InlineData(1_205, "CNY", "十二元零五分", "twelve yuan and five fen")]
    [InlineData(200, "CNY", "两元整", "two yuan")]
    [InlineData(10_500, "CNY", "一百零五元整", "one hundred and five yuan")]
    [InlineData(11_500, "CNY", "一百一十五元整", "one hundred and fifteen yuan")]
    [InlineData(100_100_000, "CNY", "一百万一千元整", "one million one thousand yuan")]
    [InlineData(1_000_100_000, "CNY", "一千万一千元整", "ten million one thousand yuan")]
    [InlineData(150, "MIN", "两小时三十分钟", "two hours and thirty minutes")]
    [InlineData(60, "MIN", "一小时", "one hour")]
    [InlineData(2, "MEAL", "两份餐", "two meals")]
    public void Amounts_are_said_as_people_say_them(long value, string unit, string chinese, string english)
    {
        Assert.Equal(chinese, Spoken.Amount(value, unit, Language.Chinese));
        Assert.Equal(english, Spoken.Amount(value, unit, Language.English));
    }

    [Fact]
    public void A_voucher_without_a_last_day_says_so_in_words()
    {
        Assert.Equal(("长期有效", "no expiry"), (Written.LastDay(null, Language.Chinese), Written.LastDay(null, Language.English)));
        Assert.Equal("2026年10月31日", Written.LastDay(new Google.Type.Date { Year = 2026, Month = 10, Day = 31 }, Language.Chinese));
    }

    [Theory]
    [InlineData("12", 1_200L)]
    [InlineData("12.5", 1_250L)]
    [InlineData(" 1,200.05 ", 120_005L)]
    [InlineData("¥3", 300L)]
    [InlineData("１２．５０", 1_250L)]
    [InlineData("￥１，２００。５元", 120_050L)]
    [InlineData("0.01", 1L)]
    [InlineData("", null)]
    [InlineData("-1", null)]
    [InlineData("1.234", null)]
    [InlineData("1.", null)]
    [InlineData("1e3", null)]
    [InlineData("15,50", null)]
    [InlineData("1,2345", null)]
    [InlineData("99999999999999999999", null)]
    public void Yuan_are_read_as_people_write_them(string text, long? fen) => Assert.Equal(fen, Written.ParseYuan(text));

    [Theory]
    [InlineData("/hours?month=2026-10", "/hours?month=2026-10")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    [InlineData(null, "/")]
    public void A_way_back_leads_only_to_this_server(string? back, string path) => Assert.Equal(path, SignIn.Local(back));

    [Theory]
    [InlineData("0123 4567 89ab", "0123456789AB")]
    [InlineData("regions/430211/vouchers/0123456789AB", "0123456789AB")]
    [InlineData("o1 23-4567-89AB", "0123456789AB")]
    [InlineData("0123-4567-89AB-V", "0123456789AB")]
    [InlineData("０１２３－４５６７－８９ＡＢ－Ｖ", "0123456789AB")]
    [InlineData("1023-4567-89AB-V", null)]
    [InlineData("0123-4567-89AB-VV", null)]
    [InlineData("0123-4567-89A", null)]
    [InlineData("U123-4567-89AB", null)]
    public void Number_is_read_as_people_type_it(string typed, string? id) => Assert.Equal(id, TypedId.Read(typed));
}
