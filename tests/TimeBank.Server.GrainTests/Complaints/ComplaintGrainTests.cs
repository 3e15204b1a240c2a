using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class ComplaintGrainTests : DistrictTests
{
    private const string Elder = "elders/0123456789AB", Provider = "providers/BA9876543210";

    private static readonly ComplaintWords Words = new("我没有吃这顿饭"), Answered = new("已查，确有其事"), No = new("答复不对");

    private static readonly ComplaintFiling Filing =
        new("bills/17", ComplaintCategory.NotReceived, Elder, [Elder, Provider], ["clerk"], 17, 20);

    private static readonly ComplaintJudge Nobody = new("", ["clerk"]), OfElder = new(Elder, ["clerk"]);

    private IComplaintGrain Complaint => Here.Grains.GetGrain<IComplaintGrain>($"{Tianyuan}/0000000000C1");

    /// <summary>The day off after 1 October is long: the eighth is the first working day, and a Saturday is worked.</summary>
    [Fact]
    public async Task The_days_are_fixed_when_they_begin()
    {
        ComplaintRecord filed = Value(await Complaint.FileAsync(Here.Command("daughter"), Filing, Words)).Record;
        Assert.Equal((ComplaintState.Filed, new DateOnly(2026, 10, 13), new DateOnly(2026, 10, 13)),
            (filed.State, filed.Due, filed.WaitsUntil));
        Here.MoveTo(new DateOnly(2026, 10, 14));

        ComplaintRecord answered = Value(await Complaint.AnswerAsync(Here.Command("first"), Nobody, Answered)).Record;
        Assert.Equal((filed.Due, new DateOnly(2026, 10, 19), null), (answered.Due, answered.ContestUntil, answered.WaitsUntil));
        ComplaintRecord contested = Value(await Complaint.ContestAsync(Here.Command("daughter"), Elder, No)).Record;
        Assert.Equal((filed.Due, new DateOnly(2026, 10, 21), new DateOnly(2026, 10, 21)),
            (contested.Due, contested.ReviewDue, contested.WaitsUntil));
        Assert.Equal(Reason.ComplaintNotImpartial, (await Complaint.AnswerAsync(Here.Command("first"), Nobody, Answered)).Reason);
        ComplaintView reviewed = Value(await Complaint.AnswerAsync(Here.Command("second"), Nobody, Answered));
        Assert.Equal((ComplaintState.Reviewed, answered.ContestUntil, "first"),
            (reviewed.Record.State, reviewed.Record.ContestUntil, reviewed.Record.AnsweredBy));
        Assert.Equal([Words, Answered, No, Answered], reviewed.Words);
        Assert.Equal(Reason.ComplaintWrongState, (await Complaint.ContestAsync(Here.Command("daughter"), Elder, No)).Reason);

        ComplaintRecord closed = Value(await Complaint.CloseAsync(Here.Command("second"), Nobody, null, Answered)).Record;
        Assert.Equal(ComplaintState.Closed, closed.State);
        Assert.Equal(Reason.ComplaintWrongState, (await Complaint.WithdrawAsync(Here.Command("daughter"), OfElder)).Reason);
    }

    /// <summary>
    /// No notice says which days of 2027 are worked. Everybody is heard all the same, no day is guessed, and what needs the day waits.
    /// </summary>
    [Fact]
    public async Task A_year_without_a_calendar_keeps_nobody_from_complaining_or_answering()
    {
        Here.MoveTo(new DateOnly(2026, 12, 29));
        ComplaintRecord filed = Value(await Complaint.FileAsync(Here.Command("daughter"), Filing, Words)).Record;
        Assert.Equal((ComplaintState.Filed, null, 5), (filed.State, filed.Due, filed.AnswerDays));
        ComplaintRecord answered = Value(await Complaint.AnswerAsync(Here.Command("first"), Nobody, Answered)).Record;
        Assert.Equal((ComplaintState.Answered, null, 3), (answered.State, answered.ContestUntil, answered.ContestDays));
        Assert.Equal(Reason.ComplaintDaysUnknown, (await Complaint.CloseAsync(Here.Command("second"), Nobody, null, No)).Reason);
        ComplaintRecord contested = Value(await Complaint.ContestAsync(Here.Command("daughter"), Elder, No)).Record;
        Assert.Equal((ComplaintState.Contested, null, 5), (contested.State, contested.ReviewDue, contested.ReviewDays));
        Value(await Complaint.AnswerAsync(Here.Command("second"), Nobody, Answered));

        Assert.Equal(ComplaintState.Closed, Value(await Complaint.CloseAsync(Here.Command("second"), Nobody, null, No)).Record.State);
    }

    /// <summary>Once the notice is there the days count from when they began, and each is stored.</summary>
    [Fact]
    public async Task The_days_are_known_as_soon_as_the_calendar_is()
    {
        var noticed = new WorkingCalendar([.. WorkingCalendar.BuiltIn.Years, new WorkingYear(2027, "a notice")]);
        Here.MoveTo(new DateOnly(2026, 12, 29));
        Value(await Complaint.FileAsync(Here.Command("daughter"), Filing, Words));
        Value(await Complaint.AnswerAsync(Here.Command("first"), Nobody, Answered));
        ComplaintRecord contested = Value(await Complaint.ContestAsync(Here.Command("daughter"), Elder, No)).Record;
        await Complaint.LearnDaysAsync();
        Assert.Null((await Complaint.GetAsync())!.Record.ReviewDue);

        ComplaintRecord known = contested.WithDays(noticed);

        // 30 and 31 December, a Friday, and from Monday on.
        Assert.Equal((new DateOnly(2027, 1, 5), new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 5)),
            (known.Due, known.ContestUntil, known.ReviewDue));
        Assert.Equal(known.ReviewDue, known.WaitsUntil);
        Assert.Equal(known, known.WithDays(noticed));
    }

    /// <summary>Who corrects the movement after the filing has a part in it, as who recorded it.</summary>
    [Fact]
    public async Task Who_corrected_it_since_judges_nothing()
    {
        Value(await Complaint.FileAsync(Here.Command("daughter"), Filing, Words));
        var judge = new ComplaintJudge("", ["clerk", "corrector"]);
        Assert.Equal(Reason.ComplaintNotImpartial, (await Complaint.AnswerAsync(Here.Command("corrector"), judge, Answered)).Reason);
        Value(await Complaint.AnswerAsync(Here.Command("first"), judge, Answered));

        Assert.Equal(Reason.ComplaintNotImpartial, (await Complaint.CloseAsync(
            Here.Command("corrector"), judge, new ClosingEntry(20, Correction.Whole), null)).Reason);
        Value(await Complaint.CloseAsync(Here.Command("first"), judge, new ClosingEntry(20, Correction.Whole), null));
    }

    [Fact]
    public async Task A_retry_is_one_effect_and_other_words_under_its_id_a_conflict()
    {
        // The digest is made without the words, as the service makes it.
        Command file = Here.Command("daughter"), answer = Here.Command("first"), contest = Here.Command("daughter"),
            close = Here.Command("second"), review = Here.Command("second");
        var calls = new Func<ComplaintWords, Task<Reply<ComplaintView>>>[]
        {
            words => Complaint.FileAsync(file, Filing, words),
            words => Complaint.AnswerAsync(answer, Nobody, words),
            words => Complaint.ContestAsync(contest, Elder, words),
            words => Complaint.AnswerAsync(review, Nobody, words),
            words => Complaint.CloseAsync(close, Nobody, null, words),
        };
        foreach (Func<ComplaintWords, Task<Reply<ComplaintView>>> call in calls)
        {
            Value(await call(Words));
            string before = await Here.EverythingAsync();
            await Here.ForgetAsync(Complaint);
            Value(await call(Words));
            Assert.Equal(Reason.RequestIdReused, (await call(No)).Reason);
            Assert.Equal(before, await Here.EverythingAsync());
        }
        Assert.Equal(5, (await Complaint.GetAsync())!.Record.History.Length);
    }

    [Fact]
    public async Task Two_who_file_at_once_have_one_complaint_and_after_its_end_the_next_id_is_tried()
    {
        Reply<ComplaintView>[] replies = await Task.WhenAll(
            Complaint.FileAsync(Here.Command("daughter"), Filing, Words), Complaint.FileAsync(Here.Command("son"), Filing, Words));

        Assert.Equal([Reason.None, Reason.ComplaintOpen], replies.Select(reply => reply.Reason).Order());
        Value(await Complaint.WithdrawAsync(Here.Command("daughter"), OfElder));
        string before = await Here.EverythingAsync();
        Assert.Equal(Reason.ComplaintWrongState, (await Complaint.FileAsync(Here.Command("son"), Filing, Words)).Reason);
        Assert.Equal(before, await Here.EverythingAsync());
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        await TriedAsync(command => Complaint.FileAsync(command, Filing, Words).Records(), "daughter");
        await TriedAsync(command => Complaint.AnswerAsync(command, Nobody, Answered).Records(), "first");
        await TriedAsync(command => Complaint.ContestAsync(command, Elder, No).Records(), "daughter");
        await TriedAsync(command => Complaint.WithdrawAsync(command, OfElder).Records(), "daughter");
    }

    /// <summary>The outcome is remembered, the state is not: the retry finishes.</summary>
    [Fact]
    public async Task A_step_whose_state_was_lost_is_finished_by_its_retry()
    {
        Command file = Here.Command("daughter");
        Here.States.FailNext(ComplaintGrainState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => Complaint.FileAsync(file, Filing, Words));
        Assert.Null(await Complaint.GetAsync());
        Value(await Complaint.FileAsync(file, Filing, Words));
        Command answer = Here.Command("first");
        Here.States.FailNext(ComplaintGrainState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => Complaint.AnswerAsync(answer, Nobody, Answered));

        Assert.Equal(ComplaintState.Answered, Value(await Complaint.AnswerAsync(answer, Nobody, Answered)).Record.State);
    }

    [Fact]
    public async Task What_is_stored_and_what_a_log_would_have_says_nothing_of_the_words()
    {
        Value(await Complaint.FileAsync(Here.Command("daughter"), Filing, Words));
        Value(await Complaint.AnswerAsync(Here.Command("first"), Nobody, Answered));

        string stored = await Here.EverythingAsync();

        ComplaintView view = (await Complaint.GetAsync())!;
        Assert.Equal([Words, Answered], view.Words);
        foreach (string text in (string[])[stored, $"{view}", $"{Words}"])
        {
            Assert.DoesNotContain(Words.Text, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Answered.Text, text, StringComparison.Ordinal);
        }
        Assert.Contains("\"words\"", stored, StringComparison.Ordinal);
    }

    [Fact]
    public void A_complaint_without_a_day_follows_those_with_one_and_leads_those_that_wait_for_nobody()
    {
        string OrderOf(ComplaintState state, DateOnly? due) => new ComplaintGrainState
        {
            Complaint = new ComplaintRecord(
                "0000000000C1", state, Filing.Subject, Filing.Category, Elder, Filing.Parties, [], 17, 20, "daughter", Start, due, []),
        }.Order;

        string[] orders = [OrderOf(ComplaintState.Filed, new DateOnly(2027, 3, 1)), OrderOf(ComplaintState.Filed, null),
            OrderOf(ComplaintState.Answered, null)];

        Assert.Equal("1 9999 2026-10-01T00:00:00.0000000Z", orders[1]);
        Assert.Equal(orders.Order(StringComparer.Ordinal), orders);
    }

    /// <summary>A state from before a day could be unknown.</summary>
    [Fact]
    public void A_stored_complaint_of_an_earlier_build_is_read()
    {
        const string Stored = """
            {"key":"a2V5","complaint":{"id":"0000000000C1","state":"Filed","subject":"bills/17","category":"NotReceived",
            "complainant":"elders/0123456789AB","parties":["elders/0123456789AB"],"involved":["clerk"],"disputed":17,"size":20,
            "filedBy":"daughter","filedAt":"2026-10-01T08:00:00+08:00","due":"2026-10-13","history":[],"answeredBy":"",
            "contestUntil":null,"reviewDue":null},"readers":[],"order":"1 2026-10-13","setAside":"17","done":{}}
            """;
        ComplaintRecord read = new GrainStateJson().Deserialize<ComplaintGrainState>(new BinaryData(Stored))!.Complaint!;
        Assert.Equal((new DateOnly(2026, 10, 13), null), (read.Due, read.AnswerDays));
    }

    /// <summary>The names on the disk: lists look for complaints by some of them, and settlements for what is set aside.</summary>
    [Theory]
    [InlineData(ComplaintState.Filed, "1 2026-10-13", "17")]
    [InlineData(ComplaintState.Answered, "2 2026-10-01T00:00:00.0000000Z", "17")]
    [InlineData(ComplaintState.Contested, "1 2026-10-21", "17")]
    [InlineData(ComplaintState.Reviewed, "2 2026-10-01T00:00:00.0000000Z", "17")]
    [InlineData(ComplaintState.Closed, "3 8584107940854775807", null)]
    [InlineData(ComplaintState.Withdrawn, "3 8584107940854775807", null)]
    public void A_complaint_is_stored_under_these_names(ComplaintState state, string order, string? setAside)
    {
        var step = new ComplaintStepRecord(ComplaintStep.File, "daughter", Elder, Start, "c2VhbGVk", null, "00ff");
        var stored = new ComplaintGrainState
        {
            Key = "a2V5",
            Complaint = new ComplaintRecord(
                "0000000000C1", state, Filing.Subject, Filing.Category, Elder, Filing.Parties, ["clerk", "daughter"], 17, 20, "daughter",
                Start, new DateOnly(2026, 10, 13), [step], "first", new DateOnly(2026, 10, 19), new DateOnly(2026, 10, 21)),
        };
        string json = new GrainStateJson().Serialize(stored).ToString();
        string aside = setAside is null ? "" : $",\"setAside\":\"{setAside}\"";
        Assert.Equal($$$"""
            {"key":"a2V5","complaint":{"id":"0000000000C1","state":"{{{state}}}","subject":"bills/17","category":"NotReceived",
            "complainant":"elders/0123456789AB","parties":["elders/0123456789AB","providers/BA9876543210"],
            "involved":["clerk","daughter"],"disputed":17,"size":20,"filedBy":"daughter","filedAt":"2026-10-01T08:00:00+08:00",
            "due":"2026-10-13","history":[{"step":"File","by":"daughter","party":"elders/0123456789AB",
            "at":"2026-10-01T08:00:00+08:00","words":"c2VhbGVk","entry":null,"as":"00ff"}],"answeredBy":"first",
            "contestUntil":"2026-10-19","reviewDue":"2026-10-21"},"readers":["elders/0123456789AB","providers/BA9876543210"],
            "order":"{{{order}}}"{{{aside}}},"done":{}}
            """.Replace("\n", "", StringComparison.Ordinal), json);
        ComplaintGrainState? read = new GrainStateJson().Deserialize<ComplaintGrainState>(new BinaryData(json));
        Assert.Equal(json, new GrainStateJson().Serialize(read).ToString());
    }
}

file static class Views
{
    /// <summary>Lists are compared by their text.</summary>
    public static async Task<Reply<string>> Records(this Task<Reply<ComplaintView>> call)
    {
        Reply<ComplaintView> reply = await call;
        ComplaintRecord? record = reply.Value?.Record;
        return reply.Refusal is { } refusal ? refusal
            : $"{record!.State} {record.Due} {record.ContestUntil} {record.ReviewDue} "
                + string.Join(", ", record.History.Select(step => step.Step));
    }
}
