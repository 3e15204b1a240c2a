using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>A service from request to confirmed hours; key: region/id. Every call first finishes what a crash left open.</summary>
[Alias("timebank.order")]
public interface IServiceOrderGrain : IGrainWithStringKey
{
    [Alias("request")]
    Task<Reply<OrderMessage>> RequestAsync(RequestServiceMessage request);

    /// <summary>The order; null where there is none.</summary>
    [Alias("get")]
    Task<OrderMessage?> GetAsync();

    [Alias("accept")]
    Task<Reply<OrderMessage>> AcceptAsync(AcceptOrderMessage acceptance);

    [Alias("check-in")]
    Task<Reply<OrderMessage>> CheckInAsync(OrderStepMessage step);

    [Alias("check-out")]
    Task<Reply<OrderMessage>> CheckOutAsync(OrderStepMessage step);

    [Alias("confirm")]
    Task<Reply<OrderMessage>> ConfirmAsync(OrderStepMessage step);

    [Alias("dispute")]
    Task<Reply<OrderMessage>> DisputeAsync(OrderStepMessage step);

    [Alias("resolve")]
    Task<Reply<OrderMessage>> ResolveAsync(ResolveDisputeMessage resolution);

    [Alias("cancel")]
    Task<Reply<OrderMessage>> CancelAsync(OrderStepMessage step);

    [Alias("rate")]
    Task<Reply<OrderMessage>> RateAsync(RateOrderMessage rating);

    /// <summary>Whether the order takes a person's time. Orders ask one another, so it doesn't wait for its turn.</summary>
    [Alias("occupies"), AlwaysInterleave]
    Task<bool> OccupiesAsync(OccupancyMessage person);

    /// <summary>
    /// Since when the volunteer has been checked in and not out; null where they are not. Orders ask one another, so it doesn't wait for
    /// its turn.
    /// </summary>
    [Alias("checked-in"), AlwaysInterleave]
    Task<DateTimeOffset?> CheckedInAsync();
}
