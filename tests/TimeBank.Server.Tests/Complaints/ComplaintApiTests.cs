using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using ComplaintCategory = TimeBank.V1.ComplaintCategory;
using ComplaintState = TimeBank.V1.ComplaintState;
using ComplaintStep = TimeBank.V1.ComplaintStep;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

[Collection(ComplaintCollection.Name)]
public sealed class ComplaintApiTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430182";

    private readonly ComplaintDesk _desk = new(server, Region);
    private Redemption _eaten = null!;

    public async ValueTask InitializeAsync()
    {
        await _desk.OpenAsync();
        _eaten = await _desk.EatAsync(1_000);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_complaint_is_answered_and_closed_with_the_refund_that_it_led_to()
    {
        FileComplaintRequest request = _desk.About(_eaten.Name);
        FileComplaintRequest trial = new(request) { ValidateOnly = true };
        Assert.Equal("", (await server.TriedAsync(async () => await _desk.OfElder.FileComplaintAsync(trial), Region)).Name);

        Complaint filed = await _desk.OfElder.FileComplaintAsync(request);
        Assert.Equal(filed, await _desk.OfElder.FileComplaintAsync(request));
        await _desk.OfElder.FileComplaintAsync(new FileComplaintRequest(request) { Words = "别的话" })
            .IsRefusedAsync(Reason.RequestIdReused);
        Assert.Null(WorkingCalendar.BuiltIn.After(ChinaTime.DateOf(server.Now), 5, out DateOnly due));
        Assert.Equal((ComplaintState.Filed, _desk.Elder, _eaten.Name, _eaten.Entry, due.ToContract(), false),
            (filed.State, filed.Complainant, filed.Subject, filed.SetAsideEntry, filed.DueDate, filed.Overdue));
        Assert.Equal((request.Words, ComplaintStep.File, _desk.Elder),
            (filed.History.Single().Words, filed.History[0].Step, filed.History[0].Party));

        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, _eaten.Entry)).IsRefusedAsync(Reason.ComplaintWrongState);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));
        foreach (string entry in (string[])[_eaten.Entry, (await _desk.EatAsync(200)).Entry])
        {
            await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, entry)).IsRefusedAsync(Reason.ComplaintEntryOther);
        }
        string refund = (await _desk.RefundAsync(_eaten)).Redemption.RefundEntry;
        Complaint closed = await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, refund));

        Assert.Equal((ComplaintState.Closed, refund, ""), (closed.State, closed.ClosingEntry, closed.SetAsideEntry));
        Assert.Equal(closed, await _desk.Auditor.GetComplaintAsync(new GetComplaintRequest { Name = filed.Name }));
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, refund)).IsRefusedAsync(Reason.ComplaintWrongState);
    }

    /// <summary>A refund that was there before is not what the complaint led to.</summary>
    [Fact]
    public async Task An_entry_from_before_the_filing_closes_nothing()
    {
        string refund = (await _desk.RefundAsync(_eaten)).Redemption.RefundEntry;
        Complaint filed = await _desk.FiledAsync(_eaten.Name);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));

        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, refund)).IsRefusedAsync(Reason.ComplaintEntryOther);
    }

    [Fact]
    public async Task A_contested_answer_is_reviewed_by_another_person_and_closed_with_a_reason()
    {
        Complaint filed = await _desk.FiledAsync(_eaten.Name);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));
        CloseComplaintRequest close = new() { RequestId = Desk.Id(), Name = filed.Name, Reason = "签到与照片一致" };
        await _desk.Second.CloseComplaintAsync(close).IsRefusedAsync(Reason.ComplaintContestable);
        await _desk.OfClerk.ContestAnswerAsync(_desk.Contest(filed)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Counter.ContestAnswerAsync(_desk.Contest(filed)).IsRefusedAsync(Reason.OnBehalfOfRequired);

        Complaint contested = await _desk.Counter.ContestAnswerAsync(
            new ContestAnswerRequest(_desk.Contest(filed)) { OnBehalfOf = _desk.Elder });
        Assert.Equal((ComplaintState.Contested, "counter", _desk.Elder),
            (contested.State, contested.History[^1].By, contested.History[^1].Party));
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed)).IsRefusedAsync(Reason.ComplaintNotImpartial);
        await _desk.Counter.AnswerComplaintAsync(_desk.Answer(filed)).IsRefusedAsync(Reason.ComplaintNotImpartial);
        await _desk.Second.AnswerComplaintAsync(_desk.Answer(filed));
        await _desk.OfElder.ContestAnswerAsync(_desk.Contest(filed)).IsRefusedAsync(Reason.ComplaintWrongState);

        Complaint closed = await _desk.Second.CloseComplaintAsync(new CloseComplaintRequest(close) { RequestId = Desk.Id() });
        Assert.Equal((ComplaintState.Closed, "", close.Reason), (closed.State, closed.ClosingEntry, closed.History[^1].Words));
    }

    /// <summary>The elder, the canteen, finance: each may complain about the meal. Another elder and another canteen may not.</summary>
    [Fact]
    public async Task Only_whose_the_movement_is_complains_about_it()
    {
        string otherElder = await _desk.Desk.RegisterElderAsync(), other = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.As(Role.Elder, otherElder).FileComplaintAsync(_desk.About(_eaten.Name)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.ProviderClerk, other).FileComplaintAsync(_desk.About(_eaten.Entry)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Counter.FileComplaintAsync(_desk.About(_eaten.Name)).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Counter.FileComplaintAsync(new FileComplaintRequest(_desk.About(_eaten.Name)) { OnBehalfOf = otherElder })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Auditor.FileComplaintAsync(_desk.About(_eaten.Name)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Second.FileComplaintAsync(_desk.About(_eaten.Name)).IsRefusedAsync(Reason.RoleNotAllowed);

        Complaint byElder = await _desk.Counter.FileComplaintAsync(
            new FileComplaintRequest(_desk.About(_eaten.Name)) { OnBehalfOf = _desk.Elder });
        Assert.Equal(("counter", _desk.Elder), (byElder.FiledBy, byElder.Complainant));
        // The same movement by its other name, by who has complained about it already.
        await _desk.OfElder.FileComplaintAsync(_desk.About(_eaten.Entry)).IsRefusedAsync(Reason.ComplaintOpen);
        Assert.Equal(_desk.Canteen, (await _desk.OfClerk.FileComplaintAsync(_desk.About(_eaten.Entry))).Complainant);
        Complaint own = await _desk.Office.FileComplaintAsync(_desk.About(_eaten.Name));
        Assert.Equal(("", "second", _eaten.Name), (own.Complainant, own.FiledBy, own.Subject));
        await _desk.Second.AnswerComplaintAsync(_desk.Answer(own)).IsRefusedAsync(Reason.ComplaintNotImpartial);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(own));
        Assert.Equal(ComplaintState.Withdrawn, (await _desk.Office.WithdrawComplaintAsync(
            new WithdrawComplaintRequest { RequestId = Desk.Id(), Name = own.Name })).State);
    }

    [Fact]
    public async Task The_words_are_read_by_the_complainant_staff_and_auditors_alone()
    {
        Complaint filed = await _desk.FiledAsync(_eaten.Name);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));
        var request = new GetComplaintRequest { Name = filed.Name };
        foreach (ComplaintService.ComplaintServiceClient reader in (ComplaintService.ComplaintServiceClient[])[_desk.OfElder, _desk.Second,
            _desk.Counter, _desk.Auditor])
        {
            Complaint read = await reader.GetComplaintAsync(request);
            Assert.Equal(("没有吃这顿饭", "已核对签到记录", false), (read.History[0].Words, read.History[1].Words, read.WordsHidden));
        }
        Complaint hidden = await _desk.OfClerk.GetComplaintAsync(request);
        Assert.Equal(("", "", true, ComplaintCategory.NotReceived),
            (hidden.History[0].Words, hidden.History[1].Words, hidden.WordsHidden, hidden.Category));
        string other = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.As(Role.ProviderClerk, other).GetComplaintAsync(request).IsRefusedAsync(Reason.PartyNotAllowed);
        foreach (string file in server.StoredFiles()) Assert.DoesNotContain("没有吃这顿饭", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_go_by_the_day_and_show_each_party_its_own()
    {
        Redemption second = await _desk.EatAsync(300);
        Complaint answered = await _desk.FiledAsync(_eaten.Name), open = await _desk.FiledAsync(second.Name),
            over = await _desk.OfClerk.FileComplaintAsync(_desk.About(_eaten.Name));
        await _desk.First.AnswerComplaintAsync(_desk.Answer(answered));
        await _desk.OfClerk.WithdrawComplaintAsync(new WithdrawComplaintRequest { RequestId = Desk.Id(), Name = over.Name });
        ListComplaintsRequest Of(string party) => new() { Parent = _desk.Desk.Region, Party = party, PageSize = 2 };

        ListComplaintsResponse page = await _desk.OfElder.ListComplaintsAsync(Of(_desk.Elder));
        ListComplaintsResponse rest = await _desk.OfElder.ListComplaintsAsync(
            new ListComplaintsRequest(Of(_desk.Elder)) { PageToken = page.NextPageToken });

        Assert.Equal([open.Name, answered.Name, over.Name], page.Complaints.Concat(rest.Complaints).Select(one => one.Name));
        Assert.Equal(("", 2, 0), (rest.NextPageToken, page.OpenCount, page.OverdueCount));
        Assert.All(page.Complaints, one => Assert.Empty(one.History));
        await _desk.OfElder.ListComplaintsAsync(Of(_desk.Canteen)).IsRefusedAsync(Reason.PartyNotAllowed);
        Assert.Equal(3, (await _desk.OfClerk.ListComplaintsAsync(new(Of(_desk.Canteen)) { PageSize = 9 })).Complaints.Count);
        Assert.Equal([answered.Name, over.Name], (await _desk.Auditor.ListComplaintsAsync(
            new ListComplaintsRequest { Parent = _desk.Desk.Region, Subject = _eaten.Entry })).Complaints.Select(one => one.Name));
        Assert.Equal([open.Name], (await _desk.OfElder.ListComplaintsAsync(
            new ListComplaintsRequest(Of(_desk.Elder)) { State = ComplaintState.Filed })).Complaints.Select(one => one.Name));
        Assert.Equal(2, (await _desk.OfElder.ListComplaintsAsync(
            new ListComplaintsRequest(Of(_desk.Elder)) { OnlyOpen = true })).Complaints.Count);
        Assert.Empty((await _desk.OfElder.ListComplaintsAsync(
            new ListComplaintsRequest(Of(_desk.Elder)) { OnlyOverdue = true })).Complaints);
    }

    [Fact]
    public async Task One_thing_is_complained_about_five_times_at_most()
    {
        for (int time = 0; time < 5; time++) await _desk.EndAsync(await _desk.FiledAsync(_eaten.Name));
        await _desk.OfElder.FileComplaintAsync(_desk.About(_eaten.Name)).IsRefusedAsync(Reason.ComplaintsTooMany);
    }

    /// <summary>An elder, their family and the counter are one complainant; so are all clerks of a provider.</summary>
    [Fact]
    public async Task Who_acts_for_a_party_makes_it_no_other_one()
    {
        FileComplaintRequest forElder = new(_desk.About(_eaten.Name)) { OnBehalfOf = _desk.Elder };
        ComplaintService.ComplaintServiceClient family = _desk.As(Role.Elder, _desk.Elder, "daughter"),
            cook = _desk.As(Role.ProviderClerk, _desk.Canteen, "cook"), waiter = _desk.As(Role.ProviderClerk, _desk.Canteen, "waiter");
        Complaint byCounter = await _desk.Counter.FileComplaintAsync(forElder);
        await family.FileComplaintAsync(_desk.About(_eaten.Entry)).IsRefusedAsync(Reason.ComplaintOpen);
        await _desk.EndAsync(byCounter);
        await _desk.EndAsync(await family.FileComplaintAsync(_desk.About(_eaten.Name)));
        for (int time = 2; time < 5; time++) await _desk.EndAsync(await _desk.FiledAsync(_eaten.Name));
        await _desk.Counter.FileComplaintAsync(new(forElder) { RequestId = Desk.Id() }).IsRefusedAsync(Reason.ComplaintsTooMany);
        await family.FileComplaintAsync(_desk.About(_eaten.Entry)).IsRefusedAsync(Reason.ComplaintsTooMany);

        await cook.FileComplaintAsync(_desk.About(_eaten.Name));
        await waiter.FileComplaintAsync(_desk.About(_eaten.Entry)).IsRefusedAsync(Reason.ComplaintOpen);
    }

    [Theory]
    [InlineData("regions/430182/vouchers/short/redemptions/1")]
    [InlineData("regions/430182/vouchers/0123456789AB/redemptions/01")]
    [InlineData("regions/430182/vouchers/0123456789AB")]
    [InlineData("regions/430182/bills/x")]
    [InlineData("regions/430182/entries/9223372036854775807")]
    [InlineData("regions/430181/bills/1")]
    [InlineData("")]
    public async Task A_wrong_name_of_what_it_is_about_is_refused(string subject) =>
        await _desk.Office.FileComplaintAsync(_desk.About(subject)).IsRefusedAsync(Reason.InvalidField, "subject");

    [Theory]
    [InlineData("vouchers/0123456789AB/redemptions/{0}")]
    [InlineData("bills/{0}")]
    [InlineData("bills/0")]
    [InlineData("orders/0123456789AB")]
    [InlineData("settlements/0123456789AB/payments/1")]
    [InlineData("entries/999999")]
    public async Task What_is_not_there_is_refused(string subject) => await _desk.Office.FileComplaintAsync(_desk.About(
        $"{_desk.Desk.Region}/{string.Format(System.Globalization.CultureInfo.InvariantCulture, subject, _eaten.Entry.Split('/')[^1])}"))
        .IsRefusedAsync(Reason.ComplaintSubjectNotFound);
}
