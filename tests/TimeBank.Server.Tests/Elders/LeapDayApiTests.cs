using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>
/// People born on 29 February, at the counter and in the runs: in a year without that day they are a year older on 28 February, in a leap
/// year on the 29th. On a server of its own, whose clock goes from one February to the next.
/// </summary>
public sealed class LeapDayApiTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly Desk _desk = new(server, "430225");

    private ElderService.ElderServiceClient Finance => _desk.Elders(Role.FinanceMaker);

    [Fact]
    public async Task Who_was_born_on_29_February_is_entitled_from_the_birthday_on_and_not_a_day_earlier()
    {
        string fund = await _desk.FundAsync("lottery", 1_000_000);
        CreateProgrammeRequest request = _desk.Meals("meals");
        request.Eligibility.MinAge = 75;
        string meals = await _desk.FundedAsync(request, (fund, 500_000));

        await MoveAsync(2027, 2, 27);
        string elder = await RegisterAsync(1952), old = await RegisterAsync(1948);
        Elder born = await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder });
        Assert.Equal(new Date { Year = 1952, Month = 2, Day = 29 }, born.BirthDate);
        Assert.Equal(EntitlementGround.TooYoung, await GroundAsync(elder, meals));
        Assert.Equal(1, (await IssueAsync(meals)).Changed);
        await MoveAsync(2027, 2, 28);
        Assert.Equal(EntitlementGround.ConditionsMet, await GroundAsync(elder, meals));
        Assert.Equal(1, (await IssueAsync(meals)).Changed);
        Voucher voucher = await _desk.VoucherOfAsync(elder, meals);
        Assert.Equal((28, 28), (voucher.ValidFrom.Day, voucher.UseBy.Day));

        // A leap year: sixty and eighty are reached on the day itself.
        await MoveAsync(2028, 2, 28);
        await ((Func<Task>)(() => RegisterAsync(1968))).IsRefusedAsync(Reason.ElderTooYoung);
        Assert.Equal((0, 2), await HoursAsync());
        await MoveAsync(2028, 2, 29);
        string sixty = await RegisterAsync(1968);
        Assert.Equal((1, 2), await HoursAsync());
        Assert.Equal(240, (await _desk.HoursAsync(old)).Issued.Value);
        Elder assessed = await _desk.Elders().RecordAssessmentAsync(new RecordAssessmentRequest
        {
            RequestId = Id(), Elder = sixty, AssessedDate = DateOf(_desk.Today), Score = 40,
        });
        Assert.Equal(new Date { Year = 2029, Month = 2, Day = 28 }, assessed.Assessment.ValidUntil);

        await MoveAsync(2030, 2, 27);
        await ((Func<Task>)(() => EnrolAsync(2012))).IsRefusedAsync(Reason.VolunteerTooYoung);
        await MoveAsync(2030, 2, 28);
        await EnrolAsync(2012);
    }

    [Fact]
    public async Task A_29_February_that_the_year_lacks_is_no_day_of_birth()
    {
        await ((Func<Task>)(() => RegisterAsync(1949))).IsRefusedAsync(Reason.InvalidField, "birth_date");
        await ((Func<Task>)(() => RegisterAsync(1900))).IsRefusedAsync(Reason.InvalidField, "birth_date");
        await ((Func<Task>)(() => EnrolAsync(1990))).IsRefusedAsync(Reason.InvalidField, "birth_date");
    }

    private Task MoveAsync(int year, int month, int day) =>
        _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(9));

    /// <summary>Registers an elder born on 29 February, who lives alone in an empty nest.</summary>
    private async Task<string> RegisterAsync(int year) => (await _desk.Elders().RegisterElderAsync(new RegisterElderRequest
    {
        RequestId = Id(), Parent = _desk.Region, DisplayName = "李奶奶", BirthDate = new Date { Year = year, Month = 2, Day = 29 },
        Difficulties = { Difficulty.LivesAlone, Difficulty.EmptyNest },
    })).Name;

    private async Task EnrolAsync(int year) => await _desk.Volunteers().EnrolVolunteerAsync(new EnrolVolunteerRequest
    {
        RequestId = Id(), Parent = _desk.Region, DisplayName = "王芳", BirthDate = new Date { Year = year, Month = 2, Day = 29 },
    });

    private async Task<EntitlementGround> GroundAsync(string elder, string programme) =>
        (await Finance.ListEntitlementsAsync(new ListEntitlementsRequest { Elder = elder, Month = _desk.Month() })).Entitlements
        .Single(one => one.Programme == programme).Ground;

    private async Task<RunSummary> IssueAsync(string programme) => (await RunAsync(_desk.Vouchers.IssueVouchers(
        new IssueVouchersRequest { RequestId = Id(), Programme = programme, Month = _desk.Month() })))[^1].Summary;

    /// <summary>Issues the month's hours: to how many, and how many are too young or in no hardship.</summary>
    private async Task<(long Changed, long Skipped)> HoursAsync()
    {
        RunSummary run = (await RunAsync(Finance.IssueHours(
            new IssueHoursRequest { RequestId = Id(), Parent = _desk.Region, Month = _desk.Month() })))[^1].Summary;
        return (run.Changed, run.Skipped);
    }
}
