using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A service from request to confirmed hours; key: region/id. Every call first finishes what a crash left open.</summary>
[Alias("timebank.order")]
public interface IServiceOrderGrain : IGrainWithStringKey
{
    [Alias("request")]
    Task<Reply<OrderRecord>> RequestAsync(ServiceWanted request);

    /// <summary>The order; null where there is none.</summary>
    [Alias("get")]
    Task<OrderRecord?> GetAsync();

    [Alias("accept")]
    Task<Reply<OrderRecord>> AcceptAsync(Command command, string volunteer);

    [Alias("check-in")]
    Task<Reply<OrderRecord>> CheckInAsync(OrderStep step);

    [Alias("check-out")]
    Task<Reply<OrderRecord>> CheckOutAsync(OrderStep step);

    [Alias("confirm")]
    Task<Reply<OrderRecord>> ConfirmAsync(OrderStep step);

    [Alias("dispute")]
    Task<Reply<OrderRecord>> DisputeAsync(OrderStep step);

    [Alias("resolve")]
    Task<Reply<OrderRecord>> ResolveAsync(Command command, long? minutes, string note);

    [Alias("cancel")]
    Task<Reply<OrderRecord>> CancelAsync(OrderStep step);

    [Alias("rate")]
    Task<Reply<OrderRecord>> RateAsync(Command command, string party, int stars, string comment);

    /// <summary>Whether the order takes a person's time. Orders ask one another, so it doesn't wait for its turn.</summary>
    [Alias("occupies"), AlwaysInterleave]
    Task<bool> OccupiesAsync(string agenda, bool now);

    /// <summary>
    /// Since when the volunteer has been checked in and not out; null where they are not. Orders ask one another, so it doesn't wait for
    /// its turn.
    /// </summary>
    [Alias("checked-in"), AlwaysInterleave]
    Task<DateTimeOffset?> CheckedInAsync();
}

/// <summary>To ask for a service to a person, <c>elders/{id}</c> or <c>volunteers/{id}</c>, by an item of the service list.</summary>
[GenerateSerializer, Immutable, Alias("timebank.request-service")]
public sealed record ServiceWanted(
    [property: Id(0)] Command Command,
    [property: Id(1)] string Recipient,
    [property: Id(2)] string Item,
    [property: Id(3)] DateTimeOffset Start,
    [property: Id(4)] long Minutes);

/// <summary>A step of an order by a party of it, <c>elders/{id}</c> or <c>volunteers/{id}</c>, with what they say.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-step")]
public sealed record OrderStep([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] string Note);

/// <summary>An order as it stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-view")]
public sealed record OrderRecord(
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
    [property: Id(17)] DisputeRecord? Dispute,
    [property: Id(18)] string CancelNote,
    [property: Id(19)] RatingRecord? Rating);

/// <summary>A disagreement about a service; <c>Settled</c> is null while it is open, then whether hours moved.</summary>
[GenerateSerializer, Immutable, Alias("timebank.dispute")]
public sealed record DisputeRecord(
    [property: Id(0)] string RaisedBy,
    [property: Id(1)] DateTimeOffset Raised,
    [property: Id(2)] string Note,
    [property: Id(3)] bool? Settled,
    [property: Id(4)] DateTimeOffset? Resolved,
    [property: Id(5)] string ResolveNote);
