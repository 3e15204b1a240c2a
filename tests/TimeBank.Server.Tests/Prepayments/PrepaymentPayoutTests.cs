using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using PayableKind = TimeBank.V1.PayableKind;
using PaymentState = TimeBank.V1.PaymentState;

namespace TimeBank.Server.Tests;

/// <summary>
/// Prepaid fees that providers have drawn, beside what funds owe them: another payable, other batches, another account at the bank.
/// </summary>
public sealed class PrepaymentPayoutTests : IAsyncLifetime
{
    private static readonly DateOnly October = new(2026, 10, 1);

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
    public async Task Draws_are_paid_from_the_account_for_custody_and_nothing_else_is()
    {
        string programme = await _desk.Desk.FundedAsync(
            _desk.Desk.Meals("meals"), (await _desk.Desk.FundAsync("lottery", 100_000), 50_000));
        string eater = await _desk.Desk.RegisterElderAsync();
        await _desk.Desk.IssueAsync(programme);
        await _desk.Desk.Clerk(_desk.Provider).RedeemVoucherAsync(
            _desk.Desk.Lunch((await _desk.Desk.VoucherOfAsync(eater, programme)).Name, _desk.Provider));
        await new Bank(_server, TestServer.Tianyuan, "custody").OpenAsync(forCustody: true);
        Prepayment agreed = await _desk.AgreedAsync();
        await _desk.Maker.RecordPrepaymentReceiptAsync(_desk.Receipt(agreed, 110_000, 20_000))
            .IsRefusedAsync(Reason.BankAccountNotForCustody);
        _desk.BankAccount = "custody";
        await _desk.Maker.RecordPrepaymentReceiptAsync(_desk.Receipt(agreed, 110_000, 20_000));
        RecordReceiptRequest gift = _desk.Desk.Receipt($"{_desk.Desk.Region}/funds/lottery", 1_000);
        gift.BankAccount = "custody";
        await _desk.Desk.Maker.RecordReceiptAsync(gift).IsRefusedAsync(Reason.BankAccountForCustody);
        await PayeeSeed.WriteAsync(_server.Services, _desk.Provider);
        await _desk.MoveToAsync(new DateOnly(2026, 11, 2));
        await _desk.DrawAsync(October);

        Provider owed = await _desk.Desk.Administrator.GetProviderAsync(new GetProviderRequest { Name = _desk.Provider });
        Assert.Equal((1_000, 30_000), (owed.Payable.Value, owed.PrepaidPayable.Value));
        SettlementBatch meals = await _desk.PreparedAsync(PayableKind.Services);
        SettlementBatch batch = await _desk.ApprovedAsync();
        Assert.Equal((1_000, PayableKind.Services, 30_000, PayableKind.Prepaid),
            (meals.TotalAmount.Value, meals.Pays, batch.TotalAmount.Value, batch.Pays));
        string payment = batch.Payments.Single().Name;
        await ExportAsync(batch, "main").IsRefusedAsync(Reason.BankAccountNotForCustody);
        await ExportAsync(meals, "custody").IsRefusedAsync(Reason.SettlementWrongState);
        await RecordAsync(payment, PaymentState.Paid, "main").IsRefusedAsync(Reason.BankAccountNotForCustody);
        Assert.NotEmpty((await ExportAsync(batch, "custody")).File);
        await RecordAsync(payment, PaymentState.Paid, "custody");
        Assert.Equal((80_000, 100_000, 0),
            (await _desk.BookAsync("bank/custody"), await _desk.BookAsync("bank/main"), await _desk.BookAsync(_desk.Prepaid)));

        // It comes back, and the next batch of prepaid fees pays it.
        await RecordAsync(payment, PaymentState.Returned, "custody");
        Assert.Equal((110_000, 30_000), (await _desk.BookAsync("bank/custody"), await _desk.BookAsync(_desk.Prepaid)));
        Assert.Equal(30_000, (await _desk.PreparedAsync(PayableKind.Prepaid)).TotalAmount.Value);
        Statement statement = await new ProviderService.ProviderServiceClient(_server.As(Role.ProviderClerk, _desk.Provider))
            .GetProviderStatementAsync(new GetProviderStatementRequest
            {
                Provider = _desk.Provider, Period = Desk.AllDays, Pays = PayableKind.Prepaid,
            });
        Assert.Equal(["DRAW_PREPAYMENT", "APPROVE_SETTLEMENT", "RETURN_PAYMENT"], statement.Postings.Select(posting => posting.Code));
        await _server.TrialBalanceAsync();
    }

    [Fact]
    public async Task A_batch_of_prepaid_fees_sets_nothing_aside_and_holds_nothing_back()
    {
        var request = new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Desk.Region, Pays = PayableKind.Prepaid };
        SettlementService.SettlementServiceClient maker = _desk.Settlements(Role.FinanceMaker);
        await maker.PrepareBatchAsync(new PrepareBatchRequest(request) { SetAside = { $"{_desk.Desk.Region}/entries/0" } })
            .IsRefusedAsync(Reason.InvalidField, "set_aside");
        await maker.PrepareBatchAsync(new PrepareBatchRequest(request) { ReleaseHeldBackUntil = _desk.Desk.Today.ToContract() })
            .IsRefusedAsync(Reason.InvalidField, "release_held_back_until");
        await maker.PrepareBatchAsync(request).IsRefusedAsync(Reason.NothingToSettle);
        // One request is one batch, of one kind.
        await maker.PrepareBatchAsync(new PrepareBatchRequest(request) { Pays = PayableKind.Services })
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    /// <summary>What is withdrawn is carried into the next batch of the same kind.</summary>
    [Fact]
    public async Task A_withdrawn_batch_is_paid_by_the_next_one_of_its_kind()
    {
        await _desk.PaidAsync();
        await _desk.MoveToAsync(new DateOnly(2026, 12, 1));
        await _desk.DrawAsync(October);
        SettlementBatch first = await _desk.PreparedAsync(PayableKind.Prepaid);
        await _desk.Settlements(Role.FinanceMaker).WithdrawBatchAsync(
            new WithdrawBatchRequest { RequestId = Desk.Id(), Name = first.Name, Note = "again" });
        await _desk.DrawAsync(October.AddMonths(1));

        SettlementPayment next = (await _desk.PreparedAsync(PayableKind.Prepaid)).Payments.Single();

        Assert.Equal((60_000, 30_000), (next.NetAmount.Value, next.Carried.Single().Amount.Value));
    }

    /// <summary>What somebody has typed is the line's movement: the line is matched with it, and not booked a second time.</summary>
    [Fact]
    public async Task A_reference_of_the_bank_is_one_movement_for_funds_and_for_custody()
    {
        Bank bank = await new Bank(_server, TestServer.Tianyuan, "main").OpenAsync();
        string fund = await _desk.Desk.FundAsync("lottery", 0);
        Prepayment agreed = await _desk.AgreedAsync();
        RecordPrepaymentReceiptRequest receipt = _desk.Receipt(agreed, 30_000);
        receipt.Reference = "CUST-7";
        string entry = (await _desk.Maker.RecordPrepaymentReceiptAsync(receipt)).Entry;
        DateOnly day = new(2026, 10, 1);
        await bank.TakenAsync(bank.File("1", 0, day, (day, 30_000, "A", "CUST-7"), (day, 20_000, "B", "CUST-8"),
            (day, 10_000, "C", "CUST-9"), (day, 5_000, "D", "CUST-7")));

        await ResolveAsync(1, V1.ResolutionKind.Fund, Reason.BankLineReferenceUsed);
        await ResolveAsync(4, V1.ResolutionKind.Suspense, Reason.BankLineReferenceUsed);
        await bank.Maker.ConfirmMatchAsync(new ConfirmMatchRequest
        {
            RequestId = Desk.Id(), Parent = bank.Name, Lines = { 1 }, Items = { $"{entry}/0" },
        });
        // The bank says twice what it calls by one reference: another line is another movement.
        await ResolveAsync(4, V1.ResolutionKind.Fund, null);
        await ResolveAsync(2, V1.ResolutionKind.Fund, null);
        await ResolveAsync(3, V1.ResolutionKind.Suspense, null);
        foreach (string reference in (string[])["CUST-8", "CUST-9"])
        {
            RecordPrepaymentReceiptRequest again = _desk.Receipt(agreed, 20_000);
            again.Reference = reference;
            await _desk.Maker.RecordPrepaymentReceiptAsync(again).IsRefusedAsync(Reason.PrepaymentReferenceUsed);
        }
        Assert.Equal(65_000, await _desk.BookAsync("bank/main"));

        async Task ResolveAsync(int line, V1.ResolutionKind kind, Reason? refused)
        {
            var propose = new ProposeResolutionRequest
            {
                RequestId = Desk.Id(), Line = $"{bank.Name}/lines/{line}", Kind = kind, Note = "the bank says so",
                Fund = kind == V1.ResolutionKind.Fund ? fund : "",
            };
            await bank.Maker.ProposeResolutionAsync(propose);
            var approve = new ApproveResolutionRequest { RequestId = Desk.Id(), Line = propose.Line };
            if (refused is { } reason)
            {
                await bank.Checker.ApproveResolutionAsync(approve).IsRefusedAsync(reason);
                await bank.Maker.WithdrawResolutionAsync(
                    new WithdrawResolutionRequest { RequestId = Desk.Id(), Line = propose.Line, Note = "again" });
            }
            else
            {
                await bank.Checker.ApproveResolutionAsync(approve);
            }
        }
    }

    private AsyncUnaryCall<ExportPaymentsResponse> ExportAsync(SettlementBatch batch, string account) =>
        _desk.Settlements(Role.FinanceMaker).ExportPaymentsAsync(new ExportPaymentsRequest
        {
            RequestId = Desk.Id(), Name = batch.Name, BankAccount = account, Format = V1.PaymentFileFormat.Pain001,
        });

    private AsyncUnaryCall<SettlementBatch> RecordAsync(string payment, PaymentState outcome, string account) =>
        _desk.Settlements(Role.FinanceMaker).RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = payment, Outcome = outcome, BankAccount = account,
            Date = _desk.Desk.Today.ToContract(),
        });
}
