using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The stored state of a service order. Persons are named without the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.
/// </summary>
public sealed class ServiceOrderState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps orders and lists find them. Stored: never change it.</summary>
    public const string Kind = "order";

    /// <summary>The keys of the state's JSON that lists filter and sort by. Stored: never change them.</summary>
    public const string StateKey = "state", RecipientKey = "recipient", VolunteerKey = "volunteer", PlannedStartKey = "plannedStart";

    /// <summary>The id of the command that made the order. The ids of the hold and its end are made from this one.</summary>
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

    /// <summary>The id of the volunteer who accepted; empty before.</summary>
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

    /// <summary>The hold; null before the order is accepted.</summary>
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
    public RatingRecord? Rating { get; set; }

    /// <summary>
    /// The steps that persons took, the last one last, so that each can be taken back. The clock and staff clear them. An order of an
    /// earlier build has none. Null: none.
    /// </summary>
    [JsonPropertyName("steps"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<StepTaken>? Steps { get; set; }

    /// <summary>
    /// Who took or took back steps that have no entry of their own, by their subjects. Kept apart from <see cref="Steps"/>, which the clock
    /// and staff clear. Null: nobody since this is kept.
    /// </summary>
    [JsonPropertyName("actors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<string>? Actors { get; set; }

    /// <summary>
    /// Who recorded evidence, also some that was taken back, by their subjects. Null: nobody since this is kept;
    /// <see cref="Actors"/> has them too.
    /// </summary>
    [JsonPropertyName("recordedBy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<string>? RecordedBy { get; set; }

    /// <summary>How many steps with an entry of their own were taken back. It is a part of the ids of the entries that follow.</summary>
    [JsonPropertyName("round"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Round { get; set; }

    /// <summary>What was recorded of the begin, and of the end. Null: nothing, or by a build that kept no evidence.</summary>
    [JsonPropertyName("begin"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndEvidence? Begin { get; set; }

    [JsonPropertyName("end"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndEvidence? End { get; set; }

    /// <summary>What staff recorded afterwards; null: nothing.</summary>
    [JsonPropertyName("record"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordedLater? Record { get; set; }

    /// <summary>What staff decided about the evidence; null: nothing.</summary>
    [JsonPropertyName("review"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReviewRecord? Review { get; set; }

    /// <summary>The side that did not come; null: nobody said so.</summary>
    [JsonPropertyName("absent"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OrderSide? Absent { get; set; }

    /// <summary>What was doubtful in records that were taken back. Null: nothing.</summary>
    [JsonPropertyName("takenBack"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<DoubtTakenBack>? TakenBack { get; set; }

    [JsonIgnore]
    public EvidenceGrade Grade => EvidenceRule.Of(Begin, End);

    [JsonIgnore]
    public StepTaken? LastStep => Steps?[^1];

    public void Take(StepTaken step) => (Steps ??= []).Add(step);

    public void Involve(string actor)
    {
        if (Actors?.Contains(actor) != true) (Actors ??= []).Add(actor);
    }

    public void RecordBy(string actor)
    {
        if (RecordedBy?.Contains(actor) != true) (RecordedBy ??= []).Add(actor);
    }

    public void TakeLastBack() => Steps = Steps!.Count == 1 ? null : Steps[..^1];

    /// <summary>
    /// True if the order must end by the clock: not accepted by its planned end, or not confirmed before its hold expired.
    /// </summary>
    public bool IsOver(DateTimeOffset now) => State switch
    {
        OrderState.Requested => new OrderPlan(PlannedStart, new Minutes(PlannedMinutes)).End <= now,
        OrderState.Accepted or OrderState.CheckedIn or OrderState.CheckedOut or OrderState.InReview => Hold!.Expires <= now,
        OrderState.None or OrderState.Confirmed or OrderState.Disputed or OrderState.Cancelled => false,
    };

    public OrderRecord ToRecord(OpaqueId id, DateTimeOffset now) => new(
        id, Recipient, Item, State, PlannedStart, PlannedMinutes, Volunteer,
        Created, Accepted, CheckedIn, CheckedOut, Ended,
        ServedMinutes, CreditedMinutes, ToPoolMinutes, Hold?.Entry, EndEntry,
        Dispute is { } dispute
        ? new DisputeRecord(dispute.RaisedBy, dispute.Raised, dispute.Note, dispute.Settled, dispute.Resolved, dispute.ResolveNote) : null,
        CancelNote,
        Rating,
        LastStep is { } last && last.Until >= now ? new UndoableRecord(last.Step, last.Party, last.Until) : null,
        Begin, End, Record, Review, Absent);
}

/// <summary>A doubt about a record that was taken back. It counts again once the same volunteer's side records the same end.</summary>
/// <param name="Volunteer">Who had the order then: another one has nothing to do with it.</param>
public sealed record DoubtTakenBack(
    [property: JsonPropertyName("end")] ServiceEnd End,
    [property: JsonPropertyName("volunteer")] string Volunteer,
    [property: JsonPropertyName("doubt")] EvidenceDoubt Doubt);

/// <summary>An order's hold.</summary>
/// <param name="Entry">The index of the hold's entry.</param>
/// <param name="Issued">Minutes held of the recipient's issued hours; Gifted and Earned likewise.</param>
/// <param name="Expires">The hold may be expired from this time on.</param>
public sealed record HoldState(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("entry")] long Entry,
    [property: JsonPropertyName("issued")] long Issued,
    [property: JsonPropertyName("gifted")] long Gifted,
    [property: JsonPropertyName("earned")] long Earned,
    [property: JsonPropertyName("expires")] DateTimeOffset Expires)
{
    [JsonIgnore]
    public EntryId EntryId => EntryId.Parse(Id);
}

/// <summary>How a hold of an order ended. The names are stored in the entry that ended it.</summary>
public enum OrderEnd
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The recipient confirmed.</summary>
    [JsonStringEnumMemberName("Confirmed")]
    Confirmed = 1,

    /// <summary>A dispute ended with hours.</summary>
    [JsonStringEnumMemberName("Settled")]
    Settled = 2,

    /// <summary>A dispute ended without hours.</summary>
    [JsonStringEnumMemberName("Dropped")]
    Dropped = 3,

    /// <summary>A party cancelled before the service began.</summary>
    [JsonStringEnumMemberName("Cancelled")]
    Cancelled = 4,

    /// <summary>The hold expired before the recipient confirmed.</summary>
    [JsonStringEnumMemberName("Expired")]
    Expired = 5,

    /// <summary>The recipient confirmed, and staff accepted the evidence.</summary>
    [JsonStringEnumMemberName("Reviewed")]
    Reviewed = 6,

    /// <summary>Staff did not accept the evidence.</summary>
    [JsonStringEnumMemberName("Rejected")]
    Rejected = 7,

    /// <summary>The volunteer did not come, by the recipient's word.</summary>
    [JsonStringEnumMemberName("VolunteerAbsent")]
    VolunteerAbsent = 8,

    /// <summary>The recipient was not there, by the volunteer's word.</summary>
    [JsonStringEnumMemberName("RecipientAbsent")]
    RecipientAbsent = 9,
}

/// <summary>The sides of an order. The names are stored.</summary>
public enum OrderSide
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Recipient")]
    Recipient = 1,

    [JsonStringEnumMemberName("Volunteer")]
    Volunteer = 2,
}

/// <summary>What staff recorded afterwards.</summary>
/// <param name="At">When they did.</param>
/// <param name="Document">The number of the form on paper; empty of a call.</param>
/// <param name="BothEnds">Whether the begin is theirs too; else there was a check-in.</param>
[GenerateSerializer, Immutable, Alias("timebank.recorded-later")]
public sealed record RecordedLater(
    [property: Id(0), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(1), JsonPropertyName("document")] string Document,
    [property: Id(2), JsonPropertyName("bothEnds")] bool BothEnds);

/// <summary>What staff decided about the evidence.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-review")]
public sealed record ReviewRecord(
    [property: Id(0), JsonPropertyName("accepted")] bool Accepted,
    [property: Id(1), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(2), JsonPropertyName("note")] string Note);

/// <summary>The recipient's rating of a service.</summary>
/// <param name="Stars">1 to 5.</param>
[GenerateSerializer, Immutable, Alias("timebank.rating")]
public sealed record RatingRecord(
    [property: Id(0), JsonPropertyName("stars")] int Stars,
    [property: Id(1), JsonPropertyName("comment")] string Comment,
    [property: Id(2), JsonPropertyName("rated")] DateTimeOffset Rated);

/// <summary>The stored state of a dispute about a service.</summary>
public sealed class DisputeState
{
    /// <summary>The party that disagrees.</summary>
    [JsonPropertyName("raisedBy")]
    public string RaisedBy { get; set; } = "";

    /// <summary>The caller who raised it: the party, or counter staff for the party. Another person must resolve it.</summary>
    [JsonPropertyName("actor")]
    public string Actor { get; set; } = "";

    [JsonPropertyName("raised")]
    public DateTimeOffset Raised { get; set; }

    [JsonPropertyName("note")]
    public string Note { get; set; } = "";

    /// <summary>Null while the dispute is open; then whether hours moved.</summary>
    [JsonPropertyName("settled")]
    public bool? Settled { get; set; }

    [JsonPropertyName("resolved")]
    public DateTimeOffset? Resolved { get; set; }

    [JsonPropertyName("resolveNote")]
    public string ResolveNote { get; set; } = "";
}
