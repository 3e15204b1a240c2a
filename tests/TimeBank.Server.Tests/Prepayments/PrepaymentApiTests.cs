using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using PayableKind = TimeBank.V1.PayableKind;
using PrepaymentState = TimeBank.V1.PrepaymentState;
using PrepaymentStep = TimeBank.V1.PrepaymentStep;

namespace TimeBank.Server.Tests;

/// <summary>Prepaid fees over gRPC. Each test has its own server, since it moves the clock past months; it begins on 2026-10-01.</summary>
public sealed class PrepaymentApiTests : IAsyncLifetime
{
    private static readonly DateOnly October = new(2026, 10, 1), November = new(2026, 11, 1);

    private readonly TestServer _server = new();
    private PrepaymentDesk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new PrepaymentDesk(_server);
        await _desk.OpenAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Prepaid_fees_go_into_custody_are_drawn_by_month_and_the_rest_goes_back()
    {
        ProposePrepaymentRequest plan = _desk.Plan();
        ProposePrepaymentRequest trial = new(plan) { ValidateOnly = true };
        Assert.Equal("", (await _server.TriedAsync(async () => await _desk.OfClerk.ProposePrepaymentAsync(trial))).Name);
        Prepayment made = await _desk.OfClerk.ProposePrepaymentAsync(plan);
        Assert.Equal(made, await _desk.OfClerk.ProposePrepaymentAsync(plan));
        Assert.Equal(PrepaymentState.Proposed, made.State);
        await _desk.Maker.RecordPrepaymentReceiptAsync(_desk.Receipt(made, 100)).IsRefusedAsync(Reason.PrepaymentWrongState);
        var agree = new AgreePrepaymentRequest { RequestId = Desk.Id(), OnBehalfOf = _desk.Elder, Name = made.Name };
        Prepayment agreed = await _desk.Counter.AgreePrepaymentAsync(agree);
        Assert.Equal((PrepaymentStep.Agree, "counter", _desk.Elder),
            (agreed.History[^1].Step, agreed.History[^1].By, agreed.History[^1].OnBehalfOf));

        RecordPrepaymentReceiptRequest receipt = _desk.Receipt(made, 110_000, 20_000);
        RecordPrepaymentReceiptRequest asked = new(receipt) { ValidateOnly = true };
        PrepaymentMovement would = await _server.TriedAsync(async () => await _desk.Maker.RecordPrepaymentReceiptAsync(asked));
        PrepaymentMovement came = await _desk.Maker.RecordPrepaymentReceiptAsync(receipt);
        Assert.Equal(("", came.Prepayment), (would.Entry, would.Prepayment));
        Assert.Equal(came, await _desk.Maker.RecordPrepaymentReceiptAsync(receipt));
        Assert.Equal((long[])[110_000, 0, 90_000, 20_000, 0, 0], PrepaymentDesk.Sums(came.Prepayment));
        Assert.Equal((110_000, 90_000, 20_000), (await _desk.BookAsync("bank/main"),
            await _desk.BookAsync(_desk.PathOf(made, "fees")), await _desk.BookAsync(_desk.PathOf(made, "deposit"))));
        await _desk.Maker.RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest(receipt) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.PrepaymentTooMuch);

        await ((Func<Task>)(() => _desk.DrawAsync(October))).IsRefusedAsync(Reason.PrepaymentMonthNotOver);
        await _desk.MoveToAsync(new DateOnly(2026, 11, 2));
        Assert.Equal(30_000, (await _server.TriedAsync(() => _desk.DrawAsync(October, tries: true))).Amounts.Single().Value);
        string request = Desk.Id();
        RunSummary drawn = await _desk.DrawAsync(October, request), again = await _desk.DrawAsync(October, request),
            other = await _desk.DrawAsync(October);
        Assert.Equal((1, 30_000, 1), (drawn.Changed, drawn.Amounts.Single().Value, again.Changed));
        Assert.Equal((drawn.Amounts, 0), (again.Amounts, other.Changed));
        Assert.Equal(30_000, await _desk.BookAsync(_desk.Prepaid));

        await _desk.MoveToAsync(new DateOnly(2026, 11, 10));
        EndPrepaymentRequest end = _desk.End(made);
        EndPrepaymentRequest endTrial = new(end) { ValidateOnly = true };
        PrepaymentMovement wouldEnd = await _server.TriedAsync(async () => await _desk.OfElder.EndPrepaymentAsync(endTrial));
        PrepaymentMovement ended = await _desk.OfElder.EndPrepaymentAsync(end);
        Assert.Equal(PrepaymentDesk.Sums(wouldEnd.Prepayment), PrepaymentDesk.Sums(ended.Prepayment));
        Assert.Equal(("", ended), (wouldEnd.Entry, await _desk.OfElder.EndPrepaymentAsync(end)));
        Assert.Equal((long[])[110_000, 30_000, 10_000, 0, 70_000, 0], PrepaymentDesk.Sums(ended.Prepayment));
        Assert.Equal((PrepaymentState.Ended, new DateOnly(2026, 11, 10).ToContract()), (ended.Prepayment.State, ended.Prepayment.LastDay));
        await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(made)).IsRefusedAsync(Reason.PrepaymentRefundNotApproved);
        await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(made));
        await _desk.As(Role.FinanceMaker, subject: "checker").RecordPrepaymentRefundAsync(_desk.Refund(made))
            .IsRefusedAsync(Reason.MakerIsChecker);
        RecordPrepaymentRefundRequest refund = _desk.Refund(made);
        PrepaymentMovement back = await _desk.Maker.RecordPrepaymentRefundAsync(refund);
        Assert.Equal(back, await _desk.Maker.RecordPrepaymentRefundAsync(refund));
        Assert.Equal((long[])[110_000, 30_000, 10_000, 0, 0, 70_000], PrepaymentDesk.Sums(back.Prepayment));
        await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(made)).IsRefusedAsync(Reason.PrepaymentNothingDue);
        Assert.Equal(40_000, await _desk.BookAsync("bank/main"));

        await _desk.MoveToAsync(new DateOnly(2026, 12, 1));
        Assert.Equal(10_000, (await _desk.DrawAsync(November)).Amounts.Single().Value);
        Prepayment last = await _desk.ReadAsync(made);
        Assert.Equal((long[])[110_000, 40_000, 0, 0, 0, 70_000], PrepaymentDesk.Sums(last));
        Assert.Equal([30_000, 10_000], last.Draws.Select(draw => draw.Amount.Value));
        // The statement of both: the receipt is one line with its deposit, as the bank has one movement.
        string[] lines =
        [
            "RECEIVE_PREPAYMENT 110000 20000 流水 2", "DRAW_PREPAYMENT 30000 0 ", "END_PREPAYMENT 70000 20000 ",
            "REFUND_PREPAYMENT 70000 0 退款 5", "DRAW_PREPAYMENT 10000 0 ",
        ];
        foreach (PrepaymentService.PrepaymentServiceClient reader in new[] { _desk.OfElder, _desk.OfClerk })
        {
            Prepayment read = await reader.GetPrepaymentAsync(new GetPrepaymentRequest { Name = made.Name });
            Assert.Equal(lines, read.Lines.Select(one => $"{one.Code} {one.Amount.Value} {one.Deposit.Value} {one.BankReference}"));
        }
        await _server.TrialBalanceAsync();
    }

    /// <summary>The draws are paid by a settlement, and its lines say which agreement they are of.</summary>
    [Fact]
    public async Task A_settlement_pays_what_was_drawn()
    {
        Prepayment paid = await _desk.PaidAsync();
        await PayeeSeed.WriteAsync(_server.Services, _desk.Provider);
        await _desk.MoveToAsync(new DateOnly(2026, 11, 2));
        await _desk.DrawAsync(October);
        var maker = new SettlementService.SettlementServiceClient(_server.As(Role.FinanceMaker));

        SettlementPayment payment = (await _desk.PreparedAsync(PayableKind.Prepaid)).Payments.Single();
        PaymentLine line = (await maker.ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = payment.Name })).Lines.Single();

        Assert.Equal((30_000, paid.Name, "DRAW_PREPAYMENT"), (payment.NetAmount.Value, line.Prepayment, line.Posting.Code));
        // Both are parties of the draw: the elder may complain of it.
        string draw = (await _desk.ReadAsync(paid)).Draws.Single().Entry;
        Complaint complaint = await new ComplaintService.ComplaintServiceClient(_server.As(Role.Elder, _desk.Elder)).FileComplaintAsync(
            new FileComplaintRequest
            {
                RequestId = Desk.Id(), Parent = _desk.Desk.Region, Subject = draw, Category = V1.ComplaintCategory.NotReceived,
                Words = "没有提供服务",
            });
        Assert.Equal(draw, complaint.Subject);
    }

    [Fact]
    public async Task Nothing_is_drawn_for_a_provider_that_is_barred_or_an_agreement_that_is_disputed_or_unpaid()
    {
        Prepayment paid = await _desk.PaidAsync(), unpaid = await _desk.AgreedAsync();
        await _desk.OfClerk.ProposePrepaymentAsync(_desk.Plan());
        await _desk.MoveToAsync(new DateOnly(2026, 12, 1));
        await _desk.OfElder.DisputePrepaymentAsync(_desk.Dispute(paid, disputed: true));
        await _desk.OfElder.DisputePrepaymentAsync(_desk.Dispute(paid, disputed: true)).IsRefusedAsync(Reason.PrepaymentDisputed);
        RunSummary run = await _desk.DrawAsync(October);
        Assert.Equal((0, 3), (run.Changed, run.Total));
        Assert.Equal(["PREPAYMENT_DISPUTED 1", "PREPAYMENT_NOT_PAID_IN 1"],
            run.SkippedByReason.Select(skip => $"{skip.Reason} {skip.Count}").Order(StringComparer.Ordinal));

        await _desk.Checker.DisputePrepaymentAsync(_desk.Dispute(paid, disputed: false));
        foreach ((V1.Standing standing, string reason) in new[]
            { (V1.Standing.Suspended, "PROVIDER_SUSPENDED"), (V1.Standing.BlackListed, "PROVIDER_BLACK_LISTED") })
        {
            await StandAsync(standing);
            Assert.Equal([reason], (await _desk.DrawAsync(November)).SkippedByReason.Select(skip => skip.Reason));
            await _desk.OfClerk.ProposePrepaymentAsync(_desk.Plan()).IsRefusedAsync(Enum.Parse<Reason>($"Provider{standing}"));
        }
        await StandAsync(V1.Standing.Good);
        RunSummary both = await _desk.DrawAsync(November);
        Assert.Equal((1, 60_000), (both.Changed, both.Amounts.Single().Value));
        await _desk.Maker.RecordPrepaymentReceiptAsync(_desk.Receipt(unpaid, 31_000));
        Assert.Equal(30_000, (await _desk.DrawAsync(November)).Amounts.Single().Value);
        Assert.Equal([30_000, 30_000], (await _desk.ReadAsync(paid)).Draws.Select(draw => draw.Amount.Value));

        async Task StandAsync(V1.Standing standing) => await _desk.Desk.Administrator.SetStandingAsync(
            new SetStandingRequest { RequestId = Desk.Id(), Provider = _desk.Provider, Standing = standing, Note = "检查" });
    }

    /// <summary>Finance ends an agreement of a provider that has failed, with the last day on which it gave its service.</summary>
    [Fact]
    public async Task A_failing_providers_agreement_ends_on_the_last_day_of_service()
    {
        Prepayment paid = await _desk.PaidAsync();
        await _desk.MoveToAsync(new DateOnly(2026, 11, 20));
        EndPrepaymentRequest end = new(_desk.End(paid)) { LastDay = new DateOnly(2026, 10, 15).ToContract(), Note = "停业" };
        await _desk.OfElder.EndPrepaymentAsync(end).IsRefusedAsync(Reason.InvalidField, "last_day");
        await _desk.Maker.EndPrepaymentAsync(new EndPrepaymentRequest(end) { Note = "" }).IsRefusedAsync(Reason.InvalidField, "note");
        await _desk.Maker.EndPrepaymentAsync(new EndPrepaymentRequest(end) { LastDay = new DateOnly(2026, 11, 21).ToContract() })
            .IsRefusedAsync(Reason.InvalidField, "last_day");

        Prepayment ended = (await _desk.Maker.EndPrepaymentAsync(end)).Prepayment;

        // 300 yuan by 15 of 31 days, rounded down.
        Assert.Equal((long[])[110_000, 0, 14_516, 0, 95_484, 0], PrepaymentDesk.Sums(ended));
        await _desk.As(Role.FinanceChecker, subject: "maker").ApprovePrepaymentRefundAsync(_desk.Approve(paid))
            .IsRefusedAsync(Reason.MakerIsChecker);
        EndPrepaymentRequest earlier = new(end) { RequestId = Desk.Id(), LastDay = new DateOnly(2026, 10, 10).ToContract() };
        await _desk.OfElder.EndPrepaymentAsync(_desk.End(paid)).IsRefusedAsync(Reason.PrepaymentWrongState);
        await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(paid));
        // It had closed five days before: more goes back, and that sum is approved anew.
        Prepayment corrected = (await _desk.Maker.EndPrepaymentAsync(earlier)).Prepayment;
        Assert.Equal((long[])[110_000, 0, 9_677, 0, 100_323, 0], PrepaymentDesk.Sums(corrected));
        await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(paid)).IsRefusedAsync(Reason.PrepaymentRefundNotApproved);
        Assert.Equal(9_677, (await _desk.DrawAsync(October)).Amounts.Single().Value);
        Assert.Equal(0, (await _desk.ReadAsync(paid)).FeesLeft.Value);
    }

    /// <summary>Two ends, and an end against a draw: whoever comes second sees what the first has left.</summary>
    [Fact]
    public async Task What_happens_at_once_happens_once()
    {
        Prepayment paid = await _desk.PaidAsync();
        await _desk.MoveToAsync(new DateOnly(2026, 11, 10));
        Task<string>[] ends = [.. Enumerable.Range(0, 4).Select(_ => OutcomeAsync(async () =>
            (await _desk.OfElder.EndPrepaymentAsync(_desk.End(paid))).Entry))];
        Task<RunSummary>[] draws = [.. Enumerable.Range(0, 4).Select(_ => _desk.DrawAsync(October))];

        string[] outcomes = await Task.WhenAll(ends);
        RunSummary[] runs = await Task.WhenAll(draws);

        Assert.Equal((1, 1), (outcomes.Count(one => one.Length > 0), runs.Count(run => run.Changed > 0)));
        Assert.Equal((long[])[110_000, 30_000, 10_000, 0, 70_000, 0], PrepaymentDesk.Sums(await _desk.ReadAsync(paid)));
        await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(paid));
        string[] refunds = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OutcomeAsync(async () =>
            (await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(paid))).Entry)));
        Assert.Equal((1, 40_000), (refunds.Count(one => one.Length > 0), await _desk.BookAsync("bank/main")));
        await _server.TrialBalanceAsync();

        static async Task<string> OutcomeAsync(Func<Task<string>> call)
        {
            try
            {
                return await call();
            }
            catch (Grpc.Core.RpcException error) when (error.StatusCode == Grpc.Core.StatusCode.FailedPrecondition)
            {
                return "";
            }
        }
    }

    /// <summary>With a bed of 100 yuan 1,200 are the highest deposit: of what an elder agrees to at once, one takes all of it.</summary>
    [Fact]
    public async Task Agreements_of_an_elder_at_once_see_each_others_deposit()
    {
        Prepayment[] made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            await _desk.OfClerk.ProposePrepaymentAsync(new ProposePrepaymentRequest(_desk.Plan()) { Deposit = Desk.Fen(120_000) })));

        string[] outcomes = await Task.WhenAll(made.Select(async one =>
        {
            var agree = new AgreePrepaymentRequest { RequestId = Desk.Id(), Name = one.Name };
            try
            {
                return $"{(await _desk.OfElder.AgreePrepaymentAsync(agree)).State}";
            }
            catch (Grpc.Core.RpcException error) when (error.StatusCode == Grpc.Core.StatusCode.FailedPrecondition)
            {
                return "refused";
            }
        }));

        Assert.Equal(["Agreed", .. Enumerable.Repeat("refused", 7)], outcomes.Order(StringComparer.Ordinal));
    }

    /// <summary>A typing error is reversed; what the agreement counts is not.</summary>
    [Fact]
    public async Task A_receipt_can_be_reversed_and_a_refund_that_the_bank_sends_back_is_due_again()
    {
        Prepayment agreed = await _desk.AgreedAsync();
        RecordPrepaymentReceiptRequest receipt = _desk.Receipt(agreed, 50_000, 20_000);
        string wrong = (await _desk.Maker.RecordPrepaymentReceiptAsync(receipt)).Entry;
        await _desk.Maker.RecordPrepaymentReceiptAsync(
            new RecordPrepaymentReceiptRequest(receipt) { RequestId = Desk.Id(), Amount = Desk.Fen(30_000), Deposit = Desk.Fen(0) })
            .IsRefusedAsync(Reason.PrepaymentReferenceUsed);
        string fund = await _desk.Desk.FundAsync("lottery", 1_000);
        var toFund = new RecordReceiptRequest
        {
            RequestId = Desk.Id(), Fund = fund, Amount = Desk.Fen(1), BankAccount = "main", ReceivedDate = receipt.ReceivedDate,
            Reference = receipt.Reference,
        };
        var funds = new FundService.FundServiceClient(_server.As(Role.FinanceMaker));
        await funds.RecordReceiptAsync(toFund).IsRefusedAsync(Reason.ReceiptReferenceUsed);
        await ReverseAsync(wrong);
        Assert.Equal((long[])[0, 0, 0, 0, 0, 0], PrepaymentDesk.Sums(await _desk.ReadAsync(agreed)));
        await _desk.Maker.RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest(receipt) { RequestId = Desk.Id() });
        string end = (await _desk.OfElder.EndPrepaymentAsync(_desk.End(agreed))).Entry;
        await ((Func<Task>)(() => ReverseAsync(end))).IsRefusedAsync(Reason.EntryNotReversible);
        await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(agreed));
        PrepaymentMovement refund = await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(agreed));
        Assert.Equal("checker", refund.Prepayment.RefundApprovedBy);
        await ReverseAsync(refund.Entry);
        Assert.Equal(["", ""], await ApprovedByAsync());

        // One day of October is earned. The approval was of the payment that was taken back.
        await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(agreed)).IsRefusedAsync(Reason.PrepaymentRefundNotApproved);
        Assert.Equal("checker", (await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(agreed))).RefundApprovedBy);
        Assert.Equal(["checker", "checker"], await ApprovedByAsync());
        Assert.Equal((long[])[50_000, 0, 967, 0, 49_033, 0], PrepaymentDesk.Sums(await _desk.ReadAsync(agreed)));
        Assert.Equal(49_033, (await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(agreed))).Prepayment.Refunded.Value);
        Prepayment told = await _desk.OfElder.GetPrepaymentAsync(new GetPrepaymentRequest { Name = agreed.Name });
        Assert.Equal(
            [
                "RECEIVE_PREPAYMENT 50000 20000 True", "REVERSE 50000 20000 False", "RECEIVE_PREPAYMENT 50000 20000 False",
                "END_PREPAYMENT 49033 20000 False", "REFUND_PREPAYMENT 49033 0 True", "REVERSE 49033 0 False",
                "REFUND_PREPAYMENT 49033 0 False",
            ],
            told.Lines.Select(one => $"{one.Code} {one.Amount.Value} {one.Deposit.Value} {one.Reversed}"));
        Assert.Equal(told.Lines[0].Entry, told.Lines[1].Reverses);

        async Task<string[]> ApprovedByAsync() =>
        [
            (await _desk.ReadAsync(agreed)).RefundApprovedBy,
            (await _desk.Auditor.ListPrepaymentsAsync(
                new ListPrepaymentsRequest { Parent = _desk.Desk.Region, Party = _desk.Elder })).Prepayments.Single().RefundApprovedBy,
        ];

        async Task ReverseAsync(string entry) => await new LedgerService.LedgerServiceClient(_server.As(Role.FinanceMaker)).ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = entry, Memo = "typed wrong" });
    }

    /// <summary>Custody is no public money: no fund and no programme has any of it.</summary>
    [Fact]
    public async Task Finance_and_auditors_see_what_each_provider_holds_and_where_it_is_too_much()
    {
        string fund = await _desk.Desk.FundAsync("lottery", 1_000);
        Prepayment paid = await _desk.PaidAsync();
        ProposePrepaymentRequest large = new(_desk.Plan())
        {
            MonthlyAmount = Desk.Fen(20_000_000), Elder = await _desk.Desk.RegisterElderAsync(),
        };
        await _desk.PaidAsync(large);

        CustodyReport report = await _desk.Auditor.GetCustodyReportAsync(new GetCustodyReportRequest { Parent = _desk.Desk.Region });
        V1.ProviderCustody one = Assert.Single(report.Providers);
        Assert.Equal((_desk.Provider, 60_130_000, 2, true, 0), (one.Provider, one.Held.Value, one.Elders, one.AboveLimit, one.Outlived));
        Assert.Equal((PrepaymentDesk.Month(October), 60_130_000, 50_000_000),
            (one.OldestMonth, report.Held.Value, report.Limit.Value));
        Assert.Equal(1_000, (await _desk.Desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = fund })).Available.Value);

        await _desk.OfElder.EndPrepaymentAsync(_desk.End(paid));
        await _desk.MoveToAsync(new DateOnly(2027, 1, 2));
        report = await _desk.Maker.GetCustodyReportAsync(new GetCustodyReportRequest { Parent = _desk.Desk.Region });
        one = Assert.Single(report.Providers);
        Assert.Equal((60_020_967, 109_033, 2), (one.Held.Value, one.RefundsDue.Value, one.Outlived));
    }
}
