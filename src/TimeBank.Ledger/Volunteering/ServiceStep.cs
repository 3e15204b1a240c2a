using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The steps of a service order that a person takes, and may take back. The names are stored.</summary>
public enum ServiceStep
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Acceptance")]
    Acceptance = 1,

    [JsonStringEnumMemberName("CheckIn")]
    CheckIn = 2,

    [JsonStringEnumMemberName("CheckOut")]
    CheckOut = 3,

    [JsonStringEnumMemberName("Confirmation")]
    Confirmation = 4,

    [JsonStringEnumMemberName("Dispute")]
    Dispute = 5,

    [JsonStringEnumMemberName("Cancellation")]
    Cancellation = 6,

    [JsonStringEnumMemberName("Rating")]
    Rating = 7,

    /// <summary>Staff recorded afterwards, for the volunteer, when the service began or ended.</summary>
    [JsonStringEnumMemberName("Record")]
    Record = 8,

    /// <summary>A side said that the other did not come.</summary>
    [JsonStringEnumMemberName("Absence")]
    Absence = 9,
}

/// <summary>A step of an order that somebody took. Stored with the order.</summary>
/// <param name="Party">Who took it: <c>elders/{id}</c> or <c>volunteers/{id}</c>, also where staff did it for them.</param>
/// <param name="UndoMinutes">How long it can be taken back, by the policy of its day.</param>
public sealed record StepTaken(
    [property: JsonPropertyName("step")] ServiceStep Step,
    [property: JsonPropertyName("party")] string Party,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("undoMinutes")] int UndoMinutes)
{
    /// <summary>The last moment at which the step may be taken back.</summary>
    [JsonIgnore]
    public DateTimeOffset Until => At.AddMinutes(UndoMinutes);
}
