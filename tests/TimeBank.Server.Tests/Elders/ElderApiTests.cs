using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

[Collection(HoursCollection.Name)]
public sealed class ElderApiTests(TestServer server)
{
    private const string Nobody = "regions/430211/elders/000000000000";

    private readonly Desk _desk = new(server);

    [Fact]
    public async Task RegisterElder_answers_again_and_refuses_another_content()
    {
        RegisterElderRequest request = Register(new DateOnly(1940, 5, 1), Difficulty.LowIncome, Difficulty.LeftBehind);

        Elder first = await _desk.Elders().RegisterElderAsync(request);

        Assert.Equal(first, await _desk.Elders().RegisterElderAsync(request));
        Assert.Equal([Difficulty.LowIncome, Difficulty.LeftBehind], first.Difficulties);
        Assert.Null(first.Assessment);
        Assert.Equal(first, await _desk.Elders(Role.Elder, first.Name).GetElderAsync(new GetElderRequest { Name = first.Name }));
        request.BirthDate.Day = 2;
        await _desk.Elders().RegisterElderAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task RegisterElder_refuses_wrong_input()
    {
        await _desk.Elders()
            .RegisterElderAsync(new RegisterElderRequest
            {
                Parent = _desk.Region, DisplayName = " ",
                Difficulties = { (Difficulty)99, Difficulty.Unspecified }
            })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "display_name", "birth_date", "difficulties[0]", "difficulties[1]");
        await _desk.Elders().RegisterElderAsync(Register(new DateOnly(1940, 1, 1), Difficulty.LowIncome, Difficulty.LowIncome))
            .IsRefusedAsync(Reason.InvalidField, "difficulties");
        await _desk.Elders().RegisterElderAsync(Register(_desk.Today.AddYears(-60).AddDays(1))).IsRefusedAsync(Reason.ElderTooYoung);
        await _desk.Elders().GetElderAsync(new GetElderRequest { Name = Nobody }).IsRefusedAsync(Reason.ElderNotFound);
    }

    [Fact]
    public async Task ListElders_goes_by_name()
    {
        foreach (int _ in Enumerable.Range(0, 2)) await _desk.RegisterAsync();

        ListEldersResponse first = await _desk.Elders(Role.Auditor)
            .ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, PageSize = 1 });
        ListEldersResponse second = await _desk.Elders(Role.Auditor)
            .ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, PageSize = 1, PageToken = first.NextPageToken });

        Assert.True(string.CompareOrdinal(first.Elders[0].Name, second.Elders[0].Name) < 0);
        await _desk.Elders(Role.Administrator)
            .ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, PageToken = first.NextPageToken })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    [Fact]
    public async Task ListElders_and_ListVolunteers_find_people_of_one_name()
    {
        await _desk.RegisterAsync();
        string elder = (await _desk.Elders().RegisterElderAsync(Named("欧阳秀"))).Name;
        await _desk.EnrolAsync();
        string volunteer = (await _desk.Volunteers().EnrolVolunteerAsync(new EnrolVolunteerRequest
        {
            RequestId = Id(), Parent = _desk.Region, DisplayName = "欧阳秀", BirthDate = _desk.Today.AddYears(-40).ToContract(),
        })).Name;

        var elders = await _desk.Elders().ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, DisplayName = "欧阳秀" });
        var volunteers = await _desk.Volunteers().ListVolunteersAsync(
            new ListVolunteersRequest { Parent = _desk.Region, DisplayName = "欧阳秀" });
        Assert.Equal(elder, Assert.Single(elders.Elders).Name);
        Assert.Equal(volunteer, Assert.Single(volunteers.Volunteers).Name);
        Assert.Empty((await _desk.Elders().ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, DisplayName = "欧阳" })).Elders);
        await _desk.Elders().ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, DisplayName = new string('长', 101) })
            .IsRefusedAsync(Reason.InvalidField, "display_name");

        RegisterElderRequest Named(string name)
        {
            RegisterElderRequest request = Register(new DateOnly(1940, 1, 1));
            request.DisplayName = name;
            return request;
        }
    }

    [Fact]
    public async Task RecordAssessment_grades_by_the_policy_and_replaces_the_flags()
    {
        string elder = await _desk.RegisterAsync();
        DateOnly day = _desk.Today.AddDays(-10);
        var request = new RecordAssessmentRequest
        {
            RequestId = Id(), Elder = elder, AssessedDate = day.ToContract(), Score = 40,
            AssessedIn = "regions/430100", Difficulties = { Difficulty.Bereaved }
        };

        Elder assessed = await _desk.Elders().RecordAssessmentAsync(request);

        Assert.Equal(assessed, await _desk.Elders().RecordAssessmentAsync(request));
        Assert.Equal((V1.AbilityGrade.Severe, "regions/430100"), (assessed.Assessment.Grade, assessed.Assessment.Region));
        Assert.Equal(day.AddMonths(12).ToContract(), assessed.Assessment.ValidUntil);
        Assert.Equal([Difficulty.Bereaved], assessed.Difficulties);
        RecordAssessmentRequest Other(DateOnly date, int score = 40, string name = "") =>
            new() { RequestId = Id(), Elder = name.Length > 0 ? name : elder, AssessedDate = date.ToContract(), Score = score };
        await _desk.Elders().RecordAssessmentAsync(Other(_desk.Today.AddDays(1))).IsRefusedAsync(Reason.AssessmentInFuture);
        await _desk.Elders().RecordAssessmentAsync(Other(day.AddDays(-1))).IsRefusedAsync(Reason.AssessmentOutdated);
        await _desk.Elders().RecordAssessmentAsync(Other(new DateOnly(1066, 10, 14))).IsRefusedAsync(Reason.InvalidField, "assessed_date");
        await _desk.Elders().RecordAssessmentAsync(Other(day, 91)).IsRefusedAsync(Reason.InvalidField, "score");
        // A score that was forgotten isn't 0, which is the severest disability; 0 that was said is.
        RecordAssessmentRequest forgotten = Other(day);
        forgotten.ClearScore();
        await _desk.Elders().RecordAssessmentAsync(forgotten).IsRefusedAsync(Reason.InvalidField, "score");
        Assert.Equal(40, (await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder })).Assessment.Score);
        Assert.Equal(V1.AbilityGrade.Complete, (await _desk.Elders().RecordAssessmentAsync(Other(day, 0))).Assessment.Grade);
        await _desk.Elders().RecordAssessmentAsync(Other(day, name: Nobody)).IsRefusedAsync(Reason.ElderNotFound);
    }

    [Fact]
    public async Task GrantFromPool_tells_what_its_entry_left()
    {
        string volunteer = await _desk.EnrolWithHoursAsync(), elder = await _desk.RegisterAsync();
        await _desk.Volunteers(Role.Volunteer, volunteer)
            .DonateHoursAsync(new DonateHoursRequest { RequestId = Id(), Volunteer = volunteer, Amount = Minutes(100) });
        GrantFromPoolRequest Grant(long minutes) => new() { RequestId = Id(), Elder = elder, Amount = Minutes(minutes), Memo = "困难" };
        GrantFromPoolRequest request = Grant(40);

        GrantFromPoolResponse first = await _desk.Elders(Role.FinanceMaker).GrantFromPoolAsync(request);
        await _desk.Elders(Role.FinanceMaker).GrantFromPoolAsync(Grant(10));

        Assert.Equal(first, await _desk.Elders(Role.FinanceMaker).GrantFromPoolAsync(request));
        Assert.Equal(50, (await _desk.HoursAsync(elder)).Issued.Value);
        string before = await server.TrialBalanceAsync();
        await _desk.Elders(Role.FinanceMaker).GrantFromPoolAsync(Grant(1_000_000)).IsRefusedAsync(Reason.InsufficientBalance);
        await _desk.Elders(Role.FinanceMaker).GrantFromPoolAsync(Grant(0)).IsRefusedAsync(Reason.AmountNotPositive);
        await _desk.Elders(Role.FinanceMaker)
            .GrantFromPoolAsync(new GrantFromPoolRequest { RequestId = Id(), Elder = Nobody, Amount = Minutes(1) })
            .IsRefusedAsync(Reason.ElderNotFound);
        Assert.Equal(before, await server.TrialBalanceAsync());
    }

    [Fact]
    public async Task ListEntitlements_says_what_and_what_not_and_why()
    {
        string entitled = await _desk.RegisterWithHoursAsync(), young = await _desk.RegisterAsync(65);

        V1.Entitlement hours = (await _desk.Elders(Role.Elder, entitled)
            .ListEntitlementsAsync(new ListEntitlementsRequest { Elder = entitled })).Entitlements[0];
        V1.Entitlement none = (await _desk.Elders()
            .ListEntitlementsAsync(new ListEntitlementsRequest { Elder = young, Month = _desk.Month() })).Entitlements[0];

        Assert.Equal(("", true, true, 240L), (hours.Programme, hours.Entitled, hours.Issued, hours.Amount.Value));
        Assert.Equal((false, "ELDER_NOT_ENTITLED", false), (none.Entitled, none.Reason, none.Issued));
        await _desk.Elders().ListEntitlementsAsync(new ListEntitlementsRequest { Elder = Nobody }).IsRefusedAsync(Reason.ElderNotFound);
        await _desk.Elders()
            .ListEntitlementsAsync(new ListEntitlementsRequest { Elder = young, Month = new Date { Year = 2026, Month = 13 } })
            .IsRefusedAsync(Reason.InvalidField, "month");
        Assert.False(
            (await _desk.Elders().ListEntitlementsAsync(
            new ListEntitlementsRequest { Elder = entitled, Month = new Date { Year = 9999, Month = 12 } })).Entitlements[0].Issued);
    }

    [Fact]
    public async Task IssueHours_to_one_elder_answers_what_stands_against_it()
    {
        string elder = await _desk.RegisterAsync(), young = await _desk.RegisterAsync(65);
        IssueHoursRequest Issue(string to) => new() { RequestId = Id(), Parent = _desk.Region, Month = _desk.Month(), Elder = to };
        IssueHoursRequest request = Issue(elder), refused = Issue(young);

        RunProgress first = (await RunAsync(_desk.Elders(Role.FinanceMaker).IssueHours(request)))[^1];
        RunProgress again = (await RunAsync(_desk.Elders(Role.FinanceMaker).IssueHours(request)))[^1];

        Assert.Equal((1L, 240L), (first.Summary.Changed, first.Amounts[0].Value));
        Assert.Equal(first.Amounts, again.Amounts);
        Func<Task> Call(IssueHoursRequest of) => () => RunAsync(_desk.Elders(Role.FinanceMaker).IssueHours(of));
        await Call(Issue(elder)).IsRefusedAsync(Reason.AlreadyIssued);
        await Call(refused).IsRefusedAsync(Reason.ElderNotEntitled);
        await Call(refused).IsRefusedAsync(Reason.ElderNotEntitled);
        await Call(Issue(Nobody)).IsRefusedAsync(Reason.ElderNotFound);
        request.Month = _desk.Month(1);
        await Call(request).IsRefusedAsync(Reason.RequestIdReused);
        await Call(new IssueHoursRequest { RequestId = Id(), Parent = _desk.Region, Month = _desk.Month(1) })
            .IsRefusedAsync(Reason.MonthNotCurrent);
        await Call(new IssueHoursRequest
        {
            Parent = _desk.Region, Month = _desk.Today.ToContract(),
            Elder = "regions/430203/elders/000000000000"
        }).IsRefusedAsync(Reason.InvalidField, "request_id", "month", "elder");
        Assert.Equal(240, (await _desk.HoursAsync(elder)).Issued.Value);
    }

    private RegisterElderRequest Register(DateOnly birthDate, params Difficulty[] difficulties) =>
        new()
        {
            RequestId = Id(), Parent = _desk.Region, DisplayName = "李奶奶", BirthDate = birthDate.ToContract(),
            Difficulties = { difficulties }
        };
}
