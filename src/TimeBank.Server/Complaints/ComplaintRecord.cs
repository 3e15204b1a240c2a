using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A complaint. Parties are named without the region.</summary>
/// <param name="Subject">What it is about: the movement's name without the region.</param>
/// <param name="Complainant">A party, or <c>staff/{subject}</c>.</param>
/// <param name="Parties">Whose movement it is.</param>
/// <param name="Involved">
/// Who had recorded it by the filing, filed the complaint or contested an answer: they answer and close nothing.
/// </param>
/// <param name="Disputed">The entry that is set aside from settlement while the complaint is open; null: none.</param>
/// <param name="Size">The size of the journal when it was filed.</param>
/// <param name="FiledBy">The subject of who filed it, for themselves or as staff for the complainant.</param>
/// <param name="Due">The last day for the answer, fixed at the filing; null while the calendar of its year isn't known.</param>
/// <param name="AnsweredBy">Who gave the first answer; empty before it.</param>
/// <param name="ContestUntil">
/// The last day on which staff leave the answer to be contested; null before it, and while the calendar isn't known.
/// </param>
/// <param name="ReviewDue">
/// The last day for the review, fixed when the answer was contested; null before, and while the calendar isn't known.
/// </param>
/// <param name="AnswerDays">How many working days <paramref name="Due"/> is away, where the calendar didn't know it; else null.</param>
/// <param name="ContestDays">The same of <paramref name="ContestUntil"/>.</param>
/// <param name="ReviewDays">The same of <paramref name="ReviewDue"/>.</param>
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
    [property: Id(11), JsonPropertyName("due"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? Due,
    [property: Id(12), JsonPropertyName("history")] ImmutableArray<ComplaintStepRecord> History,
    [property: Id(13), JsonPropertyName("answeredBy")] string AnsweredBy = "",
    [property: Id(14), JsonPropertyName("contestUntil")] DateOnly? ContestUntil = null,
    [property: Id(15), JsonPropertyName("reviewDue")] DateOnly? ReviewDue = null,
    [property: Id(16), JsonPropertyName("answerDays"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? AnswerDays = null,
    [property: Id(17), JsonPropertyName("contestDays"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? ContestDays = null,
    [property: Id(18), JsonPropertyName("reviewDays"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? ReviewDays = null)
{
    /// <summary>What the rule may know.</summary>
    /// <param name="actors">Who has recorded or corrected the movement up to now.</param>
    public ComplaintFacts FactsWith(ImmutableArray<string> actors) =>
        new(State, Complainant, Parties, [.. Involved.Union(actors)], AnsweredBy, ContestUntil, Size)
        {
            ReviewedBy = History.Where(step => step.Step == ComplaintStep.Answer).Skip(1).LastOrDefault()?.By ?? "",
        };

    /// <summary>
    /// With the days that the calendar did not know when they began, and knows now. A year's holidays come late in the year before, and
    /// nobody waits for them with a complaint, or with its answer.
    /// </summary>
    public ComplaintRecord WithDays(WorkingCalendar calendar) => this with
    {
        Due = Due ?? Last(calendar, FiledAt, AnswerDays),
        ContestUntil = ContestUntil ?? Last(calendar, TimeOf(ComplaintStep.Answer), ContestDays),
        ReviewDue = ReviewDue ?? Last(calendar, TimeOf(ComplaintStep.Contest), ReviewDays),
    };

    private DateTimeOffset? TimeOf(ComplaintStep step) => History.FirstOrDefault(one => one.Step == step)?.At;

    private static DateOnly? Last(WorkingCalendar calendar, DateTimeOffset? from, int? days) => from is { } began && days is { } length
        && calendar.After(ChinaTime.DateOf(began), length, out DateOnly last) is null ? last : null;

    /// <summary>The day by which the staff owe the next word; null: they owe none, or the day isn't known yet.</summary>
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

    /// <summary>Stands in <see cref="Order"/> for a day that isn't known yet: such complaints follow those with a day.</summary>
    public const string Unknown = "9999";

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
        { State: var state } when ComplaintRule.WaitsForStaff(state) =>
            string.Create(CultureInfo.InvariantCulture, $"{Waiting} {Unknown} {Complaint.FiledAt.UtcDateTime:O}"),
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
