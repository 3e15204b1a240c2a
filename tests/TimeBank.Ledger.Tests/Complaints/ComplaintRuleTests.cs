using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ComplaintRuleTests
{
    private const string Elder = "elders/A", Provider = "providers/B";

    private static readonly DateOnly ContestUntil = new(2026, 10, 12);

    private static readonly ComplaintActor Judge = new("judge", ""), Complainant = new("daughter", Elder);

    /// <summary>Every step of every state: what is not here is refused.</summary>
    private static readonly Dictionary<(ComplaintState, ComplaintStep), ComplaintState> Legal = new()
    {
        [(ComplaintState.None, ComplaintStep.File)] = ComplaintState.Filed,
        [(ComplaintState.Filed, ComplaintStep.Answer)] = ComplaintState.Answered,
        [(ComplaintState.Filed, ComplaintStep.Withdraw)] = ComplaintState.Withdrawn,
        [(ComplaintState.Answered, ComplaintStep.Contest)] = ComplaintState.Contested,
        [(ComplaintState.Answered, ComplaintStep.CloseWithEntry)] = ComplaintState.Closed,
        [(ComplaintState.Answered, ComplaintStep.CloseWithReason)] = ComplaintState.Closed,
        [(ComplaintState.Answered, ComplaintStep.Withdraw)] = ComplaintState.Withdrawn,
        [(ComplaintState.Contested, ComplaintStep.Answer)] = ComplaintState.Reviewed,
        [(ComplaintState.Contested, ComplaintStep.Withdraw)] = ComplaintState.Withdrawn,
        [(ComplaintState.Reviewed, ComplaintStep.CloseWithEntry)] = ComplaintState.Closed,
        [(ComplaintState.Reviewed, ComplaintStep.CloseWithReason)] = ComplaintState.Closed,
        [(ComplaintState.Reviewed, ComplaintStep.Withdraw)] = ComplaintState.Withdrawn,
    };

    public static TheoryData<ComplaintState, ComplaintStep> Steps()
    {
        var all = new TheoryData<ComplaintState, ComplaintStep>();
        foreach (ComplaintState state in Enum.GetValues<ComplaintState>())
        {
            foreach (ComplaintStep step in Enum.GetValues<ComplaintStep>().Except([ComplaintStep.None])) all.Add(state, step);
        }
        return all;
    }

    [Theory, MemberData(nameof(Steps))]
    public void A_state_takes_the_steps_of_the_table_and_no_other(ComplaintState state, ComplaintStep step)
    {
        ComplaintState? next = Legal.TryGetValue((state, step), out ComplaintState legal) ? legal : null;
        Assert.Equal(next, ComplaintRule.After(state, step));
        Refusal? refusal = step switch
        {
            ComplaintStep.Answer => ComplaintRule.Answer(In(state), Judge),
            ComplaintStep.Contest => ComplaintRule.Contest(In(state), Complainant),
            ComplaintStep.CloseWithEntry => ComplaintRule.CloseWithEntry(In(state), Judge, 100, corrects: true),
            ComplaintStep.CloseWithReason => ComplaintRule.CloseWithReason(In(state), Judge, ContestUntil.AddDays(1)),
            ComplaintStep.Withdraw => ComplaintRule.Withdraw(In(state), Complainant),
            _ => next is null ? new Refusal(Reason.ComplaintWrongState) : null,
        };
        Assert.Equal(next is null ? Reason.ComplaintWrongState : Reason.None, refusal?.Reason ?? Reason.None);
    }

    [Theory]
    [InlineData("judge", "", Reason.None)]
    [InlineData("clerk", "", Reason.ComplaintNotImpartial)]
    [InlineData("daughter", "", Reason.ComplaintNotImpartial)]
    [InlineData("cook", Provider, Reason.ComplaintNotImpartial)]
    [InlineData("son", Elder, Reason.ComplaintNotImpartial)]
    [InlineData("cook", "providers/C", Reason.None)]
    public void Nobody_with_a_part_in_it_answers_or_closes(string subject, string party, Reason reason)
    {
        var actor = new ComplaintActor(subject, party);
        foreach (Refusal? refusal in (Refusal?[])[ComplaintRule.Answer(In(ComplaintState.Filed), actor),
            ComplaintRule.CloseWithEntry(In(ComplaintState.Answered), actor, 100, corrects: true),
            ComplaintRule.CloseWithReason(In(ComplaintState.Reviewed), actor, ContestUntil)])
        {
            Assert.Equal(reason, refusal?.Reason ?? Reason.None);
        }
    }

    [Theory]
    [InlineData("first", Reason.ComplaintNotImpartial)]
    [InlineData("judge", Reason.None)]
    public void A_review_is_by_another_person_than_the_answer(string subject, Reason reason)
    {
        Assert.Equal(reason, ComplaintRule.Answer(In(ComplaintState.Contested), new(subject, ""))?.Reason ?? Reason.None);
        Assert.Null(ComplaintRule.Answer(In(ComplaintState.Filed), new(subject, "")));
    }

    [Theory]
    [InlineData(ComplaintState.Answered, 0, Reason.ComplaintContestable)]
    [InlineData(ComplaintState.Answered, 1, Reason.None)]
    [InlineData(ComplaintState.Reviewed, 0, Reason.None)]
    public void A_reason_waits_until_the_answer_can_be_contested_no_more(ComplaintState state, int daysAfter, Reason reason)
    {
        Assert.Equal(
            reason, ComplaintRule.CloseWithReason(In(state), Judge, ContestUntil.AddDays(daysAfter))?.Reason ?? Reason.None);
        Assert.Null(ComplaintRule.CloseWithEntry(In(state), Judge, 100, corrects: true));
    }

    [Theory]
    [InlineData(100, true, Reason.None)]
    [InlineData(99, true, Reason.ComplaintEntryOther)]
    [InlineData(100, false, Reason.ComplaintEntryOther)]
    public void An_entry_corrects_the_movement_and_is_after_the_filing(long entry, bool corrects, Reason reason) =>
        Assert.Equal(
            reason, ComplaintRule.CloseWithEntry(In(ComplaintState.Answered), Judge, entry, corrects)?.Reason ?? Reason.None);

    [Theory]
    [InlineData(Elder, Reason.None)]
    [InlineData(Provider, Reason.PartyNotAllowed)]
    [InlineData("", Reason.PartyNotAllowed)]
    public void Only_the_complainant_contests_and_withdraws(string party, Reason reason)
    {
        var actor = new ComplaintActor("anybody", party);
        Assert.Equal(reason, ComplaintRule.Contest(In(ComplaintState.Answered), actor)?.Reason ?? Reason.None);
        Assert.Equal(reason, ComplaintRule.Withdraw(In(ComplaintState.Filed), actor)?.Reason ?? Reason.None);
    }

    [Theory]
    [InlineData("counter", Reason.None)]
    [InlineData("clerk", Reason.ComplaintNotImpartial)]
    [InlineData("first", Reason.ComplaintNotImpartial)]
    public void Staff_withdraw_for_an_elder_only_what_they_have_no_part_in(string subject, Reason reason) => Assert.Equal(
        reason, ComplaintRule.Withdraw(In(ComplaintState.Answered), new(subject, Elder, IsForAnother: true))?.Reason ?? Reason.None);

    private static ComplaintFacts In(ComplaintState state) =>
        new(state, Elder, [Elder, Provider], ["clerk", "daughter"], "first", ContestUntil, 100);
}
