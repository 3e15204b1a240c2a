using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class OutreachGrainTests : DistrictTests
{
    [Fact]
    public async Task A_run_that_is_left_goes_on_where_it_was_and_keeps_its_day()
    {
        foreach (int _ in Enumerable.Range(0, OutreachSearch.ElderPage + 1)) await Here.RegisterAsync();
        Command command = Here.Command();
        DateOnly day = ChinaTime.DateOf(Here.Now);
        Assert.Equal((day, 0L), Of(Value(await Run(command).BeginAsync(command))));

        OutreachRecord first = await Run(command).NextAsync();
        Here.Now = Here.Now.AddDays(1);
        OutreachRecord begunAgain = Value(await Run(command).BeginAsync(command));
        OutreachRecord second = await Run(command).NextAsync(), third = await Run(command).NextAsync();

        Assert.Equal((100L, 100L, false), (first.Elders, first.Findings, first.Finished));
        Assert.Equal((1, first.After), (begunAgain.Pages, begunAgain.After));
        Assert.Equal((101L, 101L, true, day), (second.Elders, second.Findings, second.Finished, second.Day));
        Assert.Equal((FindingKind.NotIssued, 101L), (Assert.Single(second.Found).Kind, second.Found[0].Count));
        Assert.Equal((second.Pages, second.Elders), (third.Pages, third.Elders));
    }

    /// <summary>As while a cluster is upgraded: then the elder's grain may be on a server that knows of no notices.</summary>
    [Fact]
    public async Task An_elder_that_an_older_server_answers_has_no_notices()
    {
        ElderRecord elder = (await Here.Elder(await Here.RegisterAsync()).GetAsync())!;
        Assert.Empty((elder with { Notices = default }).Facts(Code).Notices);
    }

    [Fact]
    public async Task The_day_on_which_a_run_began_decides_on_every_page()
    {
        foreach (int _ in Enumerable.Range(0, OutreachSearch.ElderPage + 1))
        {
            // Eighty, and with that entitled to hours, on the day after the run begins.
            Command register = Here.Command();
            Value(await Here.Elder(register.NewId.Text).RegisterAsync(
                register, "老人", ChinaTime.DateOf(Here.Now).AddDays(1).AddYears(-80), Difficulties.LivingAlone | Difficulties.EmptyNest));
        }
        Command command = Here.Command(), later = Here.Command();
        Value(await Run(command).BeginAsync(command));
        await Run(command).NextAsync();
        Here.Now = Here.Now.AddDays(1);
        Value(await Run(later).BeginAsync(later));

        Assert.Equal(0, (await Run(command).NextAsync()).Findings);
        await Run(later).NextAsync();
        Assert.Equal(101, (await Run(later).NextAsync()).Findings);
    }

    [Fact]
    public async Task A_page_that_was_found_stays_where_the_run_could_not_be_written()
    {
        string elder = await Here.RegisterAsync();
        Command command = Here.Command();
        Value(await Run(command).BeginAsync(command));
        Here.States.FailNext(OutreachState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Run(command).NextAsync());
        // What happens now is not of the page, which is found already.
        Value(await Here.Elder(elder).IssueHoursAsync(Here.Command(), new DateOnly(2026, 10, 1)));

        OutreachRecord run = await Run(command).NextAsync();

        Assert.Equal((1, 1L, true), (run.Pages, run.Findings, run.Finished));
    }

    [Fact]
    public async Task Another_request_under_the_id_of_a_run_is_refused()
    {
        Command command = Here.Command();
        Value(await Run(command).BeginAsync(command));

        await RefusedAsync(
            Reason.RequestIdReused, () => Run(command).BeginAsync(command with { RequestDigest = Here.Command().RequestDigest }));
    }

    [Fact]
    public async Task A_notice_is_recorded_once_and_counts_from_its_day()
    {
        string elder = await Here.RegisterAsync();
        Command line = Here.Command() with { Actor = "notice/civil" };
        var died = new NoticeRecord(
            ElderNoticeKind.Deceased, new DateOnly(2026, 9, 20), ChinaTime.DateOf(Here.Now), Benefits.None, "", "civil", "1", "STAFF");

        Assert.False((await Here.Elder(elder).GetAsync())!.Status == ElderStatus.Deceased);
        Assert.True(Value(await Here.Elder(elder).RecordNoticeAsync(line with { IsDryRun = true }, died)).IsNew);
        Assert.Empty((await Here.Elder(elder).GetAsync())!.Notices);
        Assert.True(Value(await Here.Elder(elder).RecordNoticeAsync(line, died)).IsNew);
        Assert.False(Value(await Here.Elder(elder).RecordNoticeAsync(line, died with { By = "ANOTHER" })).IsNew);

        ElderRecord record = (await Here.Elder(elder).GetAsync())!;
        Assert.Equal((ElderStatus.Deceased, died), (record.Status, Assert.Single(record.Notices)));
        await RefusedAsync(Reason.ElderNotEntitled, () => Here.Elder(elder).IssueHoursAsync(Here.Command(), new DateOnly(2026, 10, 1)));
        await RefusedAsync(Reason.RequestIdReused, () => Here.Elder(elder).RecordNoticeAsync(
            line with { RequestDigest = Here.Command().RequestDigest }, died));
    }

    private static (DateOnly, long) Of(OutreachRecord run) => (run.Day, run.Elders);

    private IOutreachGrain Run(Command command) => Here.Grains.GetGrain<IOutreachGrain>($"{Tianyuan}/{command.NewId}");
}
