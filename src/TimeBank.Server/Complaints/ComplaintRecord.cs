using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A complaint. Parties are named without the region.</summary>
/// <param name="Subject">What it is about: the movement's name without the region.</param>
/// <param name="Complainant">A party, or <c>staff/{subject}</c>.</param>
/// <param name="Parties">Whose movement it is.</param>
/// <param name="Involved">Who recorded it, filed the complaint or contested an answer: they answer and close nothing.</param>
/// <param name="Disputed">The entry that is set aside from settlement while the complaint is open; null: none.</param>
/// <param name="Size">The size of the journal when it was filed.</param>
/// <param name="FiledBy">The subject of who filed it, for themselves or as staff for the complainant.</param>
/// <param name="Due">The last day for the answer, fixed at the filing.</param>
/// <param name="AnsweredBy">Who gave the first answer; empty before it.</param>
/// <param name="ContestUntil">The last day on which staff leave the answer to be contested; null before it.</param>
/// <param name="ReviewDue">The last day for the review, fixed when the answer was contested; null before.</param>
[GenerateSerializer, Immutable, Alias("timebank.complaint-record")]
public sealed record ComplaintRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("state")] ComplaintState State,
    [property: Id(2), JsonPropertyName("subject")] string Subject,
    [property: Id(3), JsonPropertyName("category")] ComplaintCategory Category,
    [property: Id(4), JsonPropertyName("complainant")] string Complainant,
    [property: Id(5), JsonPropertyName("parties")] ImmutableArray<string> Parties,
    [property: Id(6), JsonPropertyName("involved")] ImmutableArray<string> Involved,
    [property: Id(7), JsonPropertyName("disputed")] long? Disputed,
    [property: Id(8), JsonPropertyName("size")] long Size,
    [property: Id(9), JsonPropertyName("filedBy")] string FiledBy,
    [property: Id(10), JsonPropertyName("filedAt")] DateTimeOffset FiledAt,
    [property: Id(11), JsonPropertyName("due")] DateOnly Due,
    [property: Id(12), JsonPropertyName("history")] ImmutableArray<ComplaintStepRecord> History,
    [property: Id(13), JsonPropertyName("answeredBy")] string AnsweredBy = "",
    [property: Id(14), JsonPropertyName("contestUntil")] DateOnly? ContestUntil = null,
    [property: Id(15), JsonPropertyName("reviewDue")] DateOnly? ReviewDue = null)
{
    /// <summary>What the rule may know.</summary>
    [JsonIgnore]
    public ComplaintFacts Facts => new(State, Complainant, Parties, Involved, AnsweredBy, ContestUntil, Size);

    /// <summary>The day by which the staff owe the next word; null: they owe none.</summary>
    [JsonIgnore]
    public DateOnly? WaitsUntil => State switch
    {
        ComplaintState.Filed => Due,
        ComplaintState.Contested => ReviewDue,
        ComplaintState.None or ComplaintState.Answered or ComplaintState.Reviewed or ComplaintState.Closed
            or ComplaintState.Withdrawn => null,
    };
}

/// <summary>What happened to a complaint once.</summary>
/// <param name="By">The subject of who did it.</param>
/// <param name="Party">The party that the person acted for; empty for staff.</param>
/// <param name="Words">Sealed; null: none.</param>
/// <param name="Entry">The entry that closed it; null: none.</param>
/// <param name="As">The id of the command, in hexadecimal.</param>
[GenerateSerializer, Immutable, Alias("timebank.complaint-step")]
public sealed record ComplaintStepRecord(
    [property: Id(0), JsonPropertyName("step")] ComplaintStep Step,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("party")] string Party,
    [property: Id(3), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(4), JsonPropertyName("words")] string? Words,
    [property: Id(5), JsonPropertyName("entry")] long? Entry,
    [property: Id(6), JsonPropertyName("as")] string As);

/// <summary>The stored state of a complaint.</summary>
public sealed class ComplaintGrainState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps complaints and lists find them. Stored: never change it.</summary>
    public const string Kind = "complaint";

    /// <summary>The paths in the state's JSON by which lists look for complaints.</summary>
    public const string StatePath = "complaint.state", SubjectPath = "complaint.subject", ReadersKey = "readers", OrderKey = "order",
        SetAsideKey = "setAside";

    /// <summary>In <see cref="Order"/> those that wait for the staff stand first, then other open ones, then those that are over.</summary>
    public const string Waiting = "1", Open = "2", Over = "3";

    /// <summary>The wrapped key of the sealed words; null before the filing, and where they were erased.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; set; }

    [JsonPropertyName("complaint")]
    public ComplaintRecord? Complaint { get; set; }

    /// <summary>The parties that may read it. Derived, for lists.</summary>
    [JsonPropertyName(ReadersKey)]
    public ImmutableArray<string> Readers => Complaint is null
        ? [] : [.. Complaint.Parties.Append(Complaint.Complainant).Distinct()];

    /// <summary>The place in lists, as text: what is overdue comes first, by its day. Derived.</summary>
    [JsonPropertyName(OrderKey)]
    public string Order => Complaint switch
    {
        null => "",
        { WaitsUntil: { } day } => string.Create(CultureInfo.InvariantCulture, $"{Waiting} {day:O}"),
        { State: var state } when ComplaintRule.IsOpen(state) =>
            string.Create(CultureInfo.InvariantCulture, $"{Open} {Complaint.FiledAt.UtcDateTime:O}"),
        // Newest first.
        _ => string.Create(CultureInfo.InvariantCulture, $"{Over} {long.MaxValue - Complaint.FiledAt.UtcTicks:D19}"),
    };

    /// <summary>The index of the entry that it sets aside from settlement now; null: none. Derived.</summary>
    [JsonPropertyName(SetAsideKey), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SetAside => Complaint is { Disputed: { } entry } complaint && ComplaintRule.IsOpen(complaint.State)
        ? entry.ToString(CultureInfo.InvariantCulture) : null;
}
