using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Service orders in the contract's types.</summary>
internal static class OrderContract
{
    public const string Orders = "orders";

    public static ServiceOrder ToContract(this OrderRecord order, RegionCode region) => new()
    {
        Name = ResourceName.Of(region, Orders, order.Id),
        Recipient = PersonContract.PersonOf(region, order.Recipient),
        Item = order.Item,
        State = order.State.ToContract(),
        PlannedStartTime = Timestamp.FromDateTimeOffset(order.Start),
        Planned = Unit.Minutes.Of(order.Minutes),
        Volunteer = order.Volunteer.Length > 0 ? ResourceName.Of(region, PersonContract.Volunteers, order.Volunteer) : "",
        CreateTime = Timestamp.FromDateTimeOffset(order.Created),
        AcceptTime = Time(order.Accepted),
        CheckInTime = Time(order.CheckedIn),
        CheckOutTime = Time(order.CheckedOut),
        EndTime = Time(order.Ended),
        Served = Minutes(order.Served),
        Credited = Minutes(order.Credited),
        ToPool = Minutes(order.ToPool),
        HoldEntry = Entry(region, order.HoldEntry),
        EndEntry = Entry(region, order.EndEntry),
        Dispute = order.Dispute is { } dispute ? ToContract(dispute, region) : null,
        CancelNote = order.CancelNote,
        Rating = order.Rating is { } rating
            ? new Rating { Stars = rating.Stars, Comment = rating.Comment, RateTime = Timestamp.FromDateTimeOffset(rating.Rated) } : null,
        Undo = order.Undo is { } undo ? new UndoableStep
        {
            Step = undo.Step.ToContract(),
            Party = PersonContract.PersonOf(region, undo.Party),
            Until = Timestamp.FromDateTimeOffset(undo.Until),
        } : null,
    };

    private static Dispute ToContract(DisputeRecord dispute, RegionCode region) => new()
    {
        RaisedBy = PersonContract.PersonOf(region, dispute.RaisedBy),
        RaiseTime = Timestamp.FromDateTimeOffset(dispute.Raised),
        Note = dispute.Note,
        Outcome = dispute.Settled switch
        {
            null => DisputeOutcome.Unspecified,
            true => DisputeOutcome.Settled,
            false =>
            DisputeOutcome.Cancelled
        },
        ResolveTime = Time(dispute.Resolved),
        ResolveNote = dispute.ResolveNote,
    };

    private static Timestamp? Time(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    private static Amount? Minutes(long? minutes) => minutes is { } known ? Unit.Minutes.Of(known) : null;

    private static string Entry(RegionCode region, long? index) => index is { } known ? ResourceName.Of(region, "entries", known) : "";
}
