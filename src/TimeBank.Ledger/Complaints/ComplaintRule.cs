using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>How far a complaint is. The names are stored.</summary>
public enum ComplaintState
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Waits for the staff's answer.</summary>
    [JsonStringEnumMemberName("Filed")]
    Filed = 1,

    /// <summary>Answered; the complainant may contest the answer.</summary>
    [JsonStringEnumMemberName("Answered")]
    Answered = 2,

    /// <summary>The answer was contested: waits for another person's.</summary>
    [JsonStringEnumMemberName("Contested")]
    Contested = 3,

    /// <summary>Answered a second time, which stands.</summary>
    [JsonStringEnumMemberName("Reviewed")]
    Reviewed = 4,

    /// <summary>Ended by staff: with the entry that corrected the movement, or with a reason.</summary>
    [JsonStringEnumMemberName("Closed")]
    Closed = 5,

    /// <summary>Ended by who filed it.</summary>
    [JsonStringEnumMemberName("Withdrawn")]
    Withdrawn = 6,
}

/// <summary>What is wrong with the movement, in the complainant's view. The names are stored.</summary>
public enum ComplaintCategory
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The service, or the money, was not received.</summary>
    [JsonStringEnumMemberName("NotReceived")]
    NotReceived = 1,

    [JsonStringEnumMemberName("WrongAmount")]
    WrongAmount = 2,

    /// <summary>The service was given, and was bad.</summary>
    [JsonStringEnumMemberName("Quality")]
    Quality = 3,

    /// <summary>The movement is somebody else's.</summary>
    [JsonStringEnumMemberName("NotMine")]
    NotMine = 4,

    /// <summary>The same thing was recorded twice.</summary>
    [JsonStringEnumMemberName("Double")]
    Double = 5,

    [JsonStringEnumMemberName("Other")]
    Other = 6,
}

/// <summary>What happens to a complaint. The names are stored.</summary>
public enum ComplaintStep
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("File")]
    File = 1,

    [JsonStringEnumMemberName("Answer")]
    Answer = 2,

    [JsonStringEnumMemberName("Contest")]
    Contest = 3,

    /// <summary>With the entry that corrected the movement.</summary>
    [JsonStringEnumMemberName("CloseWithEntry")]
    CloseWithEntry = 4,

    [JsonStringEnumMemberName("CloseWithReason")]
    CloseWithReason = 5,

    [JsonStringEnumMemberName("Withdraw")]
    Withdraw = 6,
}

/// <summary>What an entry does to the movement that a complaint is about.</summary>
public enum Correction
{
    /// <summary>It corrects nothing of it: another movement's, the ordinary end of it, or what a later entry has taken back.</summary>
    None = 0,

    /// <summary>It corrects a part, and the rest stands; or whether it is what the complainant asked for is for them to say.</summary>
    Part = 1,

    /// <summary>Nothing of the movement stands any more.</summary>
    Whole = 2,
}

/// <summary>What the rule knows of a complaint.</summary>
/// <param name="Complainant">The party that complains, such as <c>elders/{id}</c>, or <c>staff/{subject}</c>.</param>
/// <param name="Parties">The parties that the movement belongs to; the complainant may be one of them.</param>
/// <param name="Involved">
/// The persons who recorded or corrected the movement up to now, filed the complaint or contested an answer, by their subjects.
/// </param>
/// <param name="AnsweredBy">Who gave the first answer; empty before it.</param>
/// <param name="ContestUntil">
/// The last day on which staff leave the answer to be contested; null before the answer, and while the calendar of that year isn't known.
/// </param>
/// <param name="Size">The size of the journal when it was filed: only entries from there on can have come of it.</param>
public sealed record ComplaintFacts(
    ComplaintState State, string Complainant, ImmutableArray<string> Parties, ImmutableArray<string> Involved, string AnsweredBy,
    DateOnly? ContestUntil, long Size)
{
    /// <summary>Who gave the answer of the review; empty before it.</summary>
    public string ReviewedBy { get; init; } = "";
}

/// <summary>Who takes a step.</summary>
/// <param name="Subject">The subject of the token.</param>
/// <param name="Party">The party that the person acts for; empty for staff who act for nobody.</param>
/// <param name="IsForAnother">True for counter staff who act for that party.</param>
public readonly record struct ComplaintActor(string Subject, string Party, bool IsForAnother = false);

/// <summary>Which step a complaint may take, and who may take it. The first reason against it, or null.</summary>
public static class ComplaintRule
{
    /// <summary>True until somebody ended it. Meanwhile what it is about is set aside from settlement.</summary>
    public static bool IsOpen(ComplaintState state) => state switch
    {
        ComplaintState.Filed or ComplaintState.Answered or ComplaintState.Contested or ComplaintState.Reviewed => true,
        ComplaintState.None or ComplaintState.Closed or ComplaintState.Withdrawn => false,
    };

    /// <summary>True while the staff owe the next word, by a day.</summary>
    public static bool WaitsForStaff(ComplaintState state) => state is ComplaintState.Filed or ComplaintState.Contested;

    /// <summary>
    /// The state after a step; null where the state doesn't take it. Every step but the filing needs an open complaint, and staff end none
    /// whose answer they owe.
    /// </summary>
    public static ComplaintState? After(ComplaintState state, ComplaintStep step) => (state, step) switch
    {
        (ComplaintState.None, ComplaintStep.File) => ComplaintState.Filed,
        (ComplaintState.Filed, ComplaintStep.Answer) => ComplaintState.Answered,
        (ComplaintState.Answered, ComplaintStep.Contest) => ComplaintState.Contested,
        (ComplaintState.Contested, ComplaintStep.Answer) => ComplaintState.Reviewed,
        (ComplaintState.Answered or ComplaintState.Reviewed, ComplaintStep.CloseWithEntry or ComplaintStep.CloseWithReason) =>
            ComplaintState.Closed,
        (_, ComplaintStep.Withdraw) when IsOpen(state) => ComplaintState.Withdrawn,
        _ => null,
    };

    /// <summary>The answer is a judgement: nobody judges what they recorded, said themselves, or have a part in.</summary>
    public static Refusal? Answer(ComplaintFacts complaint, ComplaintActor actor) =>
        Expect(complaint.State, ComplaintStep.Answer) ?? Impartial(complaint, actor);

    public static Refusal? Contest(ComplaintFacts complaint, ComplaintActor actor) =>
        Own(complaint, actor) ?? Expect(complaint.State, ComplaintStep.Contest);

    /// <summary>The complainant has some days to contest an answer, which an end by reason alone would cut off.</summary>
    public static Refusal? CloseWithReason(ComplaintFacts complaint, ComplaintActor actor, DateOnly today) =>
        Expect(complaint.State, ComplaintStep.CloseWithReason) ?? Impartial(complaint, actor) ?? Contestable(complaint, today);

    /// <summary>
    /// Where nothing of the movement stands any more, nothing is left to contest, so that needs no wait. A part of it does: whether it is
    /// enough is for the complainant to say.
    /// </summary>
    public static Refusal? CloseWithEntry(
        ComplaintFacts complaint, ComplaintActor actor, long entry, Correction correction, DateOnly today) =>
        Expect(complaint.State, ComplaintStep.CloseWithEntry) ?? Impartial(complaint, actor)
        ?? (correction != Correction.None && entry >= complaint.Size ? null
            : Refusal.Of(Reason.ComplaintEntryOther, ("entry", entry.ToString(CultureInfo.InvariantCulture))))
        ?? (correction == Correction.Whole ? null : Contestable(complaint, today));

    /// <summary>Staff with a part in it, or whose answer it waits on, would end by it what they may not judge.</summary>
    public static Refusal? Withdraw(ComplaintFacts complaint, ComplaintActor actor) =>
        Own(complaint, actor) ?? Expect(complaint.State, ComplaintStep.Withdraw)
        ?? (actor.IsForAnother && (complaint.Involved.Contains(actor.Subject) || complaint.AnsweredBy == actor.Subject
                || complaint.ReviewedBy == actor.Subject)
            ? new Refusal(Reason.ComplaintNotImpartial) : null);

    private static Refusal? Contestable(ComplaintFacts complaint, DateOnly today) => complaint switch
    {
        { State: not ComplaintState.Answered } => null,
        { ContestUntil: null } => new Refusal(Reason.ComplaintDaysUnknown),
        { ContestUntil: { } last } when today <= last =>
            Refusal.Of(Reason.ComplaintContestable, ("day", last.ToString("O", CultureInfo.InvariantCulture))),
        _ => null,
    };

    private static Refusal? Own(ComplaintFacts complaint, ComplaintActor actor) =>
        actor.Party == complaint.Complainant ? null : new Refusal(Reason.PartyNotAllowed);

    /// <summary>Once the answer was contested, who gave it judges no more: neither the review nor the end after it.</summary>
    private static Refusal? Impartial(ComplaintFacts complaint, ComplaintActor actor)
    {
        bool isContested = complaint.State is ComplaintState.Contested or ComplaintState.Reviewed;
        return complaint.Involved.Contains(actor.Subject) || (actor.Party.Length > 0 && complaint.Parties.Contains(actor.Party))
            || (isContested && actor.Subject == complaint.AnsweredBy)
            ? new Refusal(Reason.ComplaintNotImpartial) : null;
    }

    private static Refusal? Expect(ComplaintState state, ComplaintStep step) => After(state, step) is not null
        ? null : Refusal.Of(Reason.ComplaintWrongState, ("state", $"COMPLAINT_STATE_{StoredName.UpperSnake(state.ToString())}"));
}
