using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Bill = TimeBank.V1.Bill;
using PaymentState = TimeBank.V1.PaymentState;
using Redemption = TimeBank.V1.Redemption;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server.Tests;

/// <summary>What an open complaint is about is not paid; nothing is lost, and nothing is paid twice.</summary>
[Collection(ComplaintCollection.Name)]
public sealed class ComplaintSettlementTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430182";

    private readonly ComplaintDesk _desk = new(server, Region);

    public async ValueTask InitializeAsync() => await _desk.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_disputed_redemption_is_set_aside_with_its_reason_until_the_complaint_is_over()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.EatAsync(300);
        Complaint complaint = await _desk.FiledAsync(disputed.Name);

        SettlementPayment payment = await _desk.PaymentAsync();
        V1.CarriedAmount aside = Assert.Single(payment.SetAside);
        Assert.Equal((300, 1_000, disputed.Entry, complaint.Name),
            (payment.NetAmount.Value, aside.Amount.Value, aside.Source, aside.Complaint));
        await _desk.EatAsync(50);
        payment = await _desk.PaymentAsync();
        Assert.Equal((50, 1_000, 1_000), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value,
            payment.Carried.Single().Amount.Value));
        await _desk.EndAsync(complaint);

        payment = await _desk.PaymentAsync();
        Assert.Equal((1_000, 0, disputed.Entry), (payment.NetAmount.Value, payment.SetAside.Count, payment.Carried.Single().Source));
        await _desk.Maker.PrepareBatchAsync(_desk.Prepare()).IsRefusedAsync(Reason.NothingToSettle);
        Assert.Equal(0, await _desk.PayableAsync());
    }

    [Fact]
    public async Task A_provider_of_whom_all_is_disputed_is_left_out_and_named()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        Grpc.Core.RpcException nothing = await Assert.ThrowsAsync<Grpc.Core.RpcException>(
            async () => await _desk.Maker.PrepareBatchAsync(_desk.Prepare()));
        Assert.Contains(_desk.Canteen.Split('/')[^1], nothing.Status.Detail, StringComparison.Ordinal);
        string other = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.Desk.Clerk(other).RedeemVoucherAsync(_desk.Desk.Lunch(_desk.Voucher, other, 400));
        PrepareBatchRequest both = new(_desk.Prepare()) { Providers = { other } };

        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(both)).Batch;

        Assert.Equal((other, 400), (batch.Payments.Single().Provider, batch.TotalAmount.Value));
        LeftOutProvider left = Assert.Single(batch.LeftOutProviders);
        Assert.Equal((_desk.Canteen, V1.WithheldReason.Disputed, 1_000, complaint.Name),
            (left.Provider, left.Reason, left.SetAside.Single().Amount.Value, left.SetAside[0].Complaint));
        Assert.Equal(1_000, await _desk.PayableAsync());
        await _desk.EndAsync(complaint);
        Assert.Equal(1_000, (await _desk.PaymentAsync()).NetAmount.Value);
    }

    /// <summary>The checker sees it, can't approve it, and sends it back: the next batch takes it out of what is carried.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_of_a_batch_that_waits_is_sent_back(bool isRefunded)
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.EatAsync(300);
        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(_desk.Prepare())).Batch;
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        await _desk.Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });

        BatchDispute dispute = Assert.Single((await _desk.BatchAsync(batch)).Disputes);
        Assert.Equal((batch.Payments.Single().Name, disputed.Entry, complaint.Name, true),
            (dispute.Payment, dispute.Entry, dispute.Complaint, dispute.StopsApproval));
        await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch)).IsRefusedAsync(Reason.PaymentsDisputed);
        await _desk.WithdrawAsync(batch);
        SettlementPayment payment = await _desk.PaymentAsync();
        Assert.Equal((300, 1_000, complaint.Name, batch.Name), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value,
            payment.SetAside[0].Complaint, payment.Carried.Single().Source));
        if (isRefunded) await _desk.RefundAsync(disputed);
        else await _desk.EndAsync(complaint);
        await _desk.EatAsync(70);

        payment = await _desk.PaymentAsync();
        Assert.Equal((isRefunded ? 70 : 1_070, 0), (payment.NetAmount.Value, payment.SetAside.Count));
        await _desk.Maker.PrepareBatchAsync(_desk.Prepare()).IsRefusedAsync(Reason.NothingToSettle);
        Assert.Equal(0, await _desk.PayableAsync());
    }

    [Fact]
    public async Task A_complaint_that_is_over_stands_in_no_approvals_way()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(_desk.Prepare())).Batch;
        await _desk.EndAsync(await _desk.FiledAsync(disputed.Name));
        await _desk.Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });

        Assert.Equal(SettlementState.Approved, (await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch))).State);
    }

    /// <summary>
    /// Somebody who complains again and again delays nobody else: what is filed after the submission is withheld for its provider alone.
    /// </summary>
    [Fact]
    public async Task What_is_filed_after_the_submission_keeps_no_other_provider_from_its_money()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        string other = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        await PayeeSeed.WriteAsync(server.Services, other);
        await _desk.Desk.Clerk(other).RedeemVoucherAsync(_desk.Desk.Lunch(_desk.Voucher, other, 400));
        SettlementBatch batch = await _desk.SubmittedAsync(new(_desk.Prepare()) { Providers = { other } });
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        Assert.Equal((complaint.Name, false), (await _desk.BatchAsync(batch)).Disputes
            .Select(dispute => (dispute.Complaint, dispute.StopsApproval)).Single());

        batch = await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));
        ExportPaymentsResponse file = await _desk.ExportAsync(batch);

        Assert.Equal((_desk.Canteen, V1.WithheldReason.Disputed),
            file.Batch.Export.Withheld.Select(withheld => (withheld.Provider, withheld.Reason)).Single());
        Assert.Equal([(_desk.Canteen, PaymentState.Rejected), (other, PaymentState.Approved)], file.Batch.Payments
            .Select(payment => (payment.Provider, payment.State)).OrderBy(payment => payment.State == PaymentState.Approved));
        Assert.NotEqual(0, file.File.Length);
        await _desk.EndAsync(complaint);
        Assert.Equal(1_000, (await _desk.PaymentAsync()).NetAmount.Value);
    }

    /// <summary>The complaint is open, but nothing is left of what it is about, and the desk would set nothing aside.</summary>
    [Fact]
    public async Task What_was_refunded_stops_no_batch()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(_desk.Prepare())).Batch;
        await _desk.FiledAsync(disputed.Name);
        Assert.Single((await _desk.BatchAsync(batch)).Disputes);

        await _desk.RefundAsync(disputed);

        Assert.Empty((await _desk.BatchAsync(batch)).Disputes);
        await _desk.Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        Assert.Equal(SettlementState.Approved, (await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch))).State);
    }

    /// <summary>Both were known at the submission: that the first is withdrawn leaves the second in the approval's way.</summary>
    [Fact]
    public async Task A_second_complaint_stops_the_batch_when_the_first_is_withdrawn()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        SettlementBatch batch = (await _desk.Maker.PrepareBatchAsync(_desk.Prepare())).Batch;
        Complaint first = await _desk.FiledAsync(disputed.Name),
            second = await _desk.OfClerk.FileComplaintAsync(_desk.About(disputed.Name));
        await _desk.Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });

        await _desk.EndAsync(first);

        Assert.Equal((second.Name, true), (await _desk.BatchAsync(batch)).Disputes
            .Select(dispute => (dispute.Complaint, dispute.StopsApproval)).Single());
        await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch)).IsRefusedAsync(Reason.PaymentsDisputed);
    }

    /// <summary>Without a file nothing would withhold it: by hand it is rejected, or paid once the complaint is over.</summary>
    [Fact]
    public async Task What_is_disputed_is_not_recorded_as_paid_by_hand()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        SettlementBatch batch = await _desk.SubmittedAsync();
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        batch = await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));

        Func<Task> byHand = () => _desk.PaidAsync(batch);
        await byHand.IsRefusedAsync(Reason.PaymentDisputed);

        Assert.Equal(PaymentState.Approved, (await _desk.BatchAsync(batch)).Payments.Single().State);
        await _desk.EndAsync(complaint);
        await _desk.PaidAsync(batch);
        Assert.Equal(SettlementState.Closed, (await _desk.BatchAsync(batch)).State);
    }

    /// <summary>The approval itself posts what pays off a debt, so a file would come too late.</summary>
    [Fact]
    public async Task What_would_pay_off_a_debt_stops_the_approval_also_when_it_is_filed_later()
    {
        Redemption refunded = await _desk.EatAsync(1_000);
        await _desk.PaidAsync(await _desk.ApprovedAsync());
        await _desk.RefundAsync(refunded);
        Redemption disputed = await _desk.EatAsync(600);
        SettlementBatch batch = await _desk.SubmittedAsync();
        Assert.Equal((600, 0), (batch.Payments.Single().OffsetAmount.Value, batch.TotalAmount.Value));

        Complaint complaint = await _desk.FiledAsync(disputed.Name);

        Assert.True((await _desk.BatchAsync(batch)).Disputes.Single().StopsApproval);
        await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch)).IsRefusedAsync(Reason.PaymentsDisputed);
        await _desk.EndAsync(complaint);
        Assert.Equal(SettlementState.Closed, (await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch))).State);
    }

    /// <summary>Approved, and not at the bank yet: the whole payment is withheld, and the next batch pays the rest of it.</summary>
    [Fact]
    public async Task A_payment_that_was_approved_is_withheld_from_the_file()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.EatAsync(300);
        SettlementBatch batch = await _desk.SubmittedAsync();
        batch = await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        Assert.Equal(complaint.Name, (await _desk.BatchAsync(batch)).Disputes.Single().Complaint);

        ExportPaymentsResponse file = await _desk.Maker.ExportPaymentsAsync(new ExportPaymentsRequest
        {
            RequestId = Desk.Id(), Name = batch.Name, BankAccount = "main", Format = V1.PaymentFileFormat.Pain001,
        });

        Assert.Equal((V1.WithheldReason.Disputed, 0, SettlementState.Closed),
            (file.Batch.Export.Withheld.Single().Reason, file.File.Length, file.Batch.State));
        Assert.Equal(1_300, await _desk.PayableAsync());
        SettlementPayment payment = await _desk.PaymentAsync();
        Assert.Equal((300, 1_000), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value));
        await _desk.EndAsync(complaint);
        Assert.Equal(1_000, (await _desk.PaymentAsync()).NetAmount.Value);
        await _desk.Maker.PrepareBatchAsync(_desk.Prepare()).IsRefusedAsync(Reason.NothingToSettle);
    }

    /// <summary>At the bank it stays: the refund after it makes the provider owe, as every refund after a settlement.</summary>
    [Fact]
    public async Task What_was_paid_stays_paid_and_is_ended_by_a_refund()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        SettlementBatch batch = await _desk.SubmittedAsync();
        batch = await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));
        await _desk.Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = batch.Payments.Single().Name, Outcome = PaymentState.Paid, BankAccount = "main",
            Date = new Date { Year = 2026, Month = 10, Day = 1 },
        });
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        await _desk.EatAsync(1_200);

        SettlementPayment payment = await _desk.PaymentAsync();
        Assert.Equal((1_200, 0), (payment.NetAmount.Value, payment.SetAside.Count));
        await _desk.First.AnswerComplaintAsync(_desk.Answer(complaint));
        string refund = (await _desk.RefundAsync(disputed)).Redemption.RefundEntry;
        await _desk.Second.CloseComplaintAsync(_desk.CloseBy(complaint, refund));
        await _desk.EatAsync(1_200);
        payment = await _desk.PaymentAsync();
        Assert.Equal((200, 1_000), (payment.NetAmount.Value, payment.OffsetAmount.Value));
    }

    [Fact]
    public async Task Of_a_bill_what_stands_of_it_is_set_aside()
    {
        BillDesk bill = new(server, Region);
        await bill.OpenAsync();
        Bill paid = (await bill.Clerk.PayBillAsync(bill.Bill())).Bill;
        await bill.Clerk.RefundBillAsync(bill.Refund(paid, 2));
        long stands = paid.Credited.Value - paid.Lines.Single(line => line.Number == 2).Credited.Value;
        Complaint complaint = await _desk.As(Role.Elder, bill.Elder).FileComplaintAsync(_desk.About(paid.Name));
        await bill.Desk.Clerk(bill.Provider).RedeemVoucherAsync(bill.Desk.Care(bill.Money.Name, bill.Provider, 2_000));
        PrepareBatchRequest prepare = new() { RequestId = Desk.Id(), Parent = bill.Desk.Region, Providers = { bill.Provider } };

        SettlementPayment payment = (await _desk.Maker.PrepareBatchAsync(prepare)).Batch.Payments.Single();

        Assert.Equal((stands, complaint.Name, complaint.SetAsideEntry),
            (payment.SetAside.Single().Amount.Value, payment.SetAside[0].Complaint, payment.SetAside[0].Source));
        Assert.Equal(stands, await bill.PayableAsync());
    }

    /// <summary>
    /// Meals are eaten and complained about, complaints end, batches are withdrawn, rejected and paid, by a seed: each batch pays all that
    /// is owed but what is disputed, and in the end all that was earned is paid once.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_is_lost_and_nothing_is_paid_twice(int seed)
    {
        var random = new Random(seed);
        var eaten = new List<Redemption>();
        var open = new Dictionary<string, Complaint>();
        long paid = 0;
        for (int step = 0; step < 10; step++)
        {
            if (eaten.Count < 9) eaten.Add(await _desk.EatAsync(random.Next(1, 12) * 100));
            Redemption one = eaten[random.Next(eaten.Count)];
            if (!open.ContainsKey(one.Entry)) open[one.Entry] = await _desk.FiledAsync(one.Name);
            if (random.Next(2) == 0)
            {
                (string about, Complaint complaint) = open.ElementAt(random.Next(open.Count));
                await _desk.EndAsync(complaint);
                open.Remove(about);
            }
            long owed = await _desk.PayableAsync();
            if (await PreparedAsync() is not { } batch) continue;
            SettlementPayment payment = batch.Payments.Single();
            Assert.Equal(owed, payment.NetAmount.Value + payment.SetAside.Sum(aside => aside.Amount.Value));
            Assert.All(payment.SetAside, aside => Assert.Equal(open[aside.Source].Name, aside.Complaint));
            Assert.Empty((await _desk.BatchAsync(batch)).Disputes);
            if (random.Next(3) == 0)
            {
                await _desk.WithdrawAsync(batch);
                continue;
            }
            await _desk.Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
            await _desk.Checker.ApproveBatchAsync(_desk.Approve(batch));
            PaymentState outcome = random.Next(3) == 0 ? PaymentState.Rejected : PaymentState.Paid;
            await _desk.Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
            {
                RequestId = Desk.Id(), Payment = payment.Name, Outcome = outcome, BankAccount = "main",
                Date = new Date { Year = 2026, Month = 10, Day = 1 },
            });
            if (outcome == PaymentState.Paid) paid += payment.NetAmount.Value;
        }
        foreach (Complaint complaint in open.Values) await _desk.EndAsync(complaint);
        if (await PreparedAsync() is { } last) paid += last.TotalAmount.Value;
        Assert.Equal((eaten.Sum(one => one.Credited.Value), 0), (paid, await _desk.PayableAsync()));
    }

    private async Task<SettlementBatch?> PreparedAsync()
    {
        try
        {
            return (await _desk.Maker.PrepareBatchAsync(_desk.Prepare())).Batch;
        }
        catch (Grpc.Core.RpcException nothing) when (nothing.Status.Detail.Contains("Nothing is owed", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
