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
        Evidence = order.Begin is null && order.End is null ? null : new Evidence
        {
            Grade = EvidenceRule.Of(order.Begin, order.End).ToContract(), Begin = ToContract(order.Begin), End = ToContract(order.End),
        },
        Review = order.Review is { } review ? new Review
        {
            Outcome = review.Accepted ? ReviewOutcome.Accepted : ReviewOutcome.Rejected, Time = Timestamp.FromDateTimeOffset(review.At),
            Note = review.Note,
        } : null,
        Absent = (order.Absent ?? OrderSide.None).ToContract(),
        Record = order.Record is { } record ? new ServiceRecord
        {
            Time = Timestamp.FromDateTimeOffset(record.At), Document = record.Document, BothEnds = record.BothEnds,
        } : null,
    };

    private static V1.EndEvidence? ToContract(Ledger.EndEvidence? end)
    {
        if (end is null) return null;
        var contract = new V1.EndEvidence
        {
            Grade = end.Grade.ToContract(), Volunteer = ToContract(end.Volunteer), Recipient = ToContract(end.Recipient),
        };
        contract.Doubts.Add(end.Doubts.Select(doubt => doubt.ToContract()));
        return contract;
    }

    private static V1.Sighting? ToContract(Ledger.Sighting? seen)
    {
        if (seen is null) return null;
        var contract = new V1.Sighting { Time = Timestamp.FromDateTimeOffset(seen.At), Source = seen.Source.ToContract() };
        if (seen.Meters is { } meters) contract.Meters = meters;
        return contract;
    }

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
