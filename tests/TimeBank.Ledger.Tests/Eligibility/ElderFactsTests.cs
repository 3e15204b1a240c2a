using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ElderFactsTests
{
    private static readonly RegionCode Home = RegionCode.Parse("430211");
    private static readonly AbilityPolicy Ability = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)).Ability;

    [Theory]
    [InlineData("1946-10-01", "2026-09-30", 79)]
    [InlineData("1946-10-01", "2026-10-01", 80)]
    [InlineData("1946-10-01", "2027-01-01", 80)]
    [InlineData("1944-02-29", "2026-02-27", 81)]
    [InlineData("1944-02-29", "2026-02-28", 82)]
    [InlineData("1944-02-29", "2026-03-01", 82)]
    [InlineData("1944-02-29", "2028-02-28", 83)]
    [InlineData("1944-02-29", "2028-02-29", 84)]
    [InlineData("1960-02-29", "2025-02-27", 64)]
    [InlineData("1960-02-29", "2025-02-28", 65)]
    [InlineData("1960-03-01", "2025-02-28", 64)]
    public void Age_is_full_years(string born, string day, int years) => Assert.Equal(years, Elder(born).AgeOn(DateOnly.Parse(day, null)));

    [Theory]
    [InlineData(90, AbilityGrade.Able)]
    [InlineData(89, AbilityGrade.Mild)]
    [InlineData(66, AbilityGrade.Mild)]
    [InlineData(65, AbilityGrade.Moderate)]
    [InlineData(46, AbilityGrade.Moderate)]
    [InlineData(45, AbilityGrade.Severe)]
    [InlineData(30, AbilityGrade.Severe)]
    [InlineData(29, AbilityGrade.Complete)]
    [InlineData(0, AbilityGrade.Complete)]
    public void Points_give_the_standards_grade(int points, AbilityGrade grade) => Assert.Equal(grade, Ability.GradeOf(points));

    [Theory]
    [InlineData(-1)]
    [InlineData(91)]
    public void There_are_no_points_beyond_the_standard(int points) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Assessment(points, new DateOnly(2026, 1, 1), Home));

    [Theory]
    [InlineData("2026-03-14", null)]
    [InlineData("2026-03-15", AbilityGrade.Moderate)]
    [InlineData("2027-03-15", AbilityGrade.Moderate)]
    [InlineData("2027-03-16", null)]
    public void An_assessment_is_valid_for_its_months(string day, AbilityGrade? grade) =>
        Assert.Equal(grade, Elder("1940-01-01", (50, "2026-03-15")).GradeOn(DateOnly.Parse(day, null), Ability));

    /// <summary>Civil Code, articles 201 and 202: the first day doesn't count; in a month without that day its last day counts.</summary>
    [Theory]
    [InlineData("2028-02-28", "2029-02-28")]
    [InlineData("2028-02-29", "2029-02-28")]
    [InlineData("2028-03-01", "2029-03-01")]
    [InlineData("2027-02-28", "2028-02-28")]
    [InlineData("2025-11-28", "2026-11-28")]
    public void An_assessment_ends_with_the_day_of_its_number(string on, string last)
    {
        ElderFacts elder = Elder("1940-01-01", (50, on));
        var day = DateOnly.Parse(last, null);
        Assert.Equal(day, elder.AssessmentOn(day, Ability)!.LastDay(Ability));
        Assert.Equal(AbilityGrade.Moderate, elder.GradeOn(day, Ability));
        Assert.Null(elder.GradeOn(day.AddDays(1), Ability));
    }

    [Fact]
    public void The_last_assessment_counts_even_while_an_earlier_one_is_valid()
    {
        ElderFacts elder = Elder("1940-01-01", (90, "2026-06-01"), (20, "2026-01-01"), (10, "2026-12-01"));
        Assert.Equal(AbilityGrade.Able, elder.GradeOn(new DateOnly(2026, 7, 1), Ability));
        Assert.Equal(AbilityGrade.Complete, elder.GradeOn(new DateOnly(2026, 5, 31), Ability));
    }

    [Fact]
    public void Of_two_of_one_day_the_one_that_helps_the_elder_counts() =>
        Assert.Equal(AbilityGrade.Severe,
            Elder("1940-01-01", (40, "2026-06-01"), (70, "2026-06-01")).GradeOn(new DateOnly(2026, 6, 1), Ability));

    /// <summary>Assessments as points, day and day of the record, and the grade that counts on a day.</summary>
    [Theory]
    // Better health takes away: from the month after it was recorded.
    [InlineData("40 2026-06-01 2026-06-01,70 2026-11-03 2026-11-03", "2026-11-04", AbilityGrade.Severe)]
    [InlineData("40 2026-06-01 2026-06-01,70 2026-11-03 2026-11-03", "2026-11-30", AbilityGrade.Severe)]
    [InlineData("40 2026-06-01 2026-06-01,70 2026-11-03 2026-11-03", "2026-12-01", AbilityGrade.Mild)]
    // The day on which it was recorded decides, not the day of the assessment.
    [InlineData("40 2026-06-01 2026-06-01,70 2026-10-20 2026-11-03", "2026-11-30", AbilityGrade.Severe)]
    [InlineData("40 2026-06-01 2026-06-01,70 2026-10-20 2026-11-03", "2026-12-01", AbilityGrade.Mild)]
    [InlineData("40 2026-06-01 2026-06-01,70 2026-10-20 2026-10-31", "2026-11-01", AbilityGrade.Mild)]
    // Worse health gives: at once, but not before anybody knows.
    [InlineData("70 2026-06-01 2026-06-01,40 2026-11-03 2026-11-03", "2026-11-03", AbilityGrade.Severe)]
    [InlineData("70 2026-06-01 2026-06-01,40 2026-11-03 2026-11-05", "2026-11-04", AbilityGrade.Mild)]
    [InlineData("40 2026-11-03 2026-11-05", "2026-11-04", null)]
    // Where the earlier one is over there is nothing to take away.
    [InlineData("40 2025-06-01 2025-06-01,70 2026-11-03 2026-11-03", "2026-11-03", AbilityGrade.Mild)]
    [InlineData("40 2025-11-10 2025-11-10,70 2026-11-03 2026-11-03", "2026-11-10", AbilityGrade.Severe)]
    [InlineData("40 2025-11-10 2025-11-10,70 2026-11-03 2026-11-03", "2026-11-11", AbilityGrade.Mild)]
    // What was given in the month is not taken away in it.
    [InlineData("70 2026-06-01 2026-06-01,40 2026-11-03 2026-11-03,90 2026-11-05 2026-11-05", "2026-11-30", AbilityGrade.Severe)]
    [InlineData("70 2026-06-01 2026-06-01,40 2026-11-03 2026-11-03,90 2026-11-05 2026-11-05", "2026-12-01", AbilityGrade.Able)]
    [InlineData("40 2026-06-01 2026-06-01,90 2026-11-03 2026-11-03,50 2026-11-05 2026-11-05", "2026-11-30", AbilityGrade.Severe)]
    [InlineData("40 2026-06-01 2026-06-01,90 2026-11-03 2026-11-03,50 2026-11-05 2026-11-05", "2026-12-01", AbilityGrade.Moderate)]
    // What an assessment of an earlier month gave is not given back by those before it.
    [InlineData("20 2026-01-01 2026-01-01,40 2026-06-01 2026-06-01,70 2026-11-03 2026-11-03", "2026-11-30", AbilityGrade.Severe)]
    public void An_assessment_that_takes_away_counts_from_the_month_after_its_record(string all, string day, AbilityGrade? grade)
    {
        ElderFacts elder = Elder("1940-01-01") with
        {
            Assessments = [.. all.Split(',').Select(one => one.Split(' ')).Select(parts =>
                new Assessment(int.Parse(parts[0], null), DateOnly.Parse(parts[1], null), Home)
                {
                    Recorded = DateOnly.Parse(parts[2], null),
                })],
        };

        Assert.Equal(grade, elder.GradeOn(DateOnly.Parse(day, null), Ability));
    }

    /// <summary>What the register had, then notices as kind, day and day of the report, and the difficulties that count on a day.</summary>
    [Theory]
    [InlineData("LowIncome", "", "2026-11-30", "LowIncome")]
    [InlineData("None", "DifficultyBegun 2026-10-05 2026-10-20", "2026-10-19", "None")]
    [InlineData("LivingAlone", "DifficultyBegun 2026-10-05 2026-10-20", "2026-10-20", "LivingAlone, LowIncome")]
    [InlineData("LivingAlone, LowIncome", "DifficultyEnded 2026-11-01 2026-11-03", "2026-11-30", "LivingAlone, LowIncome")]
    [InlineData("LivingAlone, LowIncome", "DifficultyEnded 2026-11-01 2026-11-03", "2026-12-01", "LivingAlone")]
    [InlineData("LowIncome", "DifficultyEnded 2026-11-01 2026-11-03,DifficultyBegun 2026-11-01 2026-11-09", "2026-12-01", "LowIncome")]
    [InlineData("LowIncome", "DifficultyEnded 2026-11-05 2026-11-05,DifficultyBegun 2026-10-01 2026-11-09", "2026-11-30", "LowIncome")]
    [InlineData("LowIncome", "DifficultyEnded 2026-11-05 2026-11-05,DifficultyBegun 2026-10-01 2026-11-09", "2026-12-01", "None")]
    public void A_difficulty_that_begins_counts_at_once_and_one_that_ends_from_the_next_month(
        string registered, string notices, string day, string counts) => Assert.Equal(
        Enum.Parse<Difficulties>(counts), (Elder("1940-01-01") with
        {
            Difficulties = Enum.Parse<Difficulties>(registered),
            Notices = [.. notices.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Reported)],
        }).DifficultiesOn(DateOnly.Parse(day, null)));

    /// <summary>The notices as kind and day of report, and whether the elder is on the register, and has the benefit, on a day.</summary>
    public static TheoryData<string, string, ElderStatus, bool> Notices => new()
    {
        { "", "2026-10-01", ElderStatus.Active, false },
        { "Left 2026-10-10", "2026-10-09", ElderStatus.Active, false },
        { "Left 2026-10-10", "2026-10-31", ElderStatus.Active, false },
        { "Left 2026-10-10", "2026-11-01", ElderStatus.Left, false },
        { "Left 2026-12-31", "2027-01-01", ElderStatus.Left, false },
        { "Deceased 2026-10-10", "2026-10-09", ElderStatus.Active, false },
        { "Deceased 2026-10-10", "2026-10-10", ElderStatus.Deceased, false },
        { "Deceased 2026-10-10,Returned 2026-10-12", "2026-10-12", ElderStatus.Active, false },
        { "Left 2026-10-10,Returned 2026-10-20", "2026-11-01", ElderStatus.Active, false },
        { "Left 2026-10-10,Returned 2026-11-20", "2026-11-19", ElderStatus.Left, false },
        { "BenefitBegun 2026-10-10", "2026-10-31", ElderStatus.Active, false },
        { "BenefitBegun 2026-10-10", "2026-11-01", ElderStatus.Active, true },
        { "BenefitBegun 2026-10-10,BenefitEnded 2026-11-05", "2026-11-04", ElderStatus.Active, true },
        { "BenefitBegun 2026-10-10,BenefitEnded 2026-11-05", "2026-11-05", ElderStatus.Active, false },
        { "BenefitBegun 2026-10-10,BenefitEnded 2026-10-20", "2026-11-01", ElderStatus.Active, false },
    };

    [Theory]
    [MemberData(nameof(Notices))]
    public void What_takes_away_counts_from_the_next_month_and_what_gives_at_once(
        string notices, string day, ElderStatus status, bool hasBenefit)
    {
        ElderFacts elder = Elder("1940-01-01") with
        {
            Notices = [.. notices.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')).Select(parts =>
                new ElderNotice(Enum.Parse<ElderNoticeKind>(parts[0]), DateOnly.Parse(parts[1], null).AddDays(-3),
                    DateOnly.Parse(parts[1], null), Benefits.HomeCareProject))],
        };

        var on = DateOnly.Parse(day, null);
        Assert.Equal((status, hasBenefit), (elder.StatusOn(on), elder.BenefitsOn(on) == Benefits.HomeCareProject));
    }

    [Theory]
    [InlineData("2026-10-31", "430211")]
    [InlineData("2026-11-01", "430203")]
    public void A_move_counts_from_the_next_month(string day, string residence) =>
        Assert.Equal(RegionCode.Parse(residence), (Elder("1940-01-01") with
        {
            Notices = [new ElderNotice(ElderNoticeKind.Moved, new DateOnly(2026, 9, 1), new DateOnly(2026, 10, 2),
                Residence: RegionCode.Parse("430203"))],
        }).ResidenceOn(DateOnly.Parse(day, null)));

    [Fact]
    public void A_move_back_home_counts_at_once() => Assert.Equal(Home, (Elder("1940-01-01") with
    {
        Notices =
        [
            Moved(new DateOnly(2026, 9, 2), RegionCode.Parse("430203")), Moved(new DateOnly(2026, 10, 2), Home),
        ],
    }).ResidenceOn(new DateOnly(2026, 10, 2)));

    /// <summary>The notices in the order of their reports, each as kind, day of the event and day of the report; asked in 2027.</summary>
    [Theory]
    [InlineData("BenefitEnded 2026-11-01 2026-11-02,BenefitBegun 2026-09-01 2026-11-05", ElderStatus.Active, false)]
    [InlineData("BenefitEnded 2026-09-01 2026-11-02,BenefitBegun 2026-09-01 2026-11-05", ElderStatus.Active, true)]
    [InlineData("BenefitBegun 2026-09-01 2026-11-05,BenefitEnded 2026-09-01 2026-11-09", ElderStatus.Active, false)]
    [InlineData("Returned 2026-11-01 2026-11-02,Left 2026-09-01 2026-11-05", ElderStatus.Active, false)]
    [InlineData("Left 2026-11-01 2026-11-02,Returned 2026-09-01 2026-11-05", ElderStatus.Left, false)]
    [InlineData("Left 2026-11-01 2026-11-02,Returned 2026-11-01 2026-11-05", ElderStatus.Active, false)]
    [InlineData("Deceased 2026-10-01 2026-10-02,Left 2026-10-20 2026-10-21", ElderStatus.Deceased, false)]
    [InlineData("Left 2026-10-20 2026-10-21,Deceased 2026-10-01 2026-11-02", ElderStatus.Deceased, false)]
    [InlineData("Returned 2026-10-20 2026-10-21,Deceased 2026-10-01 2026-11-02", ElderStatus.Deceased, false)]
    // That the elder was here before the death, told after it, says nothing against the death: nobody is issued to who has died.
    [InlineData("Deceased 2026-10-10 2026-10-12,Returned 2026-10-01 2026-10-14", ElderStatus.Deceased, false)]
    [InlineData("Deceased 2026-10-10 2026-10-12,Returned 2026-10-09 2026-10-14", ElderStatus.Deceased, false)]
    [InlineData("Left 2026-09-01 2026-09-02,Deceased 2026-10-10 2026-10-12,Returned 2026-10-10 2026-10-14", ElderStatus.Active, false)]
    [InlineData("Deceased 2026-10-10 2026-10-12,Returned 2026-10-10 2026-10-14,Left 2026-10-20 2026-10-21", ElderStatus.Left, false)]
    public void What_happened_later_counts_and_of_one_day_the_later_report_and_a_death_stands(
        string notices, ElderStatus status, bool hasBenefit)
    {
        ElderFacts elder = Elder("1940-01-01") with { Notices = [.. notices.Split(',').Select(Reported)] };

        var on = new DateOnly(2027, 1, 1);
        Assert.Equal((status, hasBenefit), (elder.StatusOn(on), elder.BenefitsOn(on) == Benefits.HomeCareProject));
    }

    [Theory]
    [InlineData("Moved 2026-10-05 2026-10-06 430203,Moved 2026-09-01 2026-10-07 430204", "430203")]
    [InlineData("Moved 2026-10-05 2026-10-06 430203,Moved 2026-10-05 2026-10-07 430204", "430204")]
    public void The_later_move_says_where_the_elder_lives(string notices, string residence) => Assert.Equal(
        RegionCode.Parse(residence),
        (Elder("1940-01-01") with { Notices = [.. notices.Split(',').Select(Reported)] }).ResidenceOn(new DateOnly(2027, 1, 1)));

    [Theory]
    [InlineData("Deceased 2026-10-10 2026-10-12", "2026-10-11", null)]
    [InlineData("Deceased 2026-10-10 2026-10-12", "2026-10-12", "2026-10-10")]
    [InlineData("Deceased 2026-10-10 2026-10-12,Deceased 2026-10-08 2026-10-20", "2026-10-20", "2026-10-08")]
    [InlineData("Deceased 2026-10-10 2026-10-12,Returned 2026-10-08 2026-10-20", "2026-10-20", "2026-10-10")]
    [InlineData("Deceased 2026-10-10 2026-10-12,Returned 2026-10-10 2026-10-20", "2026-10-20", null)]
    public void The_day_of_a_death_is_the_one_that_was_reported_last(string notices, string known, string? death) => Assert.Equal(
        death, (Elder("1940-01-01") with { Notices = [.. notices.Split(',').Select(Reported)] })
            .DeathOn(DateOnly.Parse(known, null))?.ToString("yyyy-MM-dd", null));

    private static ElderNotice Reported(string text)
    {
        string[] parts = text.Split(' ');
        return new ElderNotice(
            Enum.Parse<ElderNoticeKind>(parts[0]), DateOnly.Parse(parts[1], null), DateOnly.Parse(parts[2], null),
            Benefits.HomeCareProject, parts.Length > 3 ? RegionCode.Parse(parts[3]) : null, Difficulties.LowIncome);
    }

    private static ElderNotice Moved(DateOnly day, RegionCode to) => new(ElderNoticeKind.Moved, day, day, Residence: to);

    private static ElderFacts Elder(string born, params (int Points, string On)[] assessments) => new(
        DateOnly.Parse(born, null),
        Home,
        Difficulties.None,
        [.. assessments.Select(one => new Assessment(one.Points, DateOnly.Parse(one.On, null), Home))]);
}
