using System.Text.Json.Nodes;
using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class OrderRefusalTests : OrderTests
{
    [Theory]
    [InlineData("elders/000000000000", "companionship", 60, 60, Reason.ElderNotFound)]
    [InlineData("volunteers/000000000000", "companionship", 60, 60, Reason.VolunteerNotFound)]
    [InlineData("young", "companionship", 60, 60, Reason.SpenderTooYoung)]
    [InlineData("elder", "flying", 60, 60, Reason.ItemNotFound)]
    [InlineData("elder", "clean-home", 60, 60, Reason.ItemNotFound)]
    [InlineData("elder", "companionship", 60, 135, Reason.SessionTooLong)]
    [InlineData("elder", "companionship", -1, 60, Reason.OrderStartsInPast)]
    [InlineData("poor", "companionship", 60, 60, Reason.InsufficientBalance)]
    [InlineData("old", "companionship", 60, 60, Reason.InsufficientBalance)]
    [InlineData("elder", "companionship", 60, 60, Reason.None)]
    public async Task Request_is_refused(string recipient, string item, int minutesFromNow, long minutes, Reason expected)
    {
        string person = recipient switch
        {
            "young" => $"volunteers/{await Here.EnrolAsync(59)}",
            "old" => $"volunteers/{await Here.EnrolAsync(60)}",
            "poor" => $"elders/{await Here.RegisterAsync()}",
            "elder" => $"elders/{await Here.RegisterWithHoursAsync()}",
            _ => recipient,
        };
        await RefusedAsync(expected, () => Here.RequestAsync(person, TimeSpan.FromMinutes(minutesFromNow), minutes, item));
    }

    [Fact]
    public async Task Nobody_is_served_twice_at_a_time_but_one_after_the_other()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(2), 60));

        await RefusedAsync(Reason.OrderTimesOverlap, () => Here.RequestAsync($"elders/{elder}", TimeSpan.FromMinutes(179), 60));
        await RefusedAsync(Reason.OrderTimesOverlap, () => Here.RequestAsync($"elders/{elder}", TimeSpan.FromMinutes(61), 60));
        Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(3), 60));
        Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(1), 60));
    }

    [Fact]
    public async Task A_volunteer_is_in_one_place_at_a_time_in_all_regions()
    {
        string home = await Here.EnrolAsync(), away = await Here.EnrolAsync(region: Lusong, home: $"{Tianyuan}/{home}");
        string here = await Here.RegisterWithHoursAsync(), there = await Here.RegisterWithHoursAsync(Lusong);
        OrderRecord first = Value(await Here.RequestAsync($"elders/{here}")),
            other = Value(await Here.RequestAsync($"elders/{there}", region: Lusong));
        Value(await Here.AcceptAsync(first.Id, home));

        await RefusedAsync(Reason.OrderTimesOverlap, () => Here.AcceptAsync(other.Id.Text, away, Lusong));

        Value(await Here.Order(first.Id).CancelAsync(Here.Step($"volunteers/{home}")));
        Value(await Here.AcceptAsync(other.Id.Text, away, Lusong));
    }

    [Fact]
    public async Task A_day_has_so_many_hours_to_serve()
    {
        string volunteer = await Here.EnrolAsync();
        var elders = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Here.RegisterWithHoursAsync()));
        for (int at = 0; at < 4; at++)
        {
            OrderRecord order = Value(await Here.RequestAsync($"elders/{elders[at / 2]}", TimeSpan.FromHours(1 + (2 * at))));
            Value(await Here.AcceptAsync(order.Id, volunteer));
        }
        OrderRecord fifth = Value(await Here.RequestAsync($"elders/{elders[2]}", TimeSpan.FromHours(10), 15));
        OrderRecord tomorrow = Value(await Here.RequestAsync($"elders/{elders[2]}", TimeSpan.FromHours(24), 15));

        Refusal refusal = await RefusedAsync(Reason.DayTooLong, () => Here.AcceptAsync(fifth.Id, volunteer));

        Assert.Contains(("limit", "480"), refusal.Values);
        Value(await Here.AcceptAsync(tomorrow.Id, volunteer));
    }

    [Fact]
    public async Task Nobody_serves_themselves_in_any_region()
    {
        string home = await Here.EnrolAsync(age: 65), away = await Here.EnrolAsync(age: 65, region: Lusong, home: $"{Tianyuan}/{home}");
        await Here.CreditAsync(home, 120);
        await Here.CreditAsync(away, 120, Lusong);
        OrderRecord own = Value(await Here.RequestAsync($"volunteers/{home}", TimeSpan.FromHours(1), 60));

        await RefusedAsync(Reason.OrderSelfService, () => Here.AcceptAsync(own.Id, home));
        await RefusedAsync(Reason.VolunteerNotFound, () => Here.AcceptAsync(own.Id, "000000000000"));
    }

    [Fact]
    public async Task Steps_out_of_turn_are_refused()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        IServiceOrderGrain grain = Here.Order(order.Id);
        OrderStep AsElder() => Here.Step($"elders/{elder}", "x");
        OrderStep AsVolunteer() => Here.Step($"volunteers/{volunteer}");

        await RefusedAsync(Reason.OrderWrongState, () => Here.AcceptAsync(order.Id, volunteer));
        await RefusedAsync(Reason.OrderWrongState, () => grain.CheckOutAsync(AsVolunteer()));
        await RefusedAsync(Reason.OrderWrongState, () => grain.ConfirmAsync(AsElder()));
        await RefusedAsync(Reason.OrderWrongState, () => grain.DisputeAsync(AsElder()));
        await RefusedAsync(Reason.OrderWrongState, () => grain.ResolveAsync(Here.Command(), 60, "x"));
        await RefusedAsync(Reason.OrderWrongState, () => grain.RateAsync(Here.Command(), $"elders/{elder}", 5, ""));
        Here.Now = order.Start.AddMinutes(-31);
        Assert.Contains(("time", "2026-10-01 08:30"),
            (await RefusedAsync(Reason.OrderTooEarly, () => grain.CheckInAsync(AsVolunteer()))).Values);
        Here.Now = order.Start.AddMinutes(120);
        await RefusedAsync(Reason.OrderStartsInPast, () => grain.CheckInAsync(AsVolunteer()));
        Here.Now = order.Start.AddMinutes(-30);
        Value(await grain.CheckInAsync(AsVolunteer()));
        Refusal late = await RefusedAsync(Reason.OrderWrongState, () => grain.CancelAsync(AsElder()));
        Assert.Contains(("state", "ORDER_STATE_CHECKED_IN"), late.Values);
    }

    [Fact]
    public async Task Only_the_parties_of_an_order_move_it()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        IServiceOrderGrain grain = Here.Order(order.Id);
        string stranger = $"elders/{await Here.RegisterAsync()}";

        await RefusedAsync(Reason.PartyNotAllowed, () => grain.CheckInAsync(Here.Step($"elders/{elder}")));
        await RefusedAsync(Reason.PartyNotAllowed, () => grain.CheckOutAsync(Here.Step(stranger)));
        await RefusedAsync(Reason.PartyNotAllowed, () => grain.ConfirmAsync(Here.Step($"volunteers/{volunteer}")));
        await RefusedAsync(Reason.PartyNotAllowed, () => grain.CancelAsync(Here.Step(stranger)));
        await RefusedAsync(Reason.PartyNotAllowed, () => grain.DisputeAsync(Here.Step("")));
        await RefusedAsync(Reason.PartyNotAllowed, () =>
            grain.RateAsync(Here.Command(), $"volunteers/{volunteer}", 5, ""));
        await RefusedAsync(Reason.OrderNotFound, () => Here.Order("000000000000").ConfirmAsync(Here.Step(stranger)));
    }

    [Fact]
    public async Task Nobody_checks_in_while_still_busy_with_another_order()
    {
        string volunteer = await Here.EnrolAsync(), one = await Here.RegisterWithHoursAsync(), two = await Here.RegisterWithHoursAsync();
        OrderRecord first = Value(await Here.RequestAsync($"elders/{one}", TimeSpan.FromHours(1), 60)),
            second = Value(await Here.RequestAsync($"elders/{two}", TimeSpan.FromHours(2), 60));
        Value(await Here.AcceptAsync(first.Id, volunteer));
        Value(await Here.AcceptAsync(second.Id, volunteer));
        Here.Now = second.Start.AddMinutes(-20);
        Value(await Here.Order(first.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now = second.Start;

        Refusal refusal = await RefusedAsync(
            Reason.StillCheckedIn, () => Here.Order(second.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Assert.Equal([("order", $"regions/{Tianyuan}/orders/{first.Id}"), ("time", "2026-10-01 09:40")], refusal.Values);

        Value(await Here.Order(first.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        Value(await Here.Order(second.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
    }

    [Fact]
    public async Task Hours_that_are_gone_when_somebody_accepts_are_refused_and_another_try_may_do()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync(), donor = await Here.EnrolAsync();
        OrderRecord[] orders = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(async at => Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(1 + (2 * at))))));
        Value(await Here.AcceptAsync(orders[0].Id, volunteer));
        Value(await Here.AcceptAsync(orders[1].Id, volunteer));

        Refusal refusal = await RefusedAsync(Reason.InsufficientBalance, () => Here.AcceptAsync(orders[2].Id, volunteer));

        Assert.Contains(("available", "0"), refusal.Values);
        await Here.CreditAsync(donor, 120);
        Value(await Here.Volunteer(donor).DonateAsync(Here.Command(), 120));
        Value(await Here.Elder(elder).GrantAsync(Here.Command(), 120));
        Value(await Here.AcceptAsync(orders[2].Id, volunteer));
    }

    [Fact]
    public async Task Volunteers_who_accept_at_once_are_one_too_many()
    {
        string elder = await Here.RegisterWithHoursAsync();
        string[] volunteers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Here.EnrolAsync()));
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));

        Reply<OrderRecord>[] replies = await Task.WhenAll(volunteers.Select(volunteer => Here.AcceptAsync(order.Id, volunteer)));

        Assert.Single(replies, reply => reply.Refusal is null);
        Assert.All(replies.Where(reply => reply.Refusal is not null), reply => Assert.Equal(Reason.OrderWrongState, reply.Reason));
        Assert.Equal(120, (await Here.HoursAsync(elder)).Held);
    }

    [Fact]
    public async Task Orders_of_one_volunteer_accepted_at_once_do_not_overlap_or_wait_for_ever()
    {
        string volunteer = await Here.EnrolAsync();
        string[] elders = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Here.RegisterWithHoursAsync()));
        OrderRecord[] orders = await Task.WhenAll(elders.Select(async elder => Value(await Here.RequestAsync($"elders/{elder}"))));

        Reply<OrderRecord>[] replies = await Task.WhenAll(orders.Select(order => Here.AcceptAsync(order.Id, volunteer)))
            .WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Single(replies, reply => reply.Refusal is null);
        Assert.All(replies.Where(reply => reply.Refusal is not null), reply => Assert.Equal(Reason.OrderTimesOverlap, reply.Reason));
    }

    [Fact]
    public async Task The_limit_of_the_day_of_service_decides_what_two_orders_of_it_earn()
    {
        string volunteer = await Here.EnrolAsync(), elder = await Here.RegisterWithHoursAsync();
        DateOnly tomorrow = ChinaTime.DateOf(Here.Now).AddDays(1);
        OrderRecord[] orders = [await AcceptedAsync(TimeSpan.FromHours(24)), await AcceptedAsync(TimeSpan.FromHours(27))];
        JsonObject lower = JsonNode.Parse(Document.Policy(Tianyuan, "lower", tomorrow))!.AsObject();
        lower["hours"]!["dayMaxMinutes"]!["value"] = 150;
        IPolicyGrain policies = Here.Grains.GetGrain<IPolicyGrain>(Tianyuan);
        Value(await policies.ProposeAsync(Here.Command("maker"), lower.ToJsonString()));
        Value(await policies.ApproveAsync(Here.Command("checker"), "lower"));

        OrderRecord first = await ServedAsync(orders[0]), second = await ServedAsync(orders[1]);

        Assert.Equal((120, 30), (first.Served, second.Served));
        Value(await Here.Order(first.Id).ConfirmAsync(Here.Step($"elders/{elder}")));
        Value(await Here.Order(second.Id).DisputeAsync(Here.Step($"volunteers/{volunteer}", "I was there for two hours")));
        Task<Reply<OrderRecord>> SettleAsync(long minutes) => Here.Order(second.Id).ResolveAsync(Here.Command("OTHER"), minutes, "seen");
        await RefusedAsync(Reason.DayTooLong, () => SettleAsync(45));
        Assert.Equal(30, Value(await SettleAsync(30)).Credited);
        Assert.Equal((150, 90), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Issued));

        async Task<OrderRecord> AcceptedAsync(TimeSpan fromNow)
        {
            OrderRecord asked = Value(await Here.RequestAsync($"elders/{elder}", fromNow));
            return Value(await Here.AcceptAsync(asked.Id, volunteer));
        }

        async Task<OrderRecord> ServedAsync(OrderRecord order)
        {
            Here.Now = order.Start;
            Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
            Here.Now = order.Start.AddMinutes(120);
            return Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        }
    }
}
