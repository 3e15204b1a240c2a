using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Every event in every state that does not allow it, by the party that may take it: refused by the state, and nothing changes. The pure
/// table of what a state allows is in <c>OrderRulesTests</c>.
/// </summary>
public sealed class OrderEventTests : OrderTests
{
    [Theory]
    [InlineData(OrderState.Requested, "check-in check-out confirm dispute resolve rate begin-seen end-seen record absence review")]
    [InlineData(OrderState.Accepted, "accept check-out confirm dispute resolve rate end-seen review")]
    [InlineData(OrderState.CheckedIn, "accept check-in confirm dispute resolve cancel rate absence review")]
    [InlineData(OrderState.CheckedOut, "accept check-in check-out resolve cancel rate record absence review")]
    [InlineData(OrderState.InReview,
        "accept check-in check-out confirm dispute resolve cancel rate begin-seen end-seen record absence")]
    [InlineData(OrderState.Disputed,
        "accept check-in check-out confirm dispute cancel rate begin-seen end-seen record absence review")]
    [InlineData(OrderState.Confirmed,
        "accept check-in check-out confirm dispute resolve cancel begin-seen end-seen record absence review")]
    [InlineData(OrderState.Cancelled,
        "accept check-in check-out confirm dispute resolve cancel rate begin-seen end-seen record absence review")]
    public async Task An_event_that_a_state_does_not_allow_changes_nothing(OrderState state, string events)
    {
        (string elder, string volunteer, OrderRecord order) = await InStateAsync(state);
        OrderRecord before = (await Here.Order(order.Id).GetAsync())!;
        Assert.Equal(state, before.State);
        string counters = await Here.CountersAsync();

        foreach (string what in events.Split(' '))
        {
            Refusal refusal = await RefusedAsync(Reason.OrderWrongState, () => TakeAsync(what, order.Id, elder, volunteer));
            Assert.Equal(OrderRule.WrongState(state), refusal);
            Assert.Equal(before, await Here.Order(order.Id).GetAsync());
        }

        Assert.Equal(counters, await Here.CountersAsync());
        await Here.ForgetAsync(Here.Order(order.Id));
        Assert.Equal(before, await Here.Order(order.Id).GetAsync());
    }

    private Task<Reply<OrderRecord>> TakeAsync(string what, OpaqueId id, string elder, string volunteer)
    {
        IServiceOrderGrain order = Here.Order(id);
        OrderStep recipient = Here.Step($"elders/{elder}", "x"), server = Here.Step($"volunteers/{volunteer}", "x");
        return what switch
        {
            "accept" => Here.AcceptAsync(id, volunteer),
            "check-in" => order.CheckInAsync(server),
            "check-out" => order.CheckOutAsync(server),
            "confirm" => order.ConfirmAsync(recipient),
            "dispute" => order.DisputeAsync(recipient),
            "resolve" => order.ResolveAsync(Here.Command("desk-z"), 15, "x"),
            "cancel" => order.CancelAsync(recipient),
            "rate" => order.RateAsync(Here.Command(), $"elders/{elder}", 5, ""),
            "begin-seen" => order.PresenceAsync(recipient, ServiceEnd.Begin),
            "end-seen" => order.PresenceAsync(recipient, ServiceEnd.End),
            "record" => order.RecordAsync(new ServiceRecorded(
                Here.Command("desk-a"), $"volunteers/{volunteer}", Here.Now, Here.Now, EvidenceSource.Paper, "P-17")),
            "absence" => order.AbsenceAsync(recipient),
            "review" => order.ReviewAsync(Here.Command("desk-z"), true, "x"),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    /// <summary>An order on its way to a state, and no further.</summary>
    private async Task<(string Elder, string Volunteer, OrderRecord Order)> InStateAsync(OrderState state)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord asked = Value(await Here.RequestAsync($"elders/{elder}"));
        IServiceOrderGrain order = Here.Order(asked.Id);
        OrderStep recipient = Here.Step($"elders/{elder}", "x");
        if (state == OrderState.Cancelled) Value(await order.CancelAsync(recipient));
        if (state is OrderState.Requested or OrderState.Cancelled) return (elder, volunteer, asked);
        OrderRecord accepted = Value(await Here.AcceptAsync(asked.Id, volunteer));
        if (state == OrderState.Accepted) return (elder, volunteer, accepted);
        if (state == OrderState.InReview)
        {
            Here.Now = asked.Start.AddHours(3);
            Value(await order.RecordAsync(new ServiceRecorded(Here.Command("desk-a"), $"volunteers/{volunteer}", asked.Start,
                asked.Start.AddHours(1), EvidenceSource.Paper, "P-17")));
            return (elder, volunteer, Value(await order.ConfirmAsync(recipient)));
        }
        Here.Now = asked.Start;
        OrderRecord last = Value(await order.CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        if (state == OrderState.CheckedIn) return (elder, volunteer, last);
        Here.Now += TimeSpan.FromHours(1);
        last = Value(await order.CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        if (state == OrderState.Confirmed) last = Value(await order.ConfirmAsync(recipient));
        if (state == OrderState.Disputed) last = Value(await order.DisputeAsync(recipient));
        return (elder, volunteer, last);
    }
}
