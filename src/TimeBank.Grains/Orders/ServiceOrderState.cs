using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A service order. Persons are named below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
public sealed class ServiceOrderState : WorkflowState
{
    /// <summary>Under this name lists find the states of orders.</summary>
    public const string Kind = "order";

    /// <summary>The id of the command that made the order; the ids of its hold and of the hold's end follow from it.</summary>
    public string MadeAs { get; set; } = "";

    public string Recipient { get; set; } = "";

    public string Item { get; set; } = "";

    public OrderState State { get; set; }

    public DateTimeOffset PlannedStart { get; set; }

    public long PlannedMinutes { get; set; }

    /// <summary>Empty while nobody has accepted.</summary>
    public string Volunteer { get; set; } = "";

    /// <summary>The key of the recipient's agenda.</summary>
    public string RecipientAgenda { get; set; } = "";

    public string VolunteerAgenda { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset? Accepted { get; set; }

    public DateTimeOffset? CheckedIn { get; set; }

    public DateTimeOffset? CheckedOut { get; set; }

    public DateTimeOffset? Ended { get; set; }

    public long? ServedMinutes { get; set; }

    public long? CreditedMinutes { get; set; }

    public long? ToPoolMinutes { get; set; }

    /// <summary>The hold, once the order is accepted.</summary>
    public HoldState? Hold { get; set; }

    /// <summary>The index of the entry that ended the hold.</summary>
    public long? EndEntry { get; set; }

    public DisputeState? Dispute { get; set; }

    public string CancelNote { get; set; } = "";

    public RatingState? Rating { get; set; }

    /// <summary>
    /// Whether its time has come and it ends by itself: nobody took it by its planned end, or nobody confirmed it while its hold lasted.
    /// </summary>
    public bool IsOver(DateTimeOffset now) => State switch
    {
        OrderState.Requested => new OrderPlan(PlannedStart, new Minutes(PlannedMinutes)).End <= now,
        OrderState.Accepted or OrderState.CheckedIn or OrderState.CheckedOut => Hold!.Expires <= now,
        OrderState.None or OrderState.Confirmed or OrderState.Disputed or OrderState.Cancelled => false,
    };

    /// <param name="id">The part of the grain's key after the region.</param>
    public OrderMessage ToMessage(string id) => new(
        id, Recipient, Item, State, PlannedStart, PlannedMinutes, Volunteer,
        Created, Accepted, CheckedIn, CheckedOut, Ended,
        ServedMinutes, CreditedMinutes, ToPoolMinutes, Hold?.Entry, EndEntry,
        Dispute is { } dispute ? new DisputeMessage(dispute.RaisedBy, dispute.Raised, dispute.Note, dispute.Settled, dispute.Resolved, dispute.ResolveNote) : null,
        CancelNote,
        Rating is { } rating ? new RatingMessage(rating.Stars, rating.Comment, rating.Rated) : null);
}
