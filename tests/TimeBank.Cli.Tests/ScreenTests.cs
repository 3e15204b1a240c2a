using System.Text.Json;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class ScreenTests
{
    [Fact]
    public void Table_with_Chinese_is_straight()
    {
        var around = new TestSurroundings();
        new Screen(around.Around(), Language.Chinese, isJson: false)
            .Table("", [new Column("姓名"), new Column("Balance", IsAmount: true)],
            [["春兰", "1小时30分钟"], ["A longer name", "5"], ["[markup]", "12,345.00元"]]);
        string[] lines = around.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Single(lines.Select(Width).Distinct());
    }

    [Fact]
    public void Table_of_a_file_has_no_colours_and_no_line_breaks()
    {
        var around = new TestSurroundings();
        new Screen(around.Around(), Language.English, isJson: false)
            .Table("Title", [new Column("a"), new Column("b")], [[new string('x', 90), new string('y', 90)]]);
        Assert.DoesNotContain('\u001b', around.Out);
        Assert.Equal(1, around.Out.Split('\n').Count(line => line.Contains('x', StringComparison.Ordinal)));
    }

    [Fact]
    public void NO_COLOR_is_respected_on_a_terminal()
    {
        var around = new TestSurroundings().With("NO_COLOR", "1");
        var screen = new Screen(around.Around(isTerminal: true), Language.English, isJson: false);
        Assert.Equal(Spectre.Console.ColorSystem.NoColors, screen.Console.Profile.Capabilities.ColorSystem);
    }

    [Fact]
    public void Empty_table_says_so()
    {
        var around = new TestSurroundings();
        new Screen(around.Around(), Language.English, isJson: false).Table("", [new Column("a")], []);
        Assert.Equal("None.", around.Out.Trim());
    }

    [Fact]
    public void Json_is_the_contracts_with_every_field()
    {
        var around = new TestSurroundings();
        new Screen(around.Around(), Language.English, isJson: true)
            .Show(new Voucher { Name = "regions/430211/vouchers/A", Remaining = new Amount { Value = 80_000, Unit = "CNY" } }, () =>
            Assert.Fail("a script reads"));
        using JsonDocument document = JsonDocument.Parse(around.Out);
        JsonElement voucher = document.RootElement;
        Assert.Equal("80000", voucher.GetProperty("remaining").GetProperty("value").GetString());
        Assert.Equal("VOUCHER_STATE_UNSPECIFIED", voucher.GetProperty("state").GetString());
        Assert.Equal(0, voucher.GetProperty("serviceTypes").GetArrayLength());
    }

    private static int Width(string line) => line.Sum(letter => letter is >= '\u2E80' and <= '\uFFEF' ? 2 : 1);
}
