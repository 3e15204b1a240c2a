using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

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

/// <summary>To ask for a service to a person, <c>elders/{id}</c> or <c>volunteers/{id}</c>, by an item of the service list.</summary>
[GenerateSerializer, Immutable, Alias("timebank.request-service")]
public sealed record RequestServiceMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string Recipient,
    [property: Id(2)] string Item,
    [property: Id(3)] DateTimeOffset Start,
    [property: Id(4)] long Minutes);

/// <summary>A volunteer, by id, will serve.</summary>
[GenerateSerializer, Immutable, Alias("timebank.accept-order")]
public sealed record AcceptOrderMessage([property: Id(0)] Command Command, [property: Id(1)] string Volunteer);

/// <summary>A step of an order by a party of it, <c>elders/{id}</c> or <c>volunteers/{id}</c>, with what they say.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-step")]
public sealed record OrderStepMessage([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] string Note);

/// <summary>A party of an order rates the service: 1 to 5 stars.</summary>
[GenerateSerializer, Immutable, Alias("timebank.rate-order")]
public sealed record RateOrderMessage([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] int Stars,
    [property: Id(3)] string Comment);

/// <summary>Staff end a dispute: so many minutes move, or none and the order is cancelled.</summary>
[GenerateSerializer, Immutable, Alias("timebank.resolve-dispute")]
public sealed record ResolveDisputeMessage([property: Id(0)] Command Command, [property: Id(1)] long? Minutes,
    [property: Id(2)] string Note);

/// <summary>An order as it stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-view")]
public sealed record OrderMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] string Recipient,
    [property: Id(2)] string Item,
    [property: Id(3)] OrderState State,
    [property: Id(4)] DateTimeOffset Start,
    [property: Id(5)] long Minutes,
    [property: Id(6)] string Volunteer,
    [property: Id(7)] DateTimeOffset Created,
    [property: Id(8)] DateTimeOffset? Accepted,
    [property: Id(9)] DateTimeOffset? CheckedIn,
    [property: Id(10)] DateTimeOffset? CheckedOut,
    [property: Id(11)] DateTimeOffset? Ended,
    [property: Id(12)] long? Served,
    [property: Id(13)] long? Credited,
    [property: Id(14)] long? ToPool,
    [property: Id(15)] long? HoldEntry,
    [property: Id(16)] long? EndEntry,
    [property: Id(17)] DisputeMessage? Dispute,
    [property: Id(18)] string CancelNote,
    [property: Id(19)] RatingMessage? Rating);

/// <summary>What the recipient thinks of a service.</summary>
[GenerateSerializer, Immutable, Alias("timebank.rating")]
public sealed record RatingMessage([property: Id(0)] int Stars, [property: Id(1)] string Comment, [property: Id(2)] DateTimeOffset Rated);

/// <summary>A disagreement about a service; <c>Settled</c> is null while it is open, then whether hours moved.</summary>
[GenerateSerializer, Immutable, Alias("timebank.dispute")]
public sealed record DisputeMessage(
    [property: Id(0)] string RaisedBy,
    [property: Id(1)] DateTimeOffset Raised,
    [property: Id(2)] string Note,
    [property: Id(3)] bool? Settled,
    [property: Id(4)] DateTimeOffset? Resolved,
    [property: Id(5)] string ResolveNote);
