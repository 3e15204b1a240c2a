using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Dry runs that issue, end or grant hours, or move them to another region.</summary>
public sealed class HourTrialTests : DistrictTests
{
    private static readonly DateOnly October = new(2026, 10, 1), November = new(2026, 11, 1);

    [Fact]
    public async Task An_issue_is_tried_with_the_end_of_last_months_hours()
    {
        string elder = await Here.RegisterWithHoursAsync();
        await TrialRefusedAsync(Reason.AlreadyIssued, run => Here.Elder(elder).IssueHoursAsync(run, October));
        Here.Now = ChinaTime.StartOf(November).AddHours(1);

        (long ends, long ended) = await TriedAsync(run => Here.Elder(elder).EndHoursAsync(run));
        Assert.Equal((240, 240), (ends, ended));
        (long would, long done) =
            await TriedAsync(run => Here.Elder(elder).IssueHoursAsync(run, November));

        Assert.Equal((240, 240), (would, done));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Available);
    }

    [Fact]
    public async Task An_issue_that_would_also_end_hours_ends_none()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.Now = ChinaTime.StartOf(November).AddHours(1);

        (long would, long done) =
            await TriedAsync(run => Here.Elder(elder).IssueHoursAsync(run, November));

        Assert.Equal(would, done);
        Assert.Equal(1, await Here.CountAsync(EntryCode.ExpireHours));
    }

    [Fact]
    public async Task A_trial_of_an_elder_who_is_not_entitled_is_refused_and_forgotten()
    {
        string elder = await Here.RegisterAsync(age: 70);

        Command run = await TrialRefusedAsync(Reason.ElderNotEntitled, command =>
            Here.Elder(elder).IssueHoursAsync(command, October));
        await TrialRefusedAsync(Reason.ElderNotFound, command => Here.Elder("000000000000").GrantAsync(command, 10));
        Value(await Here.Elder(elder).RecordAssessmentAsync(
            Here.Command(), new AssessmentRecord(40, October, Tianyuan), Difficulties.LowIncome | Difficulties.LivingAlone));

        Assert.Equal(240, Value(await Here.Elder(elder).IssueHoursAsync(run, October)));
    }

    [Fact]
    public async Task A_grant_is_tried_and_says_what_the_pool_would_have_left()
    {
        string elder = await Here.RegisterAsync(), volunteer = await Here.EnrolAsync();
        await Here.CreditAsync(volunteer, 90);
        Command grant = await TrialRefusedAsync(Reason.InsufficientBalance, command =>
            Here.Elder(elder).GrantAsync(command, 60));
        Value(await Here.Volunteer(volunteer).DonateAsync(Here.Command(), 90));
        string before = await Here.EverythingAsync();

        GrantedHours would = Value(
            await Here.Elder(elder).GrantAsync(grant with { IsDryRun = true }, 60));

        Assert.Equal(30, would.PoolRemaining);
        Assert.Equal(before, await Here.EverythingAsync());
        GrantedHours done = Value(await Here.Elder(elder).GrantAsync(grant, 60));
        // The command happened, so a dry run of it gives the journal's outcome.
        Assert.Equal(new GrantedHours(done.Entry, null),
            Value(await Here.Elder(elder).GrantAsync(grant with { IsDryRun = true }, 60)));
    }

    [Fact]
    public async Task Hours_tried_to_move_to_another_region_stay_and_what_waits_there_waits()
    {
        string home = await Here.EnrolAsync(), away = await Here.EnrolAsync(region: Lusong, home: $"{Tianyuan}/{home}");
        await Here.CreditAsync(away, 100, Lusong);
        Task<Reply<TransferredHours>> TransferAsync(Command command, long minutes) =>
            Here.Grains.GetGrain<IClearingGrain>(Lusong)
                .TransferAsync(command, OpaqueId.Parse(away), GrainKey.Parse($"{Tianyuan}/{home}"), minutes);
        // Hours that a crash left on their way; a dry run does not deliver them.
        await Here.Ledger(Lusong).SubmitAsync(HourEntries.ClearOut(
            Here.Command().Header(October, "", ("to", $"{Tianyuan}/{home}"), ("from", away)), OpaqueId.Parse(away),
                RegionCode.Parse(Tianyuan), new Minutes(10)));

        await TrialRefusedAsync(Reason.InsufficientBalance, command => TransferAsync(command, 91));
        (TransferredHours would, TransferredHours done) = await TriedAsync(command => TransferAsync(command, 90));

        Assert.Null(would.Arrival);
        Assert.NotNull(done.Arrival);
        await Here.Grains.GetGrain<IClearingGrain>(Lusong).DeliverAsync();
        Assert.Equal((100, 0), ((await Here.HoursAsync(home)).Earned, (await Here.HoursAsync(away, Lusong)).Earned));
    }
}
