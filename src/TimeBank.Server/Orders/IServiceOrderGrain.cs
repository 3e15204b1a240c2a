using System.Collections.Immutable;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// A service order, from the request to the confirmed hours; key: region/id. Every call first finishes what a crash left open. A step's
/// refusal comes in the reply, not as an exception.
/// </summary>
[Alias("timebank.order")]
public interface IServiceOrderGrain : IGrainWithStringKey
{
    [Alias("request")]
    Task<Reply<OrderRecord>> RequestAsync(ServiceWanted request);

    /// <summary>The order; null if there is none.</summary>
    [Alias("get")]
    Task<OrderRecord?> GetAsync();

    [Alias("accept")]
    Task<Reply<OrderRecord>> AcceptAsync(Command command, OpaqueId volunteer);

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

    [Alias("undo")]
    Task<Reply<OrderRecord>> UndoAsync(StepUndo undo);

    /// <summary>The recipient records, on the spot, that the service begins or ends.</summary>
    [Alias("presence")]
    Task<Reply<OrderRecord>> PresenceAsync(OrderStep step, ServiceEnd end);

    /// <summary>Staff record afterwards what nobody recorded in time.</summary>
    [Alias("record")]
    Task<Reply<OrderRecord>> RecordAsync(ServiceRecorded recorded);

    /// <summary>A side says that the other one did not come.</summary>
    [Alias("absence")]
    Task<Reply<OrderRecord>> AbsenceAsync(OrderStep step);

    /// <summary>Staff accept the evidence, or do not.</summary>
    [Alias("review")]
    Task<Reply<OrderRecord>> ReviewAsync(Command command, bool accepted, string note);

    /// <summary>
    /// Who recorded steps that have no entry of their own, as check-in, check-out or a dispute, or took them back: by their subjects. Of
    /// steps from earlier builds only who raised the dispute.
    /// </summary>
    [Alias("actors")]
    Task<ImmutableArray<string>> ActorsAsync();

    /// <summary>True if the order takes a person's time. Interleaves, because orders ask each other.</summary>
    /// <param name="agenda">The key of the person's agenda.</param>
    /// <param name="now">True asks only whether the volunteer is checked in to this order.</param>
    [Alias("occupies"), AlwaysInterleave]
    Task<bool> OccupiesAsync(string agenda, bool now);

    /// <summary>The time of check-in while the volunteer is checked in; else null. Interleaves, because orders ask each other.</summary>
    [Alias("checked-in"), AlwaysInterleave]
    Task<DateTimeOffset?> CheckedInAsync();
}

/// <summary>A request for a service.</summary>
/// <param name="Recipient"><c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
/// <param name="Item">An item of the service list.</param>
/// <param name="Minutes">The planned length.</param>
[GenerateSerializer, Immutable, Alias("timebank.request-service")]
public sealed record ServiceWanted(
    [property: Id(0)] Command Command,
    [property: Id(1)] string Recipient,
    [property: Id(2)] string Item,
    [property: Id(3)] DateTimeOffset Start,
    [property: Id(4)] long Minutes);

/// <summary>A step that a party of the order takes.</summary>
/// <param name="Party"><c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
/// <param name="Note">The party's words; may be empty.</param>
/// <param name="Place">Where the party is; null: not said.</param>
[GenerateSerializer, Immutable, Alias("timebank.order-step")]
public sealed record OrderStep(
    [property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] string Note,
    [property: Id(3)] PlaceSeen? Place = null);

/// <summary>What staff record afterwards for the volunteer.</summary>
/// <param name="Begin">Null where there is a check-in.</param>
/// <param name="Source">A call or a form on paper.</param>
/// <param name="Document">The form's number; empty of a call.</param>
[GenerateSerializer, Immutable, Alias("timebank.service-recorded")]
public sealed record ServiceRecorded(
    [property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] DateTimeOffset? Begin,
    [property: Id(3)] DateTimeOffset End, [property: Id(4)] EvidenceSource Source, [property: Id(5)] string Document);

/// <summary>A wish to take back an order's last step.</summary>
/// <param name="Party">Who asks: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
/// <param name="Step">The step that is meant; null for whichever is the last.</param>
[GenerateSerializer, Immutable, Alias("timebank.step-undo")]
public sealed record StepUndo([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] ServiceStep? Step);

/// <summary>An order, as its grain answers it.</summary>
/// <param name="Minutes">The planned length.</param>
/// <param name="Served">Minutes that count of the service, after check-out.</param>
/// <param name="Credited">Minutes that moved from the recipient, <paramref name="ToPool"/> included.</param>
/// <param name="ToPool">Minutes above the volunteer's cap, which went to the pool.</param>
/// <param name="HoldEntry">The index of the hold's entry.</param>
/// <param name="EndEntry">The index of the entry that ended the hold.</param>
[GenerateSerializer, Immutable, Alias("timebank.order-view")]
public sealed record OrderRecord(
    [property: Id(0)] OpaqueId Id,
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
    [property: Id(19)] RatingRecord? Rating,
    [property: Id(20)] UndoableRecord? Undo = null,
    [property: Id(21)] EndEvidence? Begin = null,
    [property: Id(22)] EndEvidence? End = null,
    [property: Id(23)] RecordedLater? Record = null,
    [property: Id(24)] ReviewRecord? Review = null,
    [property: Id(25)] OrderSide? Absent = null);

/// <summary>The last step of an order, while it can be taken back.</summary>
/// <param name="Party">Who may: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
[GenerateSerializer, Immutable, Alias("timebank.undoable")]
public sealed record UndoableRecord(
    [property: Id(0)] ServiceStep Step, [property: Id(1)] string Party, [property: Id(2)] DateTimeOffset Until);

/// <summary>A dispute about a service.</summary>
/// <param name="Settled">Null while the dispute is open; then whether hours moved.</param>
[GenerateSerializer, Immutable, Alias("timebank.dispute")]
public sealed record DisputeRecord(
    [property: Id(0)] string RaisedBy,
    [property: Id(1)] DateTimeOffset Raised,
    [property: Id(2)] string Note,
    [property: Id(3)] bool? Settled,
    [property: Id(4)] DateTimeOffset? Resolved,
    [property: Id(5)] string ResolveNote);
