using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// How well the begin and the end of a service are proven. A grade says whether hours are posted as soon as the recipient confirms, or
/// wait until staff have looked; which grade waits is policy.
/// </summary>
/// <remarks>
/// Source: own, since no paper says what a record is worth. That a call and a form on paper do at all: the policy papers of all five
/// provinces keep offline ways for the old.
/// </remarks>
public static class EvidenceRule
{
    /// <summary>Judges one end of a service by what each side recorded of it.</summary>
    /// <param name="volunteer">What the volunteer recorded, or staff for them; null before.</param>
    /// <param name="recipient">What the recipient recorded on the spot; null: nothing.</param>
    /// <param name="takenBack">
    /// What was doubtful in records of the volunteer's side that were taken back: else a second record without a place would wipe out
    /// what the first one showed.
    /// </param>
    /// <returns>Null: neither recorded anything.</returns>
    public static EndEvidence? Judge(
        Sighting? volunteer, Sighting? recipient, EvidencePolicy policy, IEnumerable<EvidenceDoubt>? takenBack = null)
    {
        if (volunteer is null && recipient is null) return null;
        ImmutableArray<EvidenceDoubt> doubts =
            volunteer is null ? [] : [.. Doubts(volunteer, recipient, policy).Union(takenBack ?? []).Order()];
        EvidenceGrade grade = volunteer switch
        {
            null => EvidenceGrade.None,
            _ when doubts.Length > 0 => EvidenceGrade.Doubtful,
            { Source: EvidenceSource.Paper } => EvidenceGrade.Paper,
            { Source: EvidenceSource.Call } => EvidenceGrade.Call,
            { Source: EvidenceSource.Counter } => EvidenceGrade.Counter,
            { Meters: not null } when recipient is { Meters: not null } => EvidenceGrade.BothSides,
            _ => EvidenceGrade.OneSide,
        };
        return new EndEvidence(volunteer, recipient, grade, doubts);
    }

    /// <summary>The grade of a service: that of its weaker end.</summary>
    public static EvidenceGrade Of(EndEvidence? begin, EndEvidence? end)
    {
        EvidenceGrade first = begin?.Grade ?? EvidenceGrade.None, last = end?.Grade ?? EvidenceGrade.None;
        return first > last ? first : last;
    }

    /// <summary>
    /// Whether a phone's clock is too far from the server's for its position to count: it may be of yesterday, or of last year. The
    /// server's clock alone dates the step, so the person is not kept from it.
    /// </summary>
    /// <param name="fixedAt">When the phone found its position, by its own clock.</param>
    public static bool ClockDiffers(DateTimeOffset fixedAt, DateTimeOffset now, EvidencePolicy policy) =>
        (now - fixedAt).Duration() > TimeSpan.FromMinutes(policy.FixAgeMinutes);

    private static IEnumerable<EvidenceDoubt> Doubts(Sighting volunteer, Sighting? recipient, EvidencePolicy policy)
    {
        if (volunteer.Meters > policy.NearMeters || recipient?.Meters > policy.NearMeters) yield return EvidenceDoubt.Far;
        if (volunteer.ClockDiffers || recipient?.ClockDiffers == true) yield return EvidenceDoubt.ClockDiffers;
        // What staff recorded afterwards has the time of the service, so the two may be held against each other as well.
        if (recipient is not null && (volunteer.At - recipient.At).Duration() > TimeSpan.FromMinutes(policy.SidesApartMinutes))
            yield return EvidenceDoubt.SidesApart;
    }
}

/// <summary>Why evidence is doubtful. The names are stored.</summary>
public enum EvidenceDoubt
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>A side was not near the recipient's home.</summary>
    [JsonStringEnumMemberName("Far")]
    Far = 1,

    /// <summary>A phone's clock is wrong, or its position was an old one.</summary>
    [JsonStringEnumMemberName("ClockDiffers")]
    ClockDiffers = 2,

    /// <summary>The two sides recorded it at different times.</summary>
    [JsonStringEnumMemberName("SidesApart")]
    SidesApart = 3,
}

/// <summary>Where a record of a service comes from. The names are stored.</summary>
public enum EvidenceSource
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The person, at the time.</summary>
    [JsonStringEnumMemberName("Person")]
    Person = 1,

    [JsonStringEnumMemberName("Counter")]
    Counter = 2,

    [JsonStringEnumMemberName("Call")]
    Call = 3,

    [JsonStringEnumMemberName("Paper")]
    Paper = 4,
}

/// <summary>What one side recorded of one end of a service. Stored with the order.</summary>
/// <param name="At">The server's time; of what staff recorded afterwards the time that they gave.</param>
/// <param name="Meters">How far from the recipient's home; null: no position, or none to hold it against. The position is not kept.</param>
/// <param name="ClockDiffers">The position was found at another time, by the phone's clock; then there are no metres.</param>
public sealed record Sighting(
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("source")] EvidenceSource Source,
    [property: JsonPropertyName("meters")] int? Meters,
    [property: JsonPropertyName("clockDiffers")] bool ClockDiffers);

/// <summary>What both sides recorded of one end of a service, and how it was judged by the policy of its day. Stored.</summary>
public sealed record EndEvidence(
    [property: JsonPropertyName("volunteer")] Sighting? Volunteer,
    [property: JsonPropertyName("recipient")] Sighting? Recipient,
    [property: JsonPropertyName("grade")] EvidenceGrade Grade,
    [property: JsonPropertyName("doubts")] ImmutableArray<EvidenceDoubt> Doubts)
{
    public bool Equals(EndEvidence? other) => other is not null && Volunteer == other.Volunteer && Recipient == other.Recipient
        && Grade == other.Grade && Doubts.AsSpan().SequenceEqual(other.Doubts.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Volunteer, Recipient, Grade, Doubts.Length);
}
