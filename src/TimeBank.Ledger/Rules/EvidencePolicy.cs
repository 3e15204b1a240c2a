using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The numbers of evidence, and how late what may be recorded.</summary>
/// <param name="NearMeters">So far from the recipient's home is still there: positions among high houses are wrong by a few 100 m.</param>
/// <param name="SidesApartMinutes">So far apart both sides may record the same end of a service.</param>
/// <param name="FixAgeMinutes">So far a position's time, by the phone's clock, may be from the server's.</param>
/// <param name="CheckOutLateMinutes">
/// So long after the planned end a volunteer may check out. Later it was forgotten: it keeps the volunteer from no other order, and staff
/// record the end.
/// </param>
/// <param name="BackDateDays">So many days after the day of service staff may record it.</param>
/// <param name="AbsenceAfterMinutes">So long after the planned start a side may say that the other did not come.</param>
/// <param name="Review">The grades whose hours wait until staff have looked.</param>
public sealed record EvidencePolicy(int NearMeters, int SidesApartMinutes, int FixAgeMinutes, int CheckOutLateMinutes, int BackDateDays,
    int AbsenceAfterMinutes, ImmutableArray<EvidenceGrade> Review)
{
    /// <summary>The most that a policy may say of <see cref="BackDateDays"/>: the hold ends on the day after.</summary>
    public const int MaxBackDateDays = 13;

    internal static EvidencePolicy Default { get; } =
        new(500, 15, 10, 12 * 60, 7, 30, [EvidenceGrade.Call, EvidenceGrade.Paper, EvidenceGrade.Doubtful]);

    public bool WaitsForReview(EvidenceGrade grade) => Review.Contains(grade);
}

/// <summary>From which number on a pattern in the services of a period is shown to staff.</summary>
/// <param name="PairDays">Days in a row on which the same two met.</param>
/// <param name="MaximumServices">Services of a volunteer, all of the longest length.</param>
/// <param name="FarServices">Services of a volunteer with a record far from home.</param>
public sealed record PatternPolicy(int PairDays, int MaximumServices, int FarServices)
{
    internal static PatternPolicy Default { get; } = new(5, 5, 2);
}

/// <summary>The grades of evidence, from strong to weak. The names are stored.</summary>
public enum EvidenceGrade
{
    /// <summary>Nothing is recorded, or by a build that kept no evidence.</summary>
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Volunteer and recipient recorded it themselves, at one time, both near the recipient's home.</summary>
    [JsonStringEnumMemberName("BothSides")]
    BothSides = 1,

    /// <summary>The volunteer recorded it at the time, with or without a place.</summary>
    [JsonStringEnumMemberName("OneSide")]
    OneSide = 2,

    /// <summary>Counter staff recorded it at the time, for the volunteer.</summary>
    [JsonStringEnumMemberName("Counter")]
    Counter = 3,

    /// <summary>Counter staff recorded it afterwards, by telephone with the recipient.</summary>
    [JsonStringEnumMemberName("Call")]
    Call = 4,

    /// <summary>Counter staff recorded it afterwards, from a form on paper.</summary>
    [JsonStringEnumMemberName("Paper")]
    Paper = 5,

    /// <summary>What is recorded contradicts itself.</summary>
    [JsonStringEnumMemberName("Doubtful")]
    Doubtful = 6,
}
