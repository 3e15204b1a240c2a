using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Bill = TimeBank.V1.Bill;
using ComplaintState = TimeBank.V1.ComplaintState;
using PaymentState = TimeBank.V1.PaymentState;

namespace TimeBank.Server.Tests;

/// <summary>Bills and payments: who complains about them, and what corrects them.</summary>
[Collection(ComplaintCollection.Name)]
public sealed class ComplaintSubjectTests(TestServer server)
{
    private readonly ComplaintDesk _desk = new(server, TestServer.Tianyuan);

    [Fact]
    public async Task A_bill_is_corrected_by_refunds_and_only_as_a_whole_without_a_wait()
    {
        BillDesk bill = new(server, TestServer.Tianyuan);
        await bill.OpenAsync();
        Bill paid = (await bill.Clerk.PayBillAsync(bill.Bill())).Bill, other = (await bill.Clerk.PayBillAsync(bill.Small())).Bill;
        Complaint filed = await _desk.As(Role.Elder, bill.Elder).FileComplaintAsync(_desk.About(paid.Entry));
        Assert.Equal((paid.Name, paid.Entry), (filed.Subject, filed.SetAsideEntry));
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));

        string elsewhere = (await bill.Clerk.RefundBillAsync(bill.Refund(other, 1))).Bill.RefundEntries[^1],
            back = (await bill.Clerk.RefundBillAsync(bill.Refund(paid, 2))).Bill.RefundEntries[^1];

        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, elsewhere)).IsRefusedAsync(Reason.ComplaintEntryOther);
        // A line stands: whether one is enough is the elder's to say.
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, back)).IsRefusedAsync(Reason.ComplaintContestable);
        await bill.Clerk.RefundBillAsync(bill.Refund(paid, 1));
        Assert.Equal(back, (await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, back))).ClosingEntry);
    }

    /// <summary>Who corrects a movement has a part in it, though they had none when it was complained about.</summary>
    [Fact]
    public async Task Who_refunded_a_line_since_judges_nothing()
    {
        BillDesk bill = new(server, TestServer.Tianyuan);
        await bill.OpenAsync();
        Bill paid = (await bill.Clerk.PayBillAsync(bill.Bill())).Bill;
        Complaint filed = await _desk.As(Role.Elder, bill.Elder).FileComplaintAsync(_desk.About(paid.Name));
        var maker = new VoucherService.VoucherServiceClient(server.As(Role.FinanceMaker, subject: "second"));
        string back = (await maker.RefundBillAsync(bill.Refund(paid, 1, 2))).Bill.RefundEntries[^1];

        await _desk.Second.AnswerComplaintAsync(_desk.Answer(filed)).IsRefusedAsync(Reason.ComplaintNotImpartial);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, back)).IsRefusedAsync(Reason.ComplaintNotImpartial);
        Assert.Equal(back, (await _desk.First.CloseComplaintAsync(_desk.CloseBy(filed, back))).ClosingEntry);
    }

    /// <summary>About a payment the provider complains; nothing is set aside, and who approved it doesn't judge.</summary>
    [Fact]
    public async Task A_payment_is_corrected_by_the_banks_refusal_and_not_by_its_being_paid()
    {
        await _desk.OpenAsync();
        await _desk.EatAsync(1_000);
        SettlementBatch batch = await _desk.SubmittedAsync();
        batch = await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));
        string payment = batch.Payments.Single().Name;
        await _desk.OfElder.FileComplaintAsync(_desk.About(payment)).IsRefusedAsync(Reason.PartyNotAllowed);
        Complaint filed = await _desk.OfClerk.FileComplaintAsync(_desk.About(payment));
        Assert.Equal((payment, "", _desk.Canteen), (filed.Subject, filed.SetAsideEntry, filed.Complainant));
        Assert.Empty((await _desk.BatchAsync(batch)).Disputes);
        await _desk.As(Role.FinanceChecker, subject: "checker").AnswerComplaintAsync(_desk.Answer(filed))
            .IsRefusedAsync(Reason.ComplaintNotImpartial);
        await _desk.Second.AnswerComplaintAsync(_desk.Answer(filed));
        await _desk.EatAsync(200);
        SettlementBatch later = await _desk.SubmittedAsync();
        later = await _desk.Checker.ApproveBatchAsync(_desk.Approve(later));
        string another = await RejectedAsync(later.Payments.Single().Name), paid = await SaidAsync(payment, PaymentState.Paid);
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, paid)).IsRefusedAsync(Reason.ComplaintEntryOther);
        string said = await SaidAsync(payment, PaymentState.Returned);
        foreach (string entry in (string[])[batch.ApprovedEntry, later.PreparedEntry, another])
            await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, entry)).IsRefusedAsync(Reason.ComplaintEntryOther);

        Assert.Equal(ComplaintState.Closed, (await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, said))).State);
    }

    /// <summary>The entry of the bank's word that it refused a payment.</summary>
    private Task<string> RejectedAsync(string payment) => SaidAsync(payment, PaymentState.Rejected);

    private async Task<string> SaidAsync(string payment, PaymentState outcome) => (await _desk.Maker.RecordPaymentOutcomeAsync(
        new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = payment, Outcome = outcome, BankAccount = outcome == PaymentState.Rejected ? "" : "main",
            Date = new Date { Year = 2026, Month = 10, Day = 1 },
        })).Payments.Single().Outcomes[^1].Entry;

    [Fact]
    public async Task A_provider_is_not_told_what_another_one_says_of_an_entry_that_both_share()
    {
        await _desk.OpenAsync();
        await _desk.EatAsync(1_000);
        string other = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.Desk.Clerk(other).RedeemVoucherAsync(_desk.Desk.Lunch(_desk.Voucher, other, 400));
        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(new(_desk.Prepare()) { Providers = { other } })).Batch;
        Assert.Equal(2, batch.PaymentCount);

        Complaint filed = await _desk.OfClerk.FileComplaintAsync(_desk.About(batch.PreparedEntry));

        Assert.Equal((batch.PreparedEntry, ""), (filed.Subject, filed.SetAsideEntry));
        ComplaintService.ComplaintServiceClient theirs = _desk.As(Role.ProviderClerk, other);
        await theirs.GetComplaintAsync(new GetComplaintRequest { Name = filed.Name }).IsRefusedAsync(Reason.PartyNotAllowed);
        Assert.Empty((await theirs.ListComplaintsAsync(
            new ListComplaintsRequest { Parent = _desk.Desk.Region, Party = other })).Complaints);
    }
}

/// <summary>Orders and hours: the test moves the clock of its own server, since the days of an answer need a known calendar.</summary>
public sealed class ComplaintHoursTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly ComplaintDesk _desk = new(server, TestServer.Tianyuan);

    private Desk Desk => _desk.Desk;

    [Fact]
    public async Task Both_sides_of_an_order_complain_about_it_and_its_ordinary_end_corrects_nothing()
    {
        string elder = await Desk.RegisterWithHoursAsync(), volunteer = await Desk.EnrolAsync(), stranger = await Desk.EnrolAsync();
        ServiceOrder order = await Desk.ServedAsync(elder, volunteer, TimeSpan.FromHours(1));
        await _desk.As(Role.Volunteer, stranger).FileComplaintAsync(_desk.About(order.Name)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.Volunteer, stranger).FileComplaintAsync(_desk.About(order.HoldEntry)).IsRefusedAsync(Reason.PartyNotAllowed);
        Complaint filed = await _desk.As(Role.Elder, elder).FileComplaintAsync(_desk.About(order.Name)),
            held = await _desk.Counter.FileComplaintAsync(
                new FileComplaintRequest(_desk.About(order.HoldEntry)) { OnBehalfOf = volunteer });
        Assert.Equal((order.Name, "", order.HoldEntry), (filed.Subject, filed.SetAsideEntry, held.Subject));
        Assert.True((await _desk.As(Role.Volunteer, volunteer).GetComplaintAsync(
            new GetComplaintRequest { Name = filed.Name })).WordsHidden);
        await _desk.First.AnswerComplaintAsync(_desk.Answer(filed));
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, order.HoldEntry)).IsRefusedAsync(Reason.ComplaintEntryOther);

        string end = (await Desk.Orders(elder).ConfirmOrderAsync(
            new ConfirmOrderRequest { RequestId = Desk.Id(), Order = order.Name })).EndEntry;
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, end)).IsRefusedAsync(Reason.ComplaintEntryOther);
        // What took the end back corrects it; but the volunteer may want just the hours that it took, and has their days.
        Complaint again = await _desk.As(Role.Volunteer, volunteer).FileComplaintAsync(_desk.About(order.Name));
        await _desk.First.AnswerComplaintAsync(_desk.Answer(again));
        await Desk.Orders(elder).UndoOrderStepAsync(
            new UndoOrderStepRequest { RequestId = Desk.Id(), Order = order.Name, Step = V1.ServiceStep.Confirmation });
        Entry undo = (await new LedgerService.LedgerServiceClient(server.As(Role.Auditor)).ListEntriesAsync(
            new ListEntriesRequest { Parent = Desk.Region, NewestFirst = true, PageSize = 1 })).Entries.Single();
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(again, end)).IsRefusedAsync(Reason.ComplaintEntryOther);
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(again, undo.Name)).IsRefusedAsync(Reason.ComplaintContestable);
        // The hours are held again: for the elder too something stands until they are released.
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, undo.Name)).IsRefusedAsync(Reason.ComplaintContestable);
        await Desk.Orders(elder).DisputeOrderAsync(
            new DisputeOrderRequest { RequestId = Desk.Id(), Order = order.Name, Note = "没有来" });
        await Desk.OrdersAs(Role.Counter, "third").ResolveDisputeAsync(new ResolveDisputeRequest
        {
            RequestId = Desk.Id(), Order = order.Name, Outcome = DisputeOutcome.Cancelled, Note = "问过邻居",
        });
        Assert.Equal(ComplaintState.Closed, (await _desk.Second.CloseComplaintAsync(_desk.CloseBy(filed, undo.Name))).State);
    }

    /// <summary>Steps without an entry count too, also once a dispute was settled and they can't be taken back any more.</summary>
    [Fact]
    public async Task Who_recorded_a_step_of_an_order_judges_no_complaint_about_it()
    {
        string elder = await Desk.RegisterWithHoursAsync(), volunteer = await Desk.EnrolAsync();
        ServiceOrder order = await Desk.AcceptedAsync(elder, volunteer);
        await Desk.OrdersAs(Role.Counter, "first").CheckInAsync(
            new CheckInRequest { RequestId = Desk.Id(), Order = order.Name, OnBehalfOf = volunteer });
        await Desk.AdvanceAsync(TimeSpan.FromHours(1));
        await Desk.Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = Desk.Id(), Order = order.Name });
        await Desk.OrdersAs(Role.Counter, "third").DisputeOrderAsync(
            new DisputeOrderRequest { RequestId = Desk.Id(), Order = order.Name, OnBehalfOf = elder, Note = "没有来" });
        await Desk.OrdersAs(Role.Counter, "fourth").ResolveDisputeAsync(new ResolveDisputeRequest
        {
            RequestId = Desk.Id(), Order = order.Name, Outcome = DisputeOutcome.Settled, Amount = Desk.Minutes(30), Note = "问过邻居",
        });
        Complaint filed = await _desk.As(Role.Elder, elder).FileComplaintAsync(_desk.About(order.Name));

        foreach (string took in (string[])["first", "third", "fourth"])
        {
            await _desk.As(Role.Counter, subject: took).AnswerComplaintAsync(_desk.Answer(filed))
                .IsRefusedAsync(Reason.ComplaintNotImpartial);
        }
        Assert.Equal(ComplaintState.Answered, (await _desk.Second.AnswerComplaintAsync(_desk.Answer(filed))).State);
    }
}
