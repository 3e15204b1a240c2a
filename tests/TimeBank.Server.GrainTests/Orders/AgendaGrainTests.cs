using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class AgendaGrainTests : DistrictTests
{
    private IAgendaGrain Agenda => Here.Grains.GetGrain<IAgendaGrain>($"{Tianyuan}/000000000001");

    [Theory]
    [InlineData(60, 120, "overlap")]
    [InlineData(0, 60, "free")]
    [InlineData(120, 180, "free")]
    [InlineData(0, 61, "overlap")]
    [InlineData(119, 180, "overlap")]
    [InlineData(80, 90, "overlap")]
    [InlineData(0, 300, "overlap")]
    public async Task Times_may_touch_and_not_overlap(int from, int to, string expected)
    {
        Assert.Empty((await ReserveAsync("a", 60, 120)).Orders);

        ReservationReply reply = await ReserveAsync("b", from, to);

        Assert.Equal(expected == "overlap" ? "a" : "", string.Join(",", reply.Orders));
    }

    [Fact]
    public async Task Reserving_again_and_releasing_again_change_nothing()
    {
        await ReserveAsync("a", 60, 120);
        Assert.Empty((await ReserveAsync("a", 60, 120)).Orders);
        Assert.Empty((await ReserveAsync("a", 0, 90)).Orders);
        Assert.Empty((await ReserveAsync("b", 90, 120)).Orders);
        await Agenda.ReleaseAsync("a");
        await Agenda.ReleaseAsync("a");

        Assert.Empty((await ReserveAsync("c", 0, 90)).Orders);
    }

    [Fact]
    public async Task A_full_day_is_of_what_one_serves_and_not_of_what_one_is_given()
    {
        await ReserveAsync("given", 0, 60, serves: false);
        await ReserveAsync("a", 60, 240);
        await ReserveAsync("b", 300, 480);

        ReservationReply full = await ReserveAsync("c", 500, 700);

        Assert.True(full.DayFull);
        Assert.Equal(["a", "b"], full.Orders.ToArray());
        Assert.False((await ReserveAsync("c", 500, 620)).DayFull);
    }

    [Fact]
    public async Task A_trial_reserves_nothing_and_leaves_out_whom_it_is_told_to()
    {
        await ReserveAsync("a", 60, 120);

        Assert.Equal(["a"], (await TryAsync("b", 60, 120)).Orders.ToArray());
        Assert.Empty((await TryAsync("b", 60, 120, "a")).Orders);
        Assert.Empty((await TryAsync("b", 200, 300)).Orders);
        Assert.Equal((true, "a"), ((await TryAsync("b", 120, 600)).DayFull, (await TryAsync("b", 120, 600)).Orders.Single()));
        Assert.False((await TryAsync("b", 120, 600, "a")).DayFull);

        Assert.Empty((await ReserveAsync("c", 200, 300)).Orders);
        Assert.Equal(["a"], (await ReserveAsync("d", 60, 120)).Orders.ToArray());
    }

    [Fact]
    public async Task What_is_reserved_survives_its_grain()
    {
        await ReserveAsync("a", 60, 120);
        await Here.ForgetAsync(Agenda);

        Assert.Equal(["a"], (await ReserveAsync("b", 60, 120)).Orders.ToArray());
    }

    private Task<ReservationReply> ReserveAsync(string order, int from, int to, bool serves = true) =>
        Agenda.ReserveAsync(Reservation(order, from, to, serves));

    private Task<ReservationReply> TryAsync(string order, int from, int to, params string[] without) =>
        Agenda.TryReserveAsync(Reservation(order, from, to, serves: true), [.. without]);

    private static Reservation Reservation(string order, int from, int to, bool serves) =>
        new(order, District.Start.AddMinutes(from).ToUniversalTime(), District.Start.AddMinutes(to).ToUniversalTime(), serves, 480);
}
