using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class ElderGrainTests : DistrictTests
{
    private static readonly DateOnly October = new(2026, 10, 1), November = new(2026, 11, 1);

    [Theory]
    [InlineData(59, Reason.ElderTooYoung)]
    [InlineData(60, Reason.None)]
    public async Task Registration_is_from_the_age_of_an_elder(int age, Reason expected)
    {
        Command command = Here.Command();

        Reply<ElderRecord> reply = await Here.Elder(command.NewId.Text)
            .RegisterAsync(command, "E", ChinaTime.DateOf(Here.Now).AddYears(-age), Difficulties.None);

        Assert.Equal(expected, reply.Reason);
    }

    [Fact]
    public async Task Assessments_are_of_today_or_before_and_not_before_the_last()
    {
        string elder = await Here.RegisterAsync();
        Value(await RecordAsync(elder, new DateOnly(2026, 9, 10), Difficulties.LowIncome));

        await RefusedAsync(Reason.AssessmentInFuture, () => RecordAsync(elder, new DateOnly(2026, 10, 2)));
        Refusal outdated = await RefusedAsync(Reason.AssessmentOutdated, () => RecordAsync(elder, new DateOnly(2026, 9, 9)));
        await RefusedAsync(Reason.ElderNotFound, () => RecordAsync("000000000000", new DateOnly(2026, 9, 9)));

        Assert.Contains(("date", "2026-09-10"), outdated.Values);
        Assert.Equal(Difficulties.LowIncome, (await Here.Elder(elder).GetAsync())!.Difficulties);
    }

    [Fact]
    public async Task Hours_are_issued_once_a_month_whatever_the_run()
    {
        string elder = await Here.RegisterAsync();
        Command run = Here.Command();

        Assert.Equal(240, Value(await IssueAsync(elder, run, October)));
        Assert.Equal(240, Value(await IssueAsync(elder, run, October)));
        await RefusedAsync(Reason.AlreadyIssued, () => IssueAsync(elder, Here.Command(), October));
        Refusal other = await RefusedAsync(Reason.MonthNotCurrent, () => IssueAsync(elder, Here.Command(), November));
        Assert.Equal([("month", "2026-10")], other.Values);

        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);
        Assert.Equal(new EntitledHours(240, Issued: true, Reason.None), Value(await Here.Elder(elder).EntitledHoursAsync(October)));
        Assert.Equal(new EntitledHours(240, Issued: false, Reason.None),
            Value(await Here.Elder(elder).EntitledHoursAsync(November)));
    }

    [Fact]
    public async Task Who_is_not_entitled_today_may_be_so_before_the_month_is_over()
    {
        string elder = await Here.RegisterAsync(age: 70);
        Command run = Here.Command();
        await RefusedAsync(Reason.ElderNotEntitled, () => IssueAsync(elder, run, October));
        Value(await RecordAsync(elder, new DateOnly(2026, 10, 1), Difficulties.LowIncome | Difficulties.LivingAlone, points: 40));

        Assert.Equal(240, Value(await IssueAsync(elder, run, October)));
    }

    [Fact]
    public async Task An_assessment_that_is_over_entitles_to_nothing_and_says_since_when()
    {
        string elder = await Here.RegisterAsync(age: 70, difficulties: Difficulties.None);
        Value(await RecordAsync(elder, new DateOnly(2025, 9, 10), Difficulties.LowIncome | Difficulties.LivingAlone, points: 40));

        Refusal refusal = await RefusedAsync(Reason.AssessmentExpired, () => IssueAsync(elder, Here.Command(), October));

        Assert.Contains(("date", "2026-09-10"), refusal.Values);
    }

    /// <summary>Of low income, alone and severely disabled until something is reported on 3 November; the run is on the 4th.</summary>
    [Theory]
    [InlineData("assessed better")]
    [InlineData("assessed without the low income")]
    [InlineData("a notice that the low income ended")]
    public async Task What_takes_the_entitlement_away_takes_the_next_months(string what)
    {
        const Difficulties both = Difficulties.LowIncome | Difficulties.LivingAlone;
        string elder = await Here.RegisterAsync(age: 70, difficulties: Difficulties.None);
        Value(await RecordAsync(elder, new DateOnly(2026, 9, 10), both, points: 40));
        Here.MoveTo(new DateOnly(2026, 11, 3));
        if (what == "assessed better") Value(await RecordAsync(elder, new DateOnly(2026, 11, 2), both, points: 90));
        else if (what == "assessed without the low income")
            Value(await RecordAsync(elder, new DateOnly(2026, 11, 2), Difficulties.LivingAlone, points: 40));
        else Assert.True(Value(await Here.Elder(elder).RecordNoticeAsync(Here.Command(), Notice(ElderNoticeKind.DifficultyEnded))).IsNew);
        Here.MoveTo(new DateOnly(2026, 11, 4));

        Assert.Equal(240, Value(await IssueAsync(elder, Here.Command(), November)));

        Assert.Equal(Reason.ElderNotEntitled, Value(await Here.Elder(elder).EntitledHoursAsync(new DateOnly(2026, 12, 1))).Reason);
        Here.MoveTo(new DateOnly(2026, 12, 1));
        // It is refused, but ends the hours of November first.
        Assert.Equal(Reason.ElderNotEntitled, (await IssueAsync(elder, Here.Command(), new DateOnly(2026, 12, 1))).Reason);
    }

    [Fact]
    public async Task A_difficulty_has_its_day_whoever_reports_it_and_what_was_known_before_has_none()
    {
        string elder = await Here.RegisterAsync(age: 70, difficulties: Difficulties.LivingAlone);
        Here.MoveTo(new DateOnly(2026, 10, 20));
        // What it repeats is no change.
        Command assessed = Here.Command();
        Value(await Here.Elder(elder).RecordAssessmentAsync(
            assessed, new AssessmentRecord(40, new DateOnly(2026, 10, 19), "430211"), Difficulties.LivingAlone | Difficulties.LowIncome));
        Here.MoveTo(new DateOnly(2026, 10, 25));
        Value(await Here.Elder(elder).RecordNoticeAsync(Here.Command(), Notice(ElderNoticeKind.DifficultyEnded)));

        ElderRecord read = (await Here.Elder(elder).GetAsync())!;

        Assert.Equal((Difficulties.LivingAlone, (Difficulties?)Difficulties.LivingAlone), (read.Difficulties, read.DifficultiesBefore));
        Assert.Equal(
            new NoticeRecord(ElderNoticeKind.DifficultyBegun, new DateOnly(2026, 10, 19), new DateOnly(2026, 10, 20), Benefits.None, "",
                "assessment", assessed.RequestId.ToString(), assessed.Actor, Difficulties.LowIncome), read.Notices[0]);
        Assert.Equal(2, read.Notices.Length);
        ElderFacts facts = read.Facts(RegionCode.Parse("430211"));
        Assert.Equal(
            [Difficulties.LivingAlone, Difficulties.LivingAlone | Difficulties.LowIncome,
                Difficulties.LivingAlone | Difficulties.LowIncome, Difficulties.LivingAlone],
            new[] { new DateOnly(2026, 10, 19), new(2026, 10, 20), new(2026, 10, 31), November }.Select(facts.DifficultiesOn));
        // The notice renewed no assessment.
        Assert.Single(read.Assessments);
    }

    [Fact]
    public async Task Issued_hours_end_with_their_month_and_not_before()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.Now = ChinaTime.StartOf(November).AddMinutes(-1);
        Assert.Equal(0, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));

        Here.Now = ChinaTime.StartOf(November);
        Assert.Equal(240, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));
        Assert.Equal(0, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));

        Assert.Equal(0, (await Here.HoursAsync(elder)).Issued);
    }

    [Fact]
    public async Task Next_months_issue_ends_what_is_left_and_a_second_run_ends_nothing_of_the_new()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.Now = ChinaTime.StartOf(November).AddHours(1);

        Value(await IssueAsync(elder, Here.Command(), November));
        Value(await Here.Elder(elder).EndHoursAsync(Here.Command()));

        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);
        Assert.Equal(1, await Here.CountAsync(EntryCode.ExpireHours));
    }

    [Fact]
    public async Task Hours_held_over_the_months_end_stay_held_and_end_when_they_come_back()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        Here.Now = new DateTimeOffset(2026, 10, 31, 12, 0, 0, ChinaTime.Offset);
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromDays(2), 120));
        Value(await Here.AcceptAsync(order.Id, volunteer));

        Here.Now = ChinaTime.StartOf(November).AddHours(1);
        Assert.Equal(120, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));
        Assert.Equal((120, 120), ((await Here.HoursAsync(elder)).Issued, (await Here.HoursAsync(elder)).Held));

        Value(await Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}")));
        Value(await IssueAsync(elder, Here.Command(), November));

        Assert.Equal(240, (await Here.HoursAsync(elder)).Available);
    }

    [Fact]
    public async Task Hours_that_a_reversal_brings_back_are_those_of_the_month_in_which_they_were_issued()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        Command service = Here.Command(), hold = Here.Command();
        EntryHeader Header(Command command) => command.Header(October, "");
        await Here.Ledger()
            .SubmitAsync(HourEntries.HoldService(Header(hold), OpaqueId.Parse(elder), OpaqueId.Parse(volunteer),
            new HoursSpent(new Minutes(120), Minutes.Zero, Minutes.Zero), null));
        await Here.Ledger().SubmitAsync(HourEntries.RenderService(
            Header(service), hold.Id, new HoursSpent(new Minutes(120), Minutes.Zero, Minutes.Zero), new Minutes(120),
                OpaqueId.Parse(volunteer), Minutes.Zero));
        Here.Now = ChinaTime.StartOf(November).AddHours(1);
        Value(await IssueAsync(elder, Here.Command(), November));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);

        Assert.Null((await Here.Ledger().SubmitAsync(Entries.Reverse(Header(Here.Command()), service.Id))).Refusal);

        Assert.Equal(120, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));
        Assert.Equal(0, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);
    }

    [Fact]
    public async Task Hours_whose_issue_was_reversed_are_issued_by_the_next_run_and_once()
    {
        string elder = await Here.RegisterAsync();
        Command first = Here.Command(), second = Here.Command();
        foreach (Command run in new[] { first, second })
        {
            Assert.Equal(240, Value(await IssueAsync(elder, run, October)));
            IReadOnlyList<LinkedEntry> issues =
                await Here.Journal.EntriesAsync(RegionCode.Parse(Tianyuan), new EntryFilter(EntryCode.IssueHours, Reversed: false),
                long.MaxValue, 10, default);
            Assert.Null(
                (await Here.Ledger().SubmitAsync(Entries.Reverse(Here.Command().Header(October, ""), Assert.Single(issues).Entry.Id)))
                .Refusal);

            Assert.Equal(new EntitledHours(240, Issued: false, Reason.None),
                Value(await Here.Elder(elder).EntitledHoursAsync(October)));
            // A second call of a run gets the same answer and issues nothing.
            Assert.Equal(240, Value(await IssueAsync(elder, run, October)));
            Assert.Equal(0, (await Here.HoursAsync(elder)).Issued);
        }
        Assert.Equal(240, Value(await IssueAsync(elder, Here.Command(), October)));
        await RefusedAsync(Reason.AlreadyIssued, () => IssueAsync(elder, Here.Command(), October));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);
    }

    [Fact]
    public async Task Runs_at_once_end_and_issue_hours_once()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.Now = ChinaTime.StartOf(November);

        Reply<long>[] runs =
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => IssueAsync(elder, Here.Command(), November)));

        Assert.Single(runs, run => run.Reason == Reason.None);
        Assert.All(runs.Where(run => run.Reason != Reason.None), run => Assert.Equal(Reason.AlreadyIssued, run.Reason));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Issued);
    }

    [Fact]
    public async Task Grants_come_from_the_pool_as_far_as_it_goes()
    {
        string elder = await Here.RegisterAsync(), volunteer = await Here.EnrolAsync();
        await Here.CreditAsync(volunteer, 500);
        Value(await Here.Volunteer(volunteer).DonateAsync(Here.Command(), 100));
        Command command = Here.Command();

        GrantedHours first = Value(await Here.Elder(elder).GrantAsync(command, 60));

        Assert.Equal(first, Value(await Here.Elder(elder).GrantAsync(command, 60)));
        await RefusedAsync(Reason.InsufficientBalance, () => Here.Elder(elder).GrantAsync(Here.Command(), 41));
        await RefusedAsync(Reason.ElderNotFound, () => Here.Elder("000000000000").GrantAsync(Here.Command(), 1));
        Assert.Equal(60, (await Here.HoursAsync(elder)).Issued);
    }

    private NoticeRecord Notice(ElderNoticeKind kind)
    {
        DateOnly today = ChinaTime.DateOf(Here.Now);
        return new NoticeRecord(kind, today, today, Benefits.None, "", "civil-affairs", "1", "STAFF", Difficulties.LowIncome);
    }

    private Task<Reply<long>> IssueAsync(string elder, Command run, DateOnly month) =>
        Here.Elder(elder).IssueHoursAsync(run, month);

    private Task<Reply<ElderRecord>> RecordAsync(string elder, DateOnly day, Difficulties difficulties = Difficulties.None,
        int points = 80) =>
        Here.Elder(elder)
            .RecordAssessmentAsync(Here.Command(), new AssessmentRecord(points, day, Tianyuan), difficulties);
}
