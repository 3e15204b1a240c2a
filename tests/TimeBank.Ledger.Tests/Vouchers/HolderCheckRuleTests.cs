using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class HolderCheckRuleTests
{
    private const string Meals = """{ "service": "meal", "fromFen": 2000, "needs": "code-or-card" }""",
        Care = """{ "service": "care", "fromFen": 0, "needs": "pin" }""",
        Large = """{ "service": "any", "fromFen": 50000, "needs": "confirmation" }""",
        FreeBaths = """{ "service": "bath", "fromFen": 0, "needs": "nothing" }""",
        Any = """{ "service": "any", "fromFen": 1000, "needs": "pin" }""";

    /// <summary>The table, the services of a payment, its fen, and what it needs.</summary>
    public static TheoryData<string, string, long, HolderCheck> Table => new()
    {
        { "", "Meal", 1_000_000, HolderCheck.Nothing },
        { Meals, "Meal", 1_999, HolderCheck.Nothing },
        { Meals, "Meal", 2_000, HolderCheck.CodeOrCard },
        { Meals, "Bath", 2_000, HolderCheck.Nothing },
        { $"{Large}, {Meals}", "Meal", 49_999, HolderCheck.CodeOrCard },
        { $"{Large}, {Meals}", "Meal", 50_000, HolderCheck.Confirmation },
        // The first row that fits decides, also where a later one needs more.
        { $"{FreeBaths}, {Any}", "Bath", 90_000, HolderCheck.Nothing },
        { $"{FreeBaths}, {Any}", "Clean", 999, HolderCheck.Nothing },
        { $"{FreeBaths}, {Any}", "Clean", 1_000, HolderCheck.Pin },
        // The strongest of a bill's services, each by the bill's whole amount.
        { $"{Meals}, {Care}", "Meal,Care", 1, HolderCheck.Pin },
        { $"{Meals}, {Care}", "Meal,Bath", 2_000, HolderCheck.CodeOrCard },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_first_row_that_fits_says_what_a_payment_needs(string rows, string services, long fen, HolderCheck needed) =>
        Assert.Equal(needed, HolderCheckRule.Needed(services.Split(',').Select(Enum.Parse<ServiceType>), new Fen(fen), With(rows)));

    /// <summary>A row's sum, what was paid before by the elder and at the provider, and what 12 yuan more need.</summary>
    public static TheoryData<string, long, long, HolderCheck> Sums => new()
    {
        { "", 90_000, 90_000, HolderCheck.Nothing },
        { "payment", 90_000, 90_000, HolderCheck.Nothing },
        { "day", 800, 0, HolderCheck.Pin },
        { "day", 799, 799, HolderCheck.Nothing },
        { "day-at-provider", 90_000, 799, HolderCheck.Nothing },
        { "day-at-provider", 800, 800, HolderCheck.Pin },
    };

    [Theory]
    [MemberData(nameof(Sums))]
    public void A_row_may_judge_by_the_sum_of_the_day(string sum, long byElder, long atProvider, HolderCheck needed)
    {
        string by = sum.Length == 0 ? "" : $", \"sum\": \"{sum}\"";
        Policy policy = With($$"""{ "service": "any", "fromFen": 2000, "needs": "pin"{{by}} }""");

        Assert.Equal(needed, HolderCheckRule.Needed(
            [ServiceType.Meal], new Fen(1_200), policy, spent: new SpentToday(new Fen(byElder), new Fen(atProvider))));
        Assert.Equal(sum.StartsWith("day", StringComparison.Ordinal), policy.Vouchers.ChecksDaySums);
    }

    [Fact]
    public void Of_a_dead_elder_nobody_types_a_PIN()
    {
        var day = new DateOnly(2026, 10, 1);
        HolderCheck Needed(string rows, Reason reason) =>
            HolderCheckRule.Needed([ServiceType.Care], new Fen(2_000), With(rows), (day, reason));

        Assert.Equal(HolderCheck.Confirmation, Needed(Care, Reason.ElderDeceased));
        Assert.Equal(HolderCheck.Pin, Needed(Care, Reason.ElderLeft));
        Assert.Equal(HolderCheck.Nothing, Needed(Meals, Reason.ElderDeceased));
        Assert.Equal(HolderCheck.CodeOrCard, Needed(Meals.Replace("meal", "care", StringComparison.Ordinal), Reason.ElderDeceased));
    }

    [Fact]
    public void What_is_stronger_stands_for_what_is_weaker()
    {
        foreach (HolderCheck needed in Enum.GetValues<HolderCheck>())
        {
            foreach (HolderCheck shown in Enum.GetValues<HolderCheck>())
                Assert.Equal(shown >= needed, HolderCheckRule.Judge(needed, shown) is null);
        }
        Assert.Equal(
            Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_CODE_OR_CARD")),
            HolderCheckRule.Judge(HolderCheck.CodeOrCard, HolderCheck.Nothing));
    }

    [Fact]
    public void The_policy_shows_its_table_and_its_default()
    {
        Assert.Equal("meal from 2000: code-or-card, any from 50000: confirmation",
            With($"{Meals}, {Large}").Items.Single(item => item.Key == "vouchers.confirm").Value);
        Assert.Equal("nothing", With("").Defaults.Single(item => item.Key == "vouchers.confirm").Value);
        Assert.Equal(15, With("").Vouchers.ConfirmWaitMinutes);
    }

    /// <summary>The rows, and a part of the error's message.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { Any + ", " + Meals, "row 2 is never reached" },
        { Meals + ", " + Meals, "row 2 is never reached" },
        { Meals.Replace("}", ", \"sum\": \"day\" }", StringComparison.Ordinal) + ", " + Meals, "row 2 is never reached" },
        { Meals.Replace("}", ", \"sum\": \"week\" }", StringComparison.Ordinal), "one of day, day-at-provider, payment" },
        { Meals.Replace("meal", "meals", StringComparison.Ordinal), "one of any, bath" },
        { Meals.Replace("code-or-card", "code", StringComparison.Ordinal), "one of code-or-card, confirmation, nothing, pin" },
        { Meals.Replace("2000", "-1", StringComparison.Ordinal), "-1 is not between" },
        { Meals.Replace("fromFen", "fromYuan", StringComparison.Ordinal), "wrong unit: the key is 'fromFen'" },
        { Meals.Replace(", \"needs\"", ", \"note\": 1, \"needs\"", StringComparison.Ordinal), "unknown key" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_table_that_can_not_be_right_is_refused(string rows, string message)
    {
        DataResult<Policy> read = Policy.Parse(File(rows));

        Assert.Null(read.Value);
        Assert.Contains(read.Errors, error => error.Path.StartsWith("$.vouchers.confirm", StringComparison.Ordinal)
            && error.Message.Contains(message, StringComparison.Ordinal));
    }

    private static Policy With(string rows) => Policy.Parse(File(rows)).Expect("the policy with a table");

    private static byte[] File(string rows) => rows.Length == 0
        ? Encoding.UTF8.GetBytes(ShippedFile.Text("policy-2026-01.json"))
        : ShippedFile.With("policy-2026-01.json", "\"issueDayOfMonth\"",
            $$"""
            "confirm": { "value": [{{rows}}], "source": "own" }, "issueDayOfMonth"
            """);
}
