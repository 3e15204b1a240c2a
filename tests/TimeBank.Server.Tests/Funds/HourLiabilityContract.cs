using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// What the hours that people hold will ask for. Each class has its own server, because it moves the clock into the next year.
/// </summary>
public abstract class HourLiabilityContract(TestServer server)
{
    private readonly Desk _tianyuan = new(server), _lusong = new(server, TestServer.Lusong);

    [Fact]
    public async Task Hours_stand_by_year_by_age_and_by_region_and_add_up()
    {
        string young = await _tianyuan.EnrolAsync(age: 40), old = await _tianyuan.EnrolAsync(age: 70);
        string away = await _lusong.EnrolAsync(age: 40);
        int born = _tianyuan.Today.Year - 40;
        await _tianyuan.BringHoursAsync(young, 600);
        await _tianyuan.BringHoursAsync(old, 300);
        await _lusong.BringHoursAsync(away, 90);
        string fund = await _tianyuan.FundAsync("guarantee", 10_000, V1.FundKind.Guarantee);
        await _tianyuan.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(2027, 1, 2)).AddHours(9));
        await _tianyuan.BringHoursAsync(young, 60);
        // Of what was brought in 2026, 120 are given away: 480 of it and the 60 of 2027 are left.
        await new VolunteerService.VolunteerServiceClient(server.As(Role.Volunteer, young, "", TestServer.Tianyuan)).DonateHoursAsync(
            new DonateHoursRequest { RequestId = Desk.Id(), Volunteer = young, Amount = Desk.Minutes(120) });

        // Zhuzhou has both districts in it. An hour costs 20 yuan: 930 minutes are 31,000 fen, and the fund has 10,000.
        var request = new GetHourLiabilityRequest { Parent = "regions/430200", PricePerHour = Desk.Fen(2_000) };
        HourLiability all = await ReadAsync(request);
        HourLiability before = await ReadAsync(new GetHourLiabilityRequest(request) { Date = Desk.DateOf(new DateOnly(2026, 12, 31)) });

        Assert.Equal([(2026, 870, 870), (2027, 60, 930)], all.ByYear.Select(Figures));
        Assert.Equal([(2027, 300, 300), (born + 60, 630, 930)], all.Spendable.Select(Figures));
        Assert.Equal(
            [("regions/430203", 90, 0), ("regions/430211", 840, 10_000)],
            all.Regions.Select(row => (row.Region, row.Outstanding.Value, row.Fund.Amount.Value)));
        Assert.Equal((930, 31_000, 3_225, V1.CheckVerdict.NotMet, 60, 100), (all.Outstanding.Value, all.Cost.Value, all.BasisPoints,
            all.Verdict, all.SpendFromAge, all.AlertBelowPercent));
        // Those who may spend now are covered: 300 minutes cost 10,000 fen.
        Assert.Equal((10_000, 10_000), (all.Spendable[0].Cost.Value, all.Spendable[0].BasisPoints));
        Assert.Equal((2_000, 60, ""), (all.Price.Value, all.PriceMinutes, all.PriceSource));

        // The end of the year stays as it was, whatever came later.
        Assert.Equal([(2026, 990, 990)], before.ByYear.Select(Figures));
        Assert.Equal([(2026, 300, 300), (born + 60, 690, 990)], before.Spendable.Select(Figures));

        HourLiability own = await ReadAsync(new GetHourLiabilityRequest { Parent = _lusong.Region });
        Assert.Equal((90, null, V1.CheckVerdict.Nothing), (own.Outstanding.Value, own.Price, own.Verdict));
        Assert.Equal("regions/430203", Assert.Single(own.Regions).Region);
        await _tianyuan.Maker.RecordReceiptAsync(_tianyuan.Receipt(fund, 21_000));
        Assert.Equal(V1.CheckVerdict.Met, (await ReadAsync(request)).Verdict);
    }

    [Fact]
    public async Task Nothing_is_held_before_anything_was_and_a_day_to_come_is_refused()
    {
        HourLiability none = await ReadAsync(new GetHourLiabilityRequest { Parent = "regions/430100", PricePerHour = Desk.Fen(1) });
        Assert.Equal((0, 0, V1.CheckVerdict.Nothing), (none.Outstanding.Value, none.ByYear.Count, none.Verdict));

        Task<HourLiability> TomorrowAsync() => ReadAsync(new GetHourLiabilityRequest
        {
            Parent = _tianyuan.Region, Date = Desk.DateOf(_tianyuan.Today.AddDays(1)),
        });
        await ((Func<Task>)TomorrowAsync).IsRefusedAsync(Reason.InvalidField, "date");
        await ((Func<Task>)(() => ReadAsync(new GetHourLiabilityRequest { Parent = _tianyuan.Region, PriceItem = "nothing" })))
            .IsRefusedAsync(Reason.ItemNotFound);
        // An office reads its own region and those inside it, and no other.
        var outside = new FundService.FundServiceClient(server.As(Role.Auditor, regions: TestServer.Tianyuan));
        await ((Func<Task>)(async () => await outside.GetHourLiabilityAsync(new GetHourLiabilityRequest { Parent = "regions/430200" })))
            .IsRefusedAsync(Reason.RegionNotAllowed);
    }

    private async Task<HourLiability> ReadAsync(GetHourLiabilityRequest request)
    {
        HourLiability answer = await new FundService.FundServiceClient(server.As(Role.Auditor, regions: "430000"))
            .GetHourLiabilityAsync(request);
        foreach (IEnumerable<long> parts in (IEnumerable<long>[])[answer.ByYear.Select(year => year.Hours.Value),
            answer.Spendable.Select(year => year.Hours.Value), answer.Regions.Select(row => row.Outstanding.Value)])
            Assert.Equal(answer.Outstanding.Value, parts.Sum());
        return answer;
    }

    private static (int Year, long Hours, long Through) Figures(HoursOfYear year) => (year.Year, year.Hours.Value, year.Through.Value);
}

public sealed class SqliteHourLiabilityTests(TestServer server) : HourLiabilityContract(server), IClassFixture<TestServer>;

public sealed class PostgreSqlHourLiabilityTests(ServerOnPostgreSql on)
    : HourLiabilityContract(on.Server), IClassFixture<ServerOnPostgreSql>;
