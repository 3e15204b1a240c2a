using System.Collections.Immutable;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class FindingTests
{
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1));
    private static readonly Entitlement Yes = new(EntitlementRule.NationalVoucher, Unit.Fen, 80_000, EntitlementReason.Disability,
        Policy.Version), Less = Yes with { Amount = 50_000 }, No = Yes with { Amount = 0, Reason = EntitlementReason.NotActive };

    /// <summary>
    /// The day, the answers now and of the next month, and the months back from this one: u used, i issued, - neither. Then what is found,
    /// with the first day of each.
    /// </summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "2026-11-03", "yes yes", "-", "NotIssued 2026-11-01" },
        { "2026-11-03", "yes yes", "i", "" },
        { "2026-11-03", "yes no", "i", "Changes 2026-12-01" },
        { "2026-12-03", "yes no", "-", "NotIssued 2026-12-01, Changes 2027-01-01" },
        { "2026-11-03", "yes less", "u", "Changes 2026-12-01" },
        { "2026-11-03", "no no", "i", "Ended 2026-12-01" },
        { "2026-11-03", "no no", "-u", "Ended 2026-11-01" },
        { "2026-11-03", "no no", "--u", "" },
        { "2026-11-03", "no yes", "-", "" },
        { "2026-11-19", "yes yes", "i", "" },
        { "2026-11-20", "yes yes", "i", "NotUsed 2026-11-20" },
        { "2026-11-30", "yes yes", "u", "" },
        { "2026-11-20", "no no", "i", "Ended 2026-12-01, NotUsed 2026-11-20" },
        { "2026-11-03", "yes yes", "iii", "" },
        { "2026-11-03", "yes yes", "iiii", "NoUse 2026-08-01" },
        { "2026-11-03", "yes yes", "iiiu", "" },
        { "2026-11-03", "yes yes", "ii-i", "" },
        { "2026-11-03", "yes yes", "uiii", "" },
        { "2026-11-20", "yes yes", "iiii", "NotUsed 2026-11-20, NoUse 2026-08-01" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_found(string day, string answers, string months, string expected)
    {
        Entitlement[] asked = [.. answers.Split(' ').Select(word => word switch { "yes" => Yes, "less" => Less, _ => No })];
        ImmutableArray<IssuedMonth> issued = [.. months.PadRight(5, '-').Select(month => new IssuedMonth(month != '-', month == 'u'))];

        IEnumerable<EntitlementFinding> found = FindingRule.Of(
            DateOnly.Parse(day, null), asked[0], asked[1], new DateOnly(2026, 1, 1), issued, Policy.Vouchers, WorkingCalendar.BuiltIn);

        Assert.Equal(expected, string.Join(", ", found.Select(finding => $"{finding.Kind} {finding.From:yyyy-MM-dd}")));
    }

    /// <summary>It is neither an end nor a change: what was issued may well go on.</summary>
    [Fact]
    public void What_a_programme_that_cannot_be_read_leaves_open_is_undecided()
    {
        Entitlement open = No with { Reason = EntitlementReason.OtherUnreadable, Instead = Slug.Parse("care") };

        EntitlementFinding found = Assert.Single(FindingRule.Of(
            new DateOnly(2026, 11, 3), open, open, new DateOnly(2026, 11, 3), [new(true, true), new(true, true), default, default],
            Policy.Vouchers, WorkingCalendar.BuiltIn));

        Assert.Equal((FindingKind.Undecided, new DateOnly(2026, 11, 3), open), (found.Kind, found.From, found.Answer));
    }

    [Theory]
    [InlineData("2026-09-30", "2026-11-01", null)]
    [InlineData("2026-10-12", "2026-11-01", null)]
    [InlineData("2026-10-31", "2026-11-06", null)]
    [InlineData("2026-11-01", "2026-11-06", null)]
    [InlineData("2026-11-02", "2026-11-09", null)]
    [InlineData("2026-11-20", "2026-11-27", null)]
    [InlineData("2026-12-28", null, "year=2027")]
    public void The_first_voucher_is_due_within_five_working_days_and_later_ones_on_the_first(string approved, string? due, string? unknown)
    {
        var since = DateOnly.Parse(approved, null);
        DateOnly day = since < new DateOnly(2026, 11, 1) ? new DateOnly(2026, 11, 3) : since;

        EntitlementFinding found = Assert.Single(FindingRule.Of(
            day, Yes, Yes, since, [.. new IssuedMonth[4]], Policy.Vouchers, WorkingCalendar.BuiltIn));

        Assert.Equal((due, unknown), (found.Due?.ToString("yyyy-MM-dd", null), found.NoDue?.Detail));
    }

    [Fact]
    public void What_was_issued_before_is_due_on_the_first_also_after_a_late_approval() => Assert.Equal(
        new DateOnly(2026, 11, 1), Assert.Single(FindingRule.Of(
            new DateOnly(2026, 11, 3), Yes, Yes, new DateOnly(2026, 10, 31), [default, new IssuedMonth(true, true), default, default],
            Policy.Vouchers, WorkingCalendar.BuiltIn)).Due);

    [Fact]
    public void What_was_due_only_after_the_alert_is_not_unused_yet() => Assert.Empty(FindingRule.Of(
        new DateOnly(2026, 11, 25), Yes, Yes, new DateOnly(2026, 11, 24), [new IssuedMonth(true, false), default, default, default],
        Policy.Vouchers, WorkingCalendar.BuiltIn));

    /// <summary>What happened to an elder who was registered on 1 October, born in 1950; and the day of the approval.</summary>
    public static TheoryData<string, ElderFacts, string> Approvals => new()
    {
        { "assessed before the register", Elder("1950-01-01", Assessed("2026-09-01", "2026-09-01")), "2026-10-01" },
        { "assessed and told later", Elder("1950-01-01", Assessed("2026-09-01", "2026-10-12")), "2026-10-12" },
        { "assessed on the register", Elder("1950-01-01", Assessed("2026-10-08", "2026-10-08")), "2026-10-08" },
        { "assessed again without a break", Elder("1950-01-01", Assessed("2026-01-08", "2026-01-08"), Assessed("2026-10-08", "2026-10-08")),
            "2026-10-01" },
        { "assessed again after a break", Elder("1950-01-01", Assessed("2025-10-10", "2025-10-10"), Assessed("2026-10-20", "2026-10-20")),
            "2026-10-20" },
        { "sixty on the way", Elder("1966-10-15", Assessed("2026-09-01", "2026-09-01")), "2026-10-15" },
        { "born on 29 February", Elder("1956-02-29", Assessed("2026-09-01", "2026-09-01")), "2026-10-01" },
        { "another benefit ended", Elder("1950-01-01", Assessed("2026-09-01", "2026-09-01")) with
        {
            Notices = [Notice(ElderNoticeKind.BenefitBegun, "2026-09-03"), Notice(ElderNoticeKind.BenefitEnded, "2026-10-21")],
        }, "2026-10-21" },
    };

    [Theory]
    [MemberData(nameof(Approvals))]
    public void The_approval_is_the_day_since_which_everything_was_known_and_true(string what, ElderFacts elder, string approved)
    {
        var national = new Programme(Slug.Parse("n"), ProgrammeScheme.NationalEVoucher, Unit.Fen, [ServiceType.Care], 0, Fen.Zero,
            new ProgrammeEligibility(0, null, Difficulties.None));

        DateOnly found = FindingRule.ApprovedOn(elder, new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 30),
            (facts, day) => ProgrammeRule.Judge(national, facts, day, Policy).IsGranted);

        Assert.Equal((what, approved), (what, found.ToString("yyyy-MM-dd", null)));
    }

    /// <summary>
    /// What is known of the low income of an elder who was registered in 2024, and by when the first voucher of a programme for low incomes
    /// is due on 22 October.
    /// </summary>
    public static TheoryData<Difficulties, string, string> LowIncomes => new()
    {
        { Difficulties.LowIncome, "", "2026-10-01" },
        { Difficulties.None, "DifficultyBegun 2026-10-20", "2026-10-27" },
        { Difficulties.LivingAlone, "DifficultyBegun 2026-10-20", "2026-10-27" },
        // It ended and began again before the end counted: there was no break.
        { Difficulties.LowIncome, "DifficultyEnded 2026-10-05,DifficultyBegun 2026-10-20", "2026-10-01" },
        { Difficulties.LowIncome, "DifficultyEnded 2026-09-05,DifficultyBegun 2026-10-20", "2026-10-27" },
    };

    [Theory]
    [MemberData(nameof(LowIncomes))]
    public void A_low_income_has_the_day_of_its_report(Difficulties registered, string notices, string due)
    {
        ElderFacts elder = Elder("1950-01-01") with
        {
            Difficulties = registered,
            Notices = [.. notices.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(' '))
                .Select(parts => Notice(Enum.Parse<ElderNoticeKind>(parts[0]), parts[1]))],
        };
        var meals = new Programme(Slug.Parse("m"), ProgrammeScheme.UnitVoucher, Unit.Parse("MEAL"), [ServiceType.Meal], 20, new Fen(1_500),
            new ProgrammeEligibility(0, null, Difficulties.None) { LowIncome = true });
        var day = new DateOnly(2026, 10, 22);
        Entitlement now = ProgrammeRule.Judge(meals, elder, day, Policy);

        DateOnly approved = FindingRule.ApprovedOn(elder, new DateOnly(2024, 3, 1), day,
            (facts, on) => ProgrammeRule.Judge(meals, facts, on, Policy).IsGranted);

        Assert.Equal(due, Assert.Single(FindingRule.Of(
            day, now, now, approved, [.. new IssuedMonth[4]], Policy.Vouchers, WorkingCalendar.BuiltIn)).Due?.ToString("yyyy-MM-dd", null));
    }

    private static ElderFacts Elder(string born, params Assessment[] assessments) =>
        new(DateOnly.Parse(born, null), RegionCode.Parse("430211"), Difficulties.None, [.. assessments]);

    private static Assessment Assessed(string on, string recorded) =>
        new(40, DateOnly.Parse(on, null), RegionCode.Parse("430211")) { Recorded = DateOnly.Parse(recorded, null) };

    private static ElderNotice Notice(ElderNoticeKind kind, string day) =>
        new(kind, DateOnly.Parse(day, null), DateOnly.Parse(day, null), Benefits.HomeCareProject, Difficulty: Difficulties.LowIncome);
}
