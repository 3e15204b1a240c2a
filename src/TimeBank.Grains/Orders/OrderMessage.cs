using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

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
