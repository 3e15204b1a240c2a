using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using VisitFinding = TimeBank.V1.VisitFinding;
using VisitMethod = TimeBank.V1.VisitMethod;

namespace TimeBank.Server.Tests;

/// <summary>The class has its own server, because it counts all elders of the region and moves the clock.</summary>
public sealed class VisitTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_month_says_whom_nobody_met_and_the_rate_by_ground()
    {
        string alone = await RegisterAsync(Difficulty.LivesAlone), nest = await RegisterAsync(Difficulty.EmptyNest, Difficulty.LivesAlone);
        string well = await RegisterAsync();
        await AdvanceAsync(2026, 11, 3);
        RecordVisitRequest request = Visit(alone, 3, VisitFinding.Well);

        Visit visit = await _desk.Elders().RecordVisitAsync(request);
        await _desk.Elders().RecordVisitAsync(Visit(nest, 2, VisitFinding.NotMet));
        await _desk.Elders().RecordVisitAsync(Visit(well, 2, VisitFinding.NeedsHelp));

        Assert.Equal((alone, Day(2026, 11, 3), VisitFinding.Well, Day(2026, 11, 3)),
            (visit.Elder, visit.VisitedDate, visit.Finding, visit.RecordedDate));
        ListMissedVisitsResponse missed = await MissedAsync();
        Assert.Equal(["Unspecified 1/2", "LivesAlone 1/2", "EmptyNest 0/1"],
            missed.Rates.Select(rate => $"{rate.Ground} {rate.Visited}/{rate.Due}"));
        MissedVisit one = Assert.Single(missed.Missed);
        Assert.Equal((nest, 1, null), (one.Elder, one.Attempts, one.LastVisitedDate));
        Assert.Equal([VisitGround.LivesAlone, VisitGround.EmptyNest], one.Grounds);
        Assert.False(missed.Alert);

        // Sent once more on a later day it is the same visit; from day 25 on what is missing is an alert.
        await AdvanceAsync(2026, 11, 25);
        Assert.Equal(visit, await _desk.Elders().RecordVisitAsync(request));
        Assert.True((await MissedAsync()).Alert);
        Visit only = Assert.Single((await ListAsync(alone)).Visits);
        Assert.Equal(visit, only);

        // A new month begins with nobody visited, and knows the last visit.
        await AdvanceAsync(2026, 12, 1);
        ListMissedVisitsResponse december = await MissedAsync();
        Assert.Equal("Unspecified 0/2", $"{december.Rates[0].Ground} {december.Rates[0].Visited}/{december.Rates[0].Due}");
        Assert.Equal(Day(2026, 11, 3), december.Missed.Single(other => other.Elder == alone).LastVisitedDate);
        Assert.Equal(1, (await MissedAsync(month: 11)).Rates[0].Visited);
    }

    [Fact]
    public async Task Pages_hold_everybody_once_and_the_first_has_the_rates()
    {
        var all = new List<string>();
        for (int number = 0; number < 5; number++) all.Add(await RegisterAsync(Difficulty.LivesAlone));
        await RegisterAsync(Difficulty.Bereaved);
        await AdvanceAsync(2026, 11, 2);
        var request = new ListMissedVisitsRequest { Parent = _desk.Region, PageSize = 2, Ground = VisitGround.LivesAlone };
        var found = new List<string>();
        do
        {
            ListMissedVisitsResponse page = await _desk.Elders(Role.Auditor).ListMissedVisitsAsync(request);
            Assert.Equal(found.Count == 0 ? ["Unspecified 6", "LivesAlone 5", "Bereaved 1"] : [],
                page.Rates.Select(rate => $"{rate.Ground} {rate.Due}"));
            found.AddRange(page.Missed.Select(one => one.Elder));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(all.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public async Task Visits_are_listed_from_the_last_one_and_the_elder_reads_them()
    {
        string elder = await RegisterAsync(Difficulty.LivesAlone), other = await RegisterAsync();
        foreach (VisitFinding finding in new[] { VisitFinding.NotMet, VisitFinding.NeedsHelp, VisitFinding.Well })
            await _desk.Elders().RecordVisitAsync(Visit(elder, 0, finding));
        ElderService.ElderServiceClient own = _desk.Elders(Role.Elder, elder);

        ListVisitsResponse first = await own.ListVisitsAsync(new ListVisitsRequest { Elder = elder, PageSize = 2 });
        await _desk.Elders().RecordVisitAsync(Visit(elder, 0, VisitFinding.Well));
        ListVisitsResponse second =
            await own.ListVisitsAsync(new ListVisitsRequest { Elder = elder, PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal([VisitFinding.Well, VisitFinding.NeedsHelp], first.Visits.Select(visit => visit.Finding));
        Assert.Equal([VisitFinding.NotMet], second.Visits.Select(visit => visit.Finding));
        Assert.Empty(second.NextPageToken);
        await own.ListVisitsAsync(new ListVisitsRequest { Elder = other }).IsRefusedAsync(Reason.PartyNotAllowed);
    }

    [Fact]
    public async Task Wrong_input_names_its_field_and_records_nothing()
    {
        string elder = await RegisterAsync(Difficulty.LivesAlone);
        RecordVisitRequest wrong = Visit(elder, 0, VisitFinding.Unspecified);
        wrong.Method = (VisitMethod)9;
        wrong.VisitedDate = DateOf(_desk.Today.AddDays(1));
        wrong.Volunteer = elder;

        await _desk.Elders().RecordVisitAsync(wrong).IsRefusedAsync(Reason.InvalidField, "visited_date", "method", "finding", "volunteer");
        RecordVisitRequest old = Visit(elder, 0, VisitFinding.Well);
        old.VisitedDate = DateOf(_desk.Today.AddDays(-32));
        await _desk.Elders().RecordVisitAsync(old).IsRefusedAsync(Reason.VisitTooLate);
        RecordVisitRequest nobody = Visit(elder, 0, VisitFinding.Well);
        nobody.Volunteer = $"{_desk.Region}/volunteers/000000000000";
        await _desk.Elders().RecordVisitAsync(nobody).IsRefusedAsync(Reason.VolunteerNotFound);
        await _desk.Elders().RecordVisitAsync(Visit($"{_desk.Region}/elders/000000000000", 0, VisitFinding.Well))
            .IsRefusedAsync(Reason.ElderNotFound);
        await _desk.Elders().ListMissedVisitsAsync(new ListMissedVisitsRequest
        {
            Parent = _desk.Region, Month = new Google.Type.Date { Year = 2027, Month = 1 },
        }).IsRefusedAsync(Reason.InvalidField, "month");

        Assert.Empty((await ListAsync(elder)).Visits);
    }

    private async Task<string> RegisterAsync(params Difficulty[] difficulties) =>
        (await _desk.Elders().RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = Id(), Parent = _desk.Region, DisplayName = "老人", BirthDate = Day(1940, 1, 1), Difficulties = { difficulties },
        })).Name;

    /// <param name="day">The day of November; 0: today.</param>
    private RecordVisitRequest Visit(string elder, int day, VisitFinding finding) => new()
    {
        RequestId = Id(), Elder = elder, VisitedDate = day == 0 ? DateOf(_desk.Today) : Day(2026, 11, day),
        Method = VisitMethod.InPerson, Finding = finding,
    };

    private async Task<ListMissedVisitsResponse> MissedAsync(int month = 0) =>
        await _desk.Elders(Role.Auditor).ListMissedVisitsAsync(new ListMissedVisitsRequest
        {
            Parent = _desk.Region, Month = month == 0 ? null : new Google.Type.Date { Year = 2026, Month = month },
        });

    private async Task<ListVisitsResponse> ListAsync(string elder) =>
        await _desk.Elders(Role.Auditor).ListVisitsAsync(new ListVisitsRequest { Elder = elder });

    private static Google.Type.Date Day(int year, int month, int day) => DateOf(new DateOnly(year, month, day));

    private Task AdvanceAsync(int year, int month, int day) =>
        _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(9));
}
