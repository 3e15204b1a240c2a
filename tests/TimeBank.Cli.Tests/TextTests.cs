using System.Reflection;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData(0, "CNY", "CNY 0.00", "0.00元")]
    [InlineData(5, "CNY", "CNY 0.05", "0.05元")]
    [InlineData(123_456_789, "CNY", "CNY 1,234,567.89", "1,234,567.89元")]
    [InlineData(long.MaxValue, "CNY", "CNY 92,233,720,368,547,758.07", "92,233,720,368,547,758.07元")]
    [InlineData(0, "MIN", "0 min", "0分钟")]
    [InlineData(45, "MIN", "45 min", "45分钟")]
    [InlineData(120, "MIN", "2 h", "2小时")]
    [InlineData(90_015, "MIN", "1,500 h 15 min", "1,500小时15分钟")]
    [InlineData(1, "MEAL", "1 meal", "1份餐")]
    [InlineData(3, "MEAL", "3 meals", "3份餐")]
    [InlineData(7, "LUNCH", "7 LUNCH", "7LUNCH")]
    public void Amounts_read_as_people_write_them(long value, string unit, string english, string chinese)
    {
        var amount = new Amount { Value = value, Unit = unit };
        Assert.Equal((english, chinese), (AmountText.Of(amount, Language.English), AmountText.Of(amount, Language.Chinese)));
    }

    [Theory]
    [InlineData("12", 1_200)]
    [InlineData("12.5", 1_250)]
    [InlineData("0.05", 5)]
    [InlineData("92233720368547756.99", 9_223_372_036_854_775_699)]
    public void Yuan_become_fen(string text, long fen) =>
        Assert.Equal(new Amount { Value = fen, Unit = "CNY" }, AmountText.ParseYuan(text));

    [Theory]
    [InlineData("")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.234")]
    [InlineData("-1")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    public void What_is_no_money_is_refused(string text) => Assert.Throws<UsageException>(() => AmountText.ParseYuan(text));

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90m", 90)]
    [InlineData("2h", 120)]
    [InlineData("1h30m", 90)]
    [InlineData("1H5", 65)]
    public void Lengths_become_minutes(string text, long minutes) =>
        Assert.Equal(new Amount { Value = minutes, Unit = "MIN" }, AmountText.ParseMinutes(text));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("m")]
    [InlineData("1.5h")]
    [InlineData("-30")]
    [InlineData("1h2h")]
    [InlineData("1h60")]
    [InlineData("1h99m")]
    public void What_is_no_length_is_refused(string text) => Assert.Throws<UsageException>(() => AmountText.ParseMinutes(text));

    [Fact]
    public void Balances_on_the_debit_side_say_so()
    {
        var balance = new Balance { Amount = new Amount { Value = 60, Unit = "MIN" }, Side = Side.Debit };
        Assert.Equal(("1 h Dr", "借 1小时"), (AmountText.Of(balance, Language.English), AmountText.Of(balance, Language.Chinese)));
    }

    [Fact]
    public void Moments_are_told_in_Chinas_time() =>
        Assert.Equal("2026-10-01 00:00:00",
            TimeText.Of(Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 9, 30, 16, 0, 0, TimeSpan.Zero))));

    [Theory]
    [InlineData("2026-10-05 09:00", "2026-10-05 09:00:00")]
    [InlineData("2026-10-05T09:00:30", "2026-10-05 09:00:30")]
    [InlineData("2026-10-05T01:00:00Z", "2026-10-05 09:00:00")]
    public void Times_without_a_zone_are_Chinas(string text, string time) => Assert.Equal(time, TimeText.Of(TimeText.ParseTime(text)));

    [Fact]
    public void Months_have_all_their_days() =>
        Assert.Equal("2026-02-01 … 2026-02-28", TimeText.Of(TimeText.DaysOf(TimeText.ParseMonth("2026-02"))));

    [Theory]
    [InlineData("volunteers", "P7", "regions/430211/volunteers/P7")]
    [InlineData("volunteers", "volunteers/P7", "regions/430211/volunteers/P7")]
    [InlineData("volunteers", "regions/430203/volunteers/P7", "regions/430203/volunteers/P7")]
    [InlineData("accounts", "fund/lottery/available", "regions/430211/accounts/fund/lottery/available")]
    public void Names_are_completed(string collection, string text, string name) =>
        Assert.Equal(name, ResourceNames.Full(collection, text, "430211"));

    [Fact]
    public void Names_are_shortened() => Assert.Equal(("fund/lottery/available", "accounts", "430211"), (
        ResourceNames.Short("regions/430211/accounts/fund/lottery/available"),
            ResourceNames.CollectionOf("regions/430211/accounts/fund/lottery/available"),
            ResourceNames.RegionOf("regions/430211/elders/A")));

    [Fact]
    public void Every_choice_of_the_contract_can_be_typed()
    {
        MethodInfo check = typeof(TextTests).GetMethod(nameof(CheckEnum), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (System.Type type in typeof(Amount).Assembly.GetExportedTypes()
            .Where(type => type is { IsEnum: true, IsNested: false })) check.MakeGenericMethod(type).Invoke(null, null);
    }

    private static void CheckEnum<T>()
        where T : struct, System.Enum
    {
        string prefix = EnumText.UpperSnake(typeof(T).Name) + "_";
        foreach (T value in System.Enum.GetValues<T>().Skip(1))
        {
            string name = typeof(T).GetField(value.ToString())!.GetCustomAttribute<OriginalNameAttribute>()!.Name;
            Assert.Equal(
                [value, value], [EnumText.Parse<T>(name), EnumText.Parse<T>(name[prefix.Length..].Replace('_', '-').ToLowerInvariant())]);
        }
    }

    [Theory]
    [InlineData(Role.ProviderClerk, "provider_clerk")]
    [InlineData(Role.Auditor, "auditor")]
    public void Roles_are_named_as_tokens_name_them(Role role, string name) => Assert.Equal(name, ActingAs.NameOf(role));

    [Theory]
    [InlineData("", "en_GB.UTF-8", "en")]
    [InlineData("", "zh_CN.UTF-8", "zh-CN")]
    [InlineData("", "", "en")]
    [InlineData("--lang zh-CN", "en_GB.UTF-8", "zh-CN")]
    [InlineData("--lang=en", "zh_CN.UTF-8", "en")]
    public void Language_is_the_flags_or_the_locales(string args, string lang, string locale) =>
        Assert.Equal(locale, Language.Choose(args.Split(' '), name => name == "LANG" ? lang : null).Locale);

    [Fact]
    public void LC_ALL_goes_before_LANG() =>
        Assert.Equal("zh-CN", Language.Choose([], name => name == "LC_ALL" ? "zh_CN.UTF-8" : "en_GB.UTF-8").Locale);
}
