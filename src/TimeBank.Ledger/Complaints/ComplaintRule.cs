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

/// <summary>What the rule knows of a complaint.</summary>
/// <param name="Complainant">The party that complains, such as <c>elders/{id}</c>, or <c>staff/{subject}</c>.</param>
/// <param name="Parties">The parties that the movement belongs to; the complainant may be one of them.</param>
/// <param name="Involved">The persons who recorded the movement, filed the complaint or contested an answer, by their subjects.</param>
/// <param name="AnsweredBy">Who gave the first answer; empty before it.</param>
/// <param name="ContestUntil">The last day on which staff leave the answer to be contested; null before the answer.</param>
/// <param name="Size">The size of the journal when it was filed: only entries from there on can have come of it.</param>
public sealed record ComplaintFacts(
    ComplaintState State, string Complainant, ImmutableArray<string> Parties, ImmutableArray<string> Involved, string AnsweredBy,
    DateOnly? ContestUntil, long Size);

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
        Expect(complaint.State, ComplaintStep.Answer) ?? Impartial(complaint, actor)
        ?? (complaint.State == ComplaintState.Contested && actor.Subject == complaint.AnsweredBy
            ? new Refusal(Reason.ComplaintNotImpartial) : null);

    public static Refusal? Contest(ComplaintFacts complaint, ComplaintActor actor) =>
        Own(complaint, actor) ?? Expect(complaint.State, ComplaintStep.Contest);

    /// <summary>
    /// The complainant has some days to contest an answer, which an end by reason alone would cut off. An entry gives them what they asked
    /// for, and needs no wait.
    /// </summary>
    public static Refusal? CloseWithReason(ComplaintFacts complaint, ComplaintActor actor, DateOnly today) =>
        Expect(complaint.State, ComplaintStep.CloseWithReason) ?? Impartial(complaint, actor)
        ?? (complaint.State == ComplaintState.Answered && complaint.ContestUntil is { } last && today <= last
            ? Refusal.Of(Reason.ComplaintContestable, ("day", last.ToString("O", CultureInfo.InvariantCulture))) : null);

    /// <param name="corrects">Whether the entry corrects what the complaint is about.</param>
    public static Refusal? CloseWithEntry(ComplaintFacts complaint, ComplaintActor actor, long entry, bool corrects) =>
        Expect(complaint.State, ComplaintStep.CloseWithEntry) ?? Impartial(complaint, actor)
        ?? (corrects && entry >= complaint.Size ? null
            : Refusal.Of(Reason.ComplaintEntryOther, ("entry", entry.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Staff with a part in it, or whose answer it waits on, would end by it what they may not judge.</summary>
    public static Refusal? Withdraw(ComplaintFacts complaint, ComplaintActor actor) =>
        Own(complaint, actor) ?? Expect(complaint.State, ComplaintStep.Withdraw)
        ?? (actor.IsForAnother && (complaint.Involved.Contains(actor.Subject) || complaint.AnsweredBy == actor.Subject)
            ? new Refusal(Reason.ComplaintNotImpartial) : null);

    private static Refusal? Own(ComplaintFacts complaint, ComplaintActor actor) =>
        actor.Party == complaint.Complainant ? null : new Refusal(Reason.PartyNotAllowed);

    private static Refusal? Impartial(ComplaintFacts complaint, ComplaintActor actor) =>
        complaint.Involved.Contains(actor.Subject) || (actor.Party.Length > 0 && complaint.Parties.Contains(actor.Party))
            ? new Refusal(Reason.ComplaintNotImpartial) : null;

    private static Refusal? Expect(ComplaintState state, ComplaintStep step) => After(state, step) is not null
        ? null : Refusal.Of(Reason.ComplaintWrongState, ("state", $"COMPLAINT_STATE_{StoredName.UpperSnake(state.ToString())}"));
}
