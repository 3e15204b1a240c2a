using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A service order. Persons are named below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
public sealed class ServiceOrderState : WorkflowState
{
    /// <summary>Under this name lists find the states of orders.</summary>
    public const string Kind = "order";

    /// <summary>The keys by which lists look for orders.</summary>
    public const string StateKey = "state", RecipientKey = "recipient", VolunteerKey = "volunteer", PlannedStartKey = "plannedStart";

    /// <summary>The id of the command that made the order; the ids of its hold and of the hold's end follow from it.</summary>
    [JsonPropertyName("madeAs")]
    public string MadeAs { get; set; } = "";

    [JsonPropertyName(RecipientKey)]
    public string Recipient { get; set; } = "";

    [JsonPropertyName("item")]
    public string Item { get; set; } = "";

    [JsonPropertyName(StateKey)]
    public OrderState State { get; set; }

    [JsonPropertyName(PlannedStartKey)]
    public DateTimeOffset PlannedStart { get; set; }

    [JsonPropertyName("plannedMinutes")]
    public long PlannedMinutes { get; set; }

    /// <summary>Empty while nobody has accepted.</summary>
    [JsonPropertyName(VolunteerKey)]
    public string Volunteer { get; set; } = "";

    /// <summary>The key of the recipient's agenda.</summary>
    [JsonPropertyName("recipientAgenda")]
    public string RecipientAgenda { get; set; } = "";

    [JsonPropertyName("volunteerAgenda")]
    public string VolunteerAgenda { get; set; } = "";

    [JsonPropertyName("created")]
    public DateTimeOffset Created { get; set; }

    [JsonPropertyName("accepted")]
    public DateTimeOffset? Accepted { get; set; }

    [JsonPropertyName("checkedIn")]
    public DateTimeOffset? CheckedIn { get; set; }

    [JsonPropertyName("checkedOut")]
    public DateTimeOffset? CheckedOut { get; set; }

    [JsonPropertyName("ended")]
    public DateTimeOffset? Ended { get; set; }

    [JsonPropertyName("servedMinutes")]
    public long? ServedMinutes { get; set; }

    [JsonPropertyName("creditedMinutes")]
    public long? CreditedMinutes { get; set; }

    [JsonPropertyName("toPoolMinutes")]
    public long? ToPoolMinutes { get; set; }

    /// <summary>The hold, once the order is accepted.</summary>
    [JsonPropertyName("hold")]
    public HoldState? Hold { get; set; }

    /// <summary>The index of the entry that ended the hold.</summary>
    [JsonPropertyName("endEntry")]
    public long? EndEntry { get; set; }

    [JsonPropertyName("dispute")]
    public DisputeState? Dispute { get; set; }

    [JsonPropertyName("cancelNote")]
    public string CancelNote { get; set; } = "";

    [JsonPropertyName("rating")]
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
