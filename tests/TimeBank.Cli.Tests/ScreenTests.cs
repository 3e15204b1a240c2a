using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class ScreenTests
{
    [Fact]
    public void Table_with_Chinese_is_straight()
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.Chinese, isJson: false)
            .Table("", [new Column("姓名"), new Column("Balance", IsAmount: true)],
            [["春兰", "1小时30分钟"], ["A longer name", "5"], ["[markup]", "12,345.00元"]]);
        string[] lines = environment.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Single(lines.Select(Width).Distinct());
    }

    [Fact]
    public void Table_of_a_file_has_no_colours_and_no_line_breaks()
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: false)
            .Table("Title", [new Column("a"), new Column("b")], [[new string('x', 90), new string('y', 90)]]);
        Assert.DoesNotContain('\u001b', environment.Out);
        Assert.Equal(1, environment.Out.Split('\n').Count(line => line.Contains('x', StringComparison.Ordinal)));
    }

    [Fact]
    public void NO_COLOR_is_respected_on_a_terminal()
    {
        var environment = new TestEnvironment().With("NO_COLOR", "1");
        var screen = new Screen(environment.AsTool(isTerminal: true), Language.English, isJson: false);
        Assert.Equal(Spectre.Console.ColorSystem.NoColors, screen.Console.Profile.Capabilities.ColorSystem);
    }

    [Theory]
    [InlineData("RECEIPT_REPEATED", "--allow-repeat")]
    [InlineData("RECEIPT_REFERENCE_USED", "--allow-repeat")]
    [InlineData("FUND_PURPOSE_BOUND", "--serves-purpose")]
    [InlineData("FUND_NOT_FOUND", "")]
    public void A_refusal_that_an_option_would_allow_names_the_option(string reason, string option)
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: false)
            .Fail(new Failure(ExitCode.Refused, "ALREADY_EXISTS", reason, "No.", System.Collections.Immutable
                .ImmutableSortedDictionary<string, string>.Empty, []));

        Assert.Equal(
            option.Length == 0 ? [$"No. [{reason}]"] : [$"No. [{reason}]", $"If it is meant all the same, add {option}."],
            environment.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("regions/430211/entries/7", "Entry: 7\n")]
    [InlineData("", "")]
    public void An_entry_is_named_where_one_was_written(string entry, string said)
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: false).Entry(entry);
        Assert.Equal(said, environment.Out);
    }

    [Fact]
    public void Empty_table_says_so()
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: false).Table("", [new Column("a")], []);
        Assert.Equal("None.", environment.Out.Trim());
    }

    [Theory]
    [InlineData("next", true)]
    [InlineData("", false)]
    public void A_statement_that_is_cut_off_says_so_before_its_closing_balance(string nextPageToken, bool isCutOff)
    {
        static Balance Of(long value) => new() { Amount = new Amount { Value = value, Unit = "CNY" }, Side = Side.Credit };
        var statement = new Statement
        {
            Opening = Of(0), Closing = Of(9_900), NextPageToken = nextPageToken,
            Postings = { new Posting { Amount = new Amount { Value = 100, Unit = "CNY" }, BalanceAfter = Of(100) } },
        };
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: false).Statement(statement, "Statement");
        string[] lines = environment.Out.Split('\n');
        int closing = Array.FindIndex(lines, line => line.Contains("closing", StringComparison.Ordinal));
        Assert.Equal(isCutOff, lines[closing - 1].Contains('…', StringComparison.Ordinal));
        Assert.Equal(!isCutOff, lines[closing - 1].Contains("CNY 1.00", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("regions/430211/vouchers/A/redemptions/7", true)]
    public void A_redemption_that_was_only_tried_has_no_title(string name, bool isTitled)
    {
        var environment = new TestEnvironment();
        var screen = new Screen(environment.AsTool(), Language.English, isJson: false);
        VoucherCommands.Facts(screen, new Redemption { Name = name, Item = "meal" }, new Amount { Value = 1, Unit = "MEAL" });
        Assert.Equal(isTitled, environment.Out.Contains("vouchers/", StringComparison.Ordinal));
        Assert.Equal(isTitled, environment.Out.Contains("vouchers/A/redemptions/7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 1, "", "")]
    [InlineData("", 2, "", "nobody accepted it in time")]
    [InlineData("", 1, "rain", "rain")]
    [InlineData("regions/430211/volunteers/A", 2, "", "")]
    [InlineData("regions/430211/volunteers/A", 14 * 24 + 2, "", "nobody confirmed it in time")]
    public void An_order_that_its_time_cancelled_says_so(string volunteer, int endedAfterHours, string note, string because)
    {
        DateTimeOffset start = new(2026, 10, 1, 9, 0, 0, TimeSpan.FromHours(8));
        var order = new ServiceOrder
        {
            State = OrderState.Cancelled, Volunteer = volunteer, CancelNote = note, Planned = new Amount { Value = 120, Unit = "MIN" },
            PlannedStartTime = Timestamp.FromDateTimeOffset(start), EndTime = Timestamp.FromDateTimeOffset(start.AddHours(endedAfterHours)),
        };
        Assert.Equal(because, OrderCommands.CancelledBecause(order, Language.English));
        order.Dispute = new Dispute { Outcome = DisputeOutcome.Cancelled };
        Assert.Equal(note, OrderCommands.CancelledBecause(order, Language.English));
    }

    [Fact]
    public void How_a_service_is_proven_is_said_with_doubts_and_metres()
    {
        var order = new ServiceOrder();
        Assert.Equal("", OrderEvidenceCommands.Evidence(order, Language.English));
        order.Evidence = new Evidence
        {
            Grade = EvidenceGrade.Doubtful,
            Begin = new EndEvidence { Grade = EvidenceGrade.Doubtful, Volunteer = new Sighting { Meters = 2_300 } },
            End = new EndEvidence { Grade = EvidenceGrade.OneSide, Volunteer = new Sighting(), Recipient = new Sighting { Meters = 0 } },
        };
        order.Evidence.Begin.Doubts.Add(EvidenceDoubt.Far);
        Assert.Equal("doubtful: far from the recipient's home, 2300 m, 0 m", OrderEvidenceCommands.Evidence(order, Language.English));
        order.Evidence = new Evidence { Grade = EvidenceGrade.Paper };
        order.Record = new ServiceRecord { Document = "F-3" };
        Assert.Equal("纸质服务单补记: F-3", OrderEvidenceCommands.Evidence(order, Language.Chinese));
        order = new ServiceOrder { State = OrderState.Cancelled, Absent = OrderSide.Volunteer };
        Assert.Equal("", OrderCommands.CancelledBecause(order, Language.English));
    }

    [Fact]
    public void A_step_that_can_be_taken_back_says_until_when_and_by_whom()
    {
        var undo = new UndoableStep
        {
            Step = ServiceStep.CheckOut, Party = "regions/430211/volunteers/A",
            Until = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 10, 1, 10, 35, 0, TimeSpan.FromHours(8))),
        };
        Assert.Equal("the check-out, until 2026-10-01 10:35:00, by A", OrderCommands.Undoable(undo, Language.English));
        Assert.Equal("签退，2026-10-01 10:35:00 以前，由 A", OrderCommands.Undoable(undo, Language.Chinese));
    }

    [Fact]
    public void Json_is_the_contracts_with_every_field()
    {
        var environment = new TestEnvironment();
        new Screen(environment.AsTool(), Language.English, isJson: true)
            .Show(new Voucher { Name = "regions/430211/vouchers/A", Remaining = new Amount { Value = 80_000, Unit = "CNY" } }, () =>
            Assert.Fail("a script reads"));
        using JsonDocument document = JsonDocument.Parse(environment.Out);
        JsonElement voucher = document.RootElement;
        Assert.Equal("80000", voucher.GetProperty("remaining").GetProperty("value").GetString());
        Assert.Equal("VOUCHER_STATE_UNSPECIFIED", voucher.GetProperty("state").GetString());
        Assert.Equal(0, voucher.GetProperty("serviceTypes").GetArrayLength());
    }

    private static int Width(string line) => line.Sum(letter => letter is >= '\u2E80' and <= '\uFFEF' ? 2 : 1);
}
