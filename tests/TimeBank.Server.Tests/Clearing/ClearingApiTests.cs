using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

[Collection(HoursCollection.Name)]
public sealed class ClearingApiTests(TestServer server)
{
    private readonly Desk _desk = new(server), _neighbour = new(server, TestServer.Lusong);

    [Fact]
    public async Task TransferHours_moves_them_between_ones_own_enrolments()
    {
        string home = await _desk.EnrolAsync(), away = await _neighbour.EnrolWithHoursAsync(await _neighbour.EnrolAsync(home: home));
        var request = new TransferHoursRequest { RequestId = Id(), From = away, To = home, Amount = Minutes(50) };

        TransferHoursResponse first = await Clearing(Role.Volunteer, away).TransferHoursAsync(request);

        Assert.Equal(first, await Clearing(Role.Volunteer, away).TransferHoursAsync(request));
        Assert.StartsWith("regions/430203/entries/", first.Entry, StringComparison.Ordinal);
        Assert.StartsWith("regions/430211/entries/", first.ArrivalEntry, StringComparison.Ordinal);
        Assert.Equal((50, 0), ((await _desk.HoursAsync(home)).Earned.Value, (await _desk.HoursAsync(home)).Lifetime.Value));
        Assert.Equal((70, 120), ((await _neighbour.HoursAsync(away)).Earned.Value, (await _neighbour.HoursAsync(away)).Lifetime.Value));
        Position owed = (await Clearing(Role.Auditor).ListPositionsAsync(new ListPositionsRequest { Parent = _neighbour.Region }))
            .Positions.Single(position => position.Counterpart == _desk.Region);
        Assert.Equal((V1.Side.Credit, owed.DueTo.Value - owed.DueFrom.Value), (owed.Net.Side, owed.Net.Amount.Value));
        request.Amount = Minutes(51);
        await Clearing(Role.Volunteer, away).TransferHoursAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task TransferHours_refuses_wrong_input_and_moves_nothing()
    {
        string home = await _desk.EnrolAsync(), stranger = await _desk.EnrolAsync(), away = await _neighbour.EnrolAsync(home: home);
        TransferHoursRequest To(string to, long minutes = 10) =>
            new() { RequestId = Id(), From = away, To = to, Amount = Minutes(minutes) };
        ClearingService.ClearingServiceClient own = Clearing(Role.Volunteer, away);
        string before = await server.TrialBalanceAsync(TestServer.Lusong);

        await own.TransferHoursAsync(new TransferHoursRequest { From = away, To = "home" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "to", "amount");
        await own.TransferHoursAsync(To(home)).IsRefusedAsync(Reason.InsufficientBalance);
        await own.TransferHoursAsync(To(home, 0)).IsRefusedAsync(Reason.AmountNotPositive);
        await own.TransferHoursAsync(To(stranger)).IsRefusedAsync(Reason.TransferNotSamePerson);
        await own.TransferHoursAsync(To(away)).IsRefusedAsync(Reason.TransferSameRegion);
        await own.TransferHoursAsync(To("regions/430211/volunteers/000000000000")).IsRefusedAsync(Reason.VolunteerNotFound);
        await own.TransferHoursAsync(To("regions/439900/volunteers/000000000000")).IsRefusedAsync(Reason.RegionUnknown);
        TransferHoursRequest unnamed = To(home);
        await Clearing(Role.Counter).TransferHoursAsync(unnamed).IsRefusedAsync(Reason.OnBehalfOfRequired);
        unnamed.OnBehalfOf = home;
        await Clearing(Role.Counter).TransferHoursAsync(unnamed).IsRefusedAsync(Reason.PartyNotAllowed);

        Assert.Equal(before, await server.TrialBalanceAsync(TestServer.Lusong));
        await Clearing(Role.Auditor).ListPositionsAsync(new ListPositionsRequest { Parent = _neighbour.Region, PageToken = "x" })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    private ClearingService.ClearingServiceClient Clearing(Role role, string party = "") =>
        new(server.As(role, party, "", TestServer.Lusong));
}
