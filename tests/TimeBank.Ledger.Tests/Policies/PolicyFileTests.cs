using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class PolicyFileTests
{
    private const string File = "policy-2026-01.json";

    /// <summary>A text of the file, its replacement, the error's path, and a part of the error's message.</summary>
    public static TheoryData<string, string, string, string> Wrong => new()
    {
        // Unknown and missing keys.
        { "\"undoMinutes\": {", "\"surprise\": 1, \"undoMinutes\": {", "$.surprise", "unknown key" },
        { "\"coinMinutes\": { \"value\": 60,", "\"coinMinutes\": { \"note\": \"x\", \"value\": 60,", "$.hours.coinMinutes.note",
            "unknown key" },
        { "\"quantumMinutes\": { \"value\": 15, \"source\": \"Nanjing\" },", "", "$.hours.quantumMinutes", "missing" },
        { "\"effective\": \"2026-01-01\",", "", "$.effective", "missing" },
        { "\"holdbackPercent\": { \"value\": 5, ", "\"holdbackPercent\": { ", "$.settlement.holdbackPercent.value", "missing" },
        { "\"batchMaxPayments\": { \"value\": 100, \"source\": \"Forus\" }", "\"batchMaxPayments\": { \"value\": 100 }",
            "$.settlement.batchMaxPayments.source", "missing" },
        { "\"value\": 240, \"source\": \"Nanjing; own\"", "\"value\": 240, \"source\": \" \"",
            "$.hours.issued.grantMinutesPerMonth.source", "empty" },

        // Repeated keys.
        { "\"undoMinutes\": {", "\"undoMinutes\": { \"value\": 10, \"source\": \"own\" }, \"undoMinutes\": {", "$.undoMinutes", "twice" },

        // Wrong units.
        { "\"balanceCapMinutes\": { \"value\": 90000", "\"balanceCapHours\": { \"value\": 1500", "$.hours.balanceCapHours",
            "wrong unit: the key is 'balanceCapMinutes'" },
        { "\"ceilingFenPerMonth\": { \"value\": 80000", "\"ceilingYuanPerMonth\": { \"value\": 800",
            "$.vouchers.national.ceilingYuanPerMonth", "wrong unit: the key is 'ceilingFenPerMonth'" },
        { "\"claimGraceDays\"", "\"claimGraceMonths\"", "$.vouchers.claimGraceMonths", "wrong unit: the key is 'claimGraceDays'" },

        // Wrong types.
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": \"60\"", "$.hours.coinMinutes.value", "not a whole number" },
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": 60.5", "$.hours.coinMinutes.value",
            "not a whole number of 64 bits" },
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": 6e400", "$.hours.coinMinutes.value",
            "not a whole number of 64 bits" },
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": 9223372036854775808", "$.hours.coinMinutes.value",
            "not a whole number of 64 bits" },
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": null", "$.hours.coinMinutes.value", "neither a number" },
        { "\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": true", "$.hours.coinMinutes.value", "neither a number" },
        { "\"coinMinutes\": { \"value\": 60, \"source\": \"Beijing, Shanghai\" }", "\"coinMinutes\": 60", "$.hours.coinMinutes",
            "not an object" },
        { "\"source\": \"Hailin\"", "\"source\": 7", "$.hours.sessionMaxMinutes.source", "not a text" },
        { "[6000, 18000, 30000, 60000, 90000]", "6000", "$.hours.gradeFromMinutes.value", "not a list" },
        { "[6000, 18000, 30000, 60000, 90000]", "[]", "$.hours.gradeFromMinutes.value", "not a list, or empty" },
        { "[6000, 18000, 30000, 60000, 90000]", "[6000, \"18000\"]", "$.hours.gradeFromMinutes.value[1]", "not a whole number" },
        { "\"lowIncomeFromGrade\": { \"value\": \"moderate\"", "\"lowIncomeFromGrade\": { \"value\": \"middling\"",
            "$.hours.issued.lowIncomeFromGrade.value", "one of able, complete" },
        { "[\"living-alone\", \"low-income\"", "[\"living-alone\", \"rich\"", "$.vouchers.meal.hardshipFlags.value[1]",
            "one of empty-nest" },
        { "\"region\": \"430000\"", "\"region\": \"43000\"", "$.region", "six digits" },
        { "\"region\": \"430000\"", "\"region\": 430000", "$.region", "six digits" },
        { "\"version\": \"2026-01\"", "\"version\": \"2026 01\"", "$.version", "small letters" },
        { "\"effective\": \"2026-01-01\"", "\"effective\": \"2026-02-30\"", "$.effective", "a date" },
        { "\"effective\": \"2026-01-01\"", "\"effective\": \"01/01/2026\"", "$.effective", "a date" },

        // Out of range.
        { "\"value\": 90000, \"source\": \"Nanjing, Guangzhou", "\"value\": -1, \"source\": \"Nanjing, Guangzhou",
            "$.hours.balanceCapMinutes.value", "-1 is not between" },
        { "\"quantumMinutes\": { \"value\": 15", "\"quantumMinutes\": { \"value\": 0", "$.hours.quantumMinutes.value", "0 is not between" },
        { "\"lotteryMinPercent\": { \"value\": 55", "\"lotteryMinPercent\": { \"value\": 101", "$.funding.lotteryMinPercent.value",
            "101 is not between 0 and 100" },
        { "\"spendFromAgeYears\": { \"value\": 60", "\"spendFromAgeYears\": { \"value\": 600", "$.hours.spendFromAgeYears.value",
            "600 is not between" },
        { "\"issueDayOfMonth\": { \"value\": 1,", "\"issueDayOfMonth\": { \"value\": 31,", "$.vouchers.issueDayOfMonth.value",
            "31 is not between 1 and 28" },
        { "\"ableFromPoints\": { \"value\": 90", "\"ableFromPoints\": { \"value\": 91", "$.ability.ableFromPoints.value",
            "91 is not between 1 and 90" },
        { "\"issueDayOfMonth\"", "\"paperMonths\": { \"value\": 13, \"source\": \"own\" }, \"issueDayOfMonth\"",
            "$.vouchers.paperMonths.value", "13 is not between 0 and 12" },

        // Numbers that may be left out.
        { "\"settlement\": {", "\"settlement\": { \"payeeWaitHours\": { \"value\": 1, \"source\": \"own\" },",
            "$.settlement.payeeWaitHours", "wrong unit: the key is 'payeeWaitDays'" },
        { "\"settlement\": {", "\"settlement\": { \"payeeWaitDays\": { \"value\": 400, \"source\": \"own\" },",
            "$.settlement.payeeWaitDays.value", "400 is not between 0 and 365" },
        { "\"settlement\": {", "\"reconciliation\": { \"daysSoon\": 1 }, \"settlement\": {", "$.reconciliation.daysSoon", "unknown key" },

        // Numbers that contradict each other.
        { "\"quantumMinutes\": { \"value\": 15", "\"quantumMinutes\": { \"value\": 24", "$.hours.quantumMinutes", "does not divide" },
        { "\"sessionMaxMinutes\": { \"value\": 120", "\"sessionMaxMinutes\": { \"value\": 125", "$.hours.sessionMaxMinutes",
            "no multiple" },
        { "\"dayMaxMinutes\": { \"value\": 480", "\"dayMaxMinutes\": { \"value\": 90", "$.hours.dayMaxMinutes", "shorter than a session" },
        { "\"dayMaxMinutes\": { \"value\": 480", "\"dayMaxMinutes\": { \"value\": 1441", "$.hours.dayMaxMinutes", "longer than a day" },
        { "[6000, 18000, 30000, 60000, 90000]", "[6000, 30000, 18000]", "$.hours.gradeFromMinutes", "does not rise" },
        { "\"homeRatioPercent\": { \"value\": 50", "\"homeRatioPercent\": { \"value\": 61", "$.vouchers.national.homeRatioPercent",
            "outside the band of 30 to 60" },
        { "\"institutionRatioPercent\": { \"value\": 40", "\"institutionRatioPercent\": { \"value\": 29",
            "$.vouchers.national.institutionRatioPercent", "outside the band" },
        { "\"mildFromPoints\": { \"value\": 66", "\"mildFromPoints\": { \"value\": 90", "$.ability.mildFromPoints", "does not lie below" },
        { "\"deviceMaxFen\": { \"value\": 50000", "\"deviceMaxFen\": { \"value\": 4999", "$.vouchers.offline.deviceMaxFen",
            "less than one voucher's" },
        { "\"lowIncomeToAgeYears\": { \"value\": 79", "\"lowIncomeToAgeYears\": { \"value\": 59", "$.hours.issued.lowIncomeToAgeYears",
            "lies below" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_file_is_refused_with_the_place(string old, string changed, string path, string message)
    {
        DataResult<Policy> result = Policy.Parse(ShippedFile.With(File, old, changed));

        Assert.Null(result.Value);
        DataError error = Assert.Single(result.Errors, error => error.Path == path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        // A wrong unit gives two errors, because the right key is missing too. All other faults give one.
        Assert.Equal(
            message.StartsWith("wrong unit", StringComparison.Ordinal) && !path.Contains("payeeWait", StringComparison.Ordinal) ? 2 : 1,
            result.Errors.Length);
        if (message != "missing")
            Assert.Equal(ShippedFile.LineOf(File, old), error.Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{} {}")]
    [InlineData("{ // comment\n }")]
    [InlineData("{ \"region\": \"\\ud800\" }")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")]
    public void What_is_no_policy_at_all_is_refused(string text)
    {
        DataResult<Policy> result = Policy.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Null(result.Value);
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public void Broken_JSON_names_its_line()
    {
        DataResult<Policy> result = Policy.Parse(ShippedFile.With(File, "\"hours\": {", "\"hours\" {"));
        Assert.Equal(ShippedFile.LineOf(File, "\"hours\": {"), Assert.Single(result.Errors).Line);
    }

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_lines()
    {
        byte[] file = Encoding.UTF8.GetBytes(ShippedFile.Text(File)
            .Replace("\"undoMinutes\"", "\"undoHours\"")
            .Replace("\"coinMinutes\": { \"value\": 60", "\"coinMinutes\": { \"value\": 60.5"));

        DataResult<Policy> result = Policy.Parse(file);

        // The error of a missing key has the line of the object that lacks the key.
        Assert.Equal(["$.undoMinutes", "$.hours.coinMinutes.value", "$.undoHours"], result.Errors.Select(error => error.Path));
    }

    /// <summary>Versions that were in force before a number came are never edited: they have its default.</summary>
    [Fact]
    public void Numbers_that_came_later_may_be_left_out()
    {
        Policy shipped = Policy.Parse(Encoding.UTF8.GetBytes(ShippedFile.Text(File))).Expect(File);
        Assert.Equal((1, new Fen(1_000_000)), (shipped.Settlement.PayeeWaitDays, shipped.Settlement.ClaimAbove));
        Assert.Equal(new ReconciliationPolicy(3, 10, Fen.Zero, 6, 3), shipped.Reconciliation);
        Assert.Contains(shipped.Defaults, item => item is { Key: "reconciliation.daysAfter", Value: "10" });

        Policy own = Policy.Parse(ShippedFile.With(File, "\"settlement\": {",
            """
            "reconciliation": { "daysAfter": { "value": 20, "source": "own" } },
            "settlement": { "payeeWaitDays": { "value": 3, "source": "own" }, "claimAboveFen": { "value": 500, "source": "own" },
            """)).Expect(File);
        Assert.Equal((3, new Fen(500)), (own.Settlement.PayeeWaitDays, own.Settlement.ClaimAbove));
        Assert.Equal(new ReconciliationPolicy(3, 20, Fen.Zero, 6, 3), own.Reconciliation);
        Assert.Equal("own", Assert.Single(own.Items, item => item.Key == "settlement.payeeWaitDays").Source);
    }
}
