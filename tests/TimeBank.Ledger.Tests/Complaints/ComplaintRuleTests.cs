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
            ComplaintStep.CloseWithEntry => ComplaintRule.CloseWithEntry(In(state), Judge, 100, Correction.Whole, ContestUntil),
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
            ComplaintRule.CloseWithEntry(In(ComplaintState.Answered), actor, 100, Correction.Whole, ContestUntil),
            ComplaintRule.CloseWithReason(In(ComplaintState.Reviewed), actor, ContestUntil)])
        {
            Assert.Equal(reason, refusal?.Reason ?? Reason.None);
        }
    }

    [Theory]
    [InlineData("first", Reason.ComplaintNotImpartial)]
    [InlineData("judge", Reason.None)]
    public void After_a_contest_who_answered_first_judges_no_more(string subject, Reason reason)
    {
        var actor = new ComplaintActor(subject, "");
        ComplaintFacts reviewed = In(ComplaintState.Reviewed);
        foreach (Refusal? refusal in (Refusal?[])[ComplaintRule.Answer(In(ComplaintState.Contested), actor),
            ComplaintRule.CloseWithEntry(reviewed, actor, 100, Correction.Whole, ContestUntil),
            ComplaintRule.CloseWithReason(reviewed, actor, ContestUntil.AddDays(1))])
        {
            Assert.Equal(reason, refusal?.Reason ?? Reason.None);
        }
        Assert.Null(ComplaintRule.CloseWithReason(In(ComplaintState.Answered), actor, ContestUntil.AddDays(1)));
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
        // What leaves a part of the movement standing waits as a reason does; what leaves nothing needs no wait.
        Assert.Equal(reason, ComplaintRule.CloseWithEntry(
            In(state), Judge, 100, Correction.Part, ContestUntil.AddDays(daysAfter))?.Reason ?? Reason.None);
        Assert.Null(ComplaintRule.CloseWithEntry(In(state), Judge, 100, Correction.Whole, ContestUntil.AddDays(daysAfter)));
    }

    /// <summary>As long as nobody can count the days, nobody cuts them off; what leaves nothing to contest still ends it.</summary>
    [Fact]
    public void Where_the_last_day_is_not_known_a_reason_waits()
    {
        ComplaintFacts unknown = In(ComplaintState.Answered) with { ContestUntil = null };
        DateOnly later = ContestUntil.AddYears(1);
        Assert.Equal(Reason.ComplaintDaysUnknown, ComplaintRule.CloseWithReason(unknown, Judge, later)?.Reason);
        Assert.Equal(
            Reason.ComplaintDaysUnknown, ComplaintRule.CloseWithEntry(unknown, Judge, 100, Correction.Part, later)?.Reason);
        Assert.Null(ComplaintRule.CloseWithEntry(unknown, Judge, 100, Correction.Whole, later));
        Assert.Null(ComplaintRule.Contest(unknown, Complainant));
        Assert.Null(ComplaintRule.CloseWithReason(unknown with { State = ComplaintState.Reviewed }, Judge, later));
    }

    [Theory]
    [InlineData(100, Correction.Whole, Reason.None)]
    [InlineData(99, Correction.Whole, Reason.ComplaintEntryOther)]
    [InlineData(99, Correction.Part, Reason.ComplaintEntryOther)]
    [InlineData(100, Correction.None, Reason.ComplaintEntryOther)]
    public void An_entry_corrects_the_movement_and_is_after_the_filing(long entry, Correction correction, Reason reason) => Assert.Equal(
        reason,
        ComplaintRule.CloseWithEntry(In(ComplaintState.Answered), Judge, entry, correction, ContestUntil)?.Reason ?? Reason.None);

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
    [InlineData("second", Reason.ComplaintNotImpartial)]
    public void Staff_withdraw_for_an_elder_only_what_they_have_no_part_in(string subject, Reason reason) => Assert.Equal(
        reason, ComplaintRule.Withdraw(In(ComplaintState.Answered), new(subject, Elder, IsForAnother: true))?.Reason ?? Reason.None);

    private static ComplaintFacts In(ComplaintState state) =>
        new(state, Elder, [Elder, Provider], ["clerk", "daughter"], "first", ContestUntil, 100)
        {
            ReviewedBy = "second",
        };
}
