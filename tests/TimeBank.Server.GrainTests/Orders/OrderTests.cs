using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Base of the tests of orders: brings an order into the state that a test starts from.</summary>
public abstract class OrderTests : DistrictTests
{
    /// <summary>An accepted order of two hours that begins in an hour, for an elder with four issued hours.</summary>
    private protected async Task<(string Elder, string Volunteer, OrderRecord Order)> AcceptedAsync(long credit = 0)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        if (credit > 0) await Here.CreditAsync(volunteer, credit);
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        return (elder, volunteer, Value(await Here.AcceptAsync(order.Id, volunteer)));
    }

    private protected async Task<(string Elder, string Volunteer, OrderRecord Order)> ServedAsync(TimeSpan time, long credit = 0)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync(credit);
        return (elder, volunteer, await ServeAsync(order, volunteer, time));
    }

    private protected async Task<OrderRecord> ServeAsync(OrderRecord order, string volunteer, TimeSpan time)
    {
        Here.Now = order.Start;
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now += time;
        return Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
    }
}
