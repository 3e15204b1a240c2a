using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using PaymentState = TimeBank.V1.PaymentState;
using Redemption = TimeBank.V1.Redemption;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed partial class SettlementApiTests(TestServer server) : IAsyncLifetime
{
    private static int s_used;

    // A provider of its own for every test.
    private readonly Desk _desk = new(server, "430104");
    private readonly string _id = $"settled{++s_used}";
    private string _canteen = "", _voucher = "";
    private long _bank;

    private string Code => _desk.Region.Split('/')[1];

    private SettlementService.SettlementServiceClient Maker => Settlements(Role.FinanceMaker, "maker");

    private SettlementService.SettlementServiceClient Checker => Settlements(Role.FinanceChecker, "checker");

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync($"{_id}-fund", 1_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 500_000));
        string elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await PayeeSeed.WriteAsync(server.Services, _canteen);
        await _desk.IssueAsync(programme);
        _voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        _bank = await BalanceAsync("bank/main");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_batch_is_prepared_by_one_person_approved_by_another_and_paid_by_the_bank()
    {
        await EatAsync(1_000);
        await EatAsync(1_100);

        PrepareBatchResponse prepared = await Maker.PrepareBatchAsync(Prepare());
        SettlementBatch batch = prepared.Batch;
        Assert.Equal((SettlementState.Draft, 2_100, 1, 0), (batch.State, batch.TotalAmount.Value, batch.PaymentCount, prepared.LeftOut));
        SettlementPayment payment = batch.Payments.Single();
        Assert.Equal((_canteen, 2_100, 0, PaymentState.Prepared), (payment.Provider, payment.NetAmount.Value, payment.OffsetAmount.Value,
            payment.State));
        ListPaymentLinesResponse lines = await Maker.ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = payment.Name });
        Assert.Equal([1_000L, 1_100L], lines.Lines.Select(line => line.Redemption.Credited.Value));

        await Maker.ApproveBatchAsync(Approve(batch)).IsRefusedAsync(Reason.RoleNotAllowed);
        await Checker.ApproveBatchAsync(Approve(batch)).IsRefusedAsync(Reason.SettlementWrongState);
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await Settlements(Role.FinanceChecker, "maker").ApproveBatchAsync(Approve(batch)).IsRefusedAsync(Reason.MakerIsChecker);
        Assert.Equal(2_100, await PayableAsync());
        batch = await Checker.ApproveBatchAsync(Approve(batch));
        Assert.Equal((SettlementState.Approved, "checker", PaymentState.Approved),
            (batch.State, batch.ApprovedBy, batch.Payments.Single().State));
        Assert.Equal(0, await PayableAsync());

        RecordPaymentOutcomeRequest paid = Word(payment, PaymentState.Paid);
        batch = await Maker.RecordPaymentOutcomeAsync(paid);
        Assert.Equal(batch, await Maker.RecordPaymentOutcomeAsync(paid));
        Assert.Equal((SettlementState.Closed, PaymentState.Paid), (batch.State, batch.Payments.Single().State));
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Paid)).IsRefusedAsync(Reason.PaymentWrongState);
        Assert.Equal(_bank - 2_100, await BalanceAsync("bank/main"));
    }

    /// <summary>Before the batch and in it: price, ceiling, list and policy of the day, and which fund bears what.</summary>
    [Fact]
    public async Task Each_line_is_explained_before_the_batch_is_made()
    {
        await EatAsync(1_000);
        Redemption back = await EatAsync(301);
        await _desk.Clerk(_canteen).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = back.Name, Memo = "back" });
        var preview = new ListNextPaymentLinesRequest { Provider = _canteen, WithFunders = true, PageSize = 2 };

        ListPaymentLinesResponse first = await Maker.ListNextPaymentLinesAsync(preview);
        preview.PageToken = first.NextPageToken;
        await EatAsync(50);
        PaymentLine last = Assert.Single((await Maker.ListNextPaymentLinesAsync(preview)).Lines);

        PaymentLine line = first.Lines[0];
        Assert.Equal((1_000, 1_200, 0, "430000/2026-01"), (line.Redemption.Price.Value, line.CeilingPrice.Value, line.RatioPercent,
            line.PolicyVersion));
        Assert.Matches("^[0-9]{6}/.+$", line.CatalogueVersion);
        Assert.Equal([($"{_desk.Region}/funds/{_id}-fund", 1_000L)], line.Funders.Select(funder => (funder.Fund, funder.Amount.Value)));
        Assert.Equal((-301L, Side.Debit), (Assert.Single(last.Funders).Amount.Value, last.Posting.Side));
        SettlementPayment payment = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();
        ListPaymentLinesResponse lines = await Maker.ListPaymentLinesAsync(
            new ListPaymentLinesRequest { Payment = payment.Name, WithFunders = true });
        Assert.Equal([1_000L, 301, -301, 50], lines.Lines.Select(one => one.Funders.Sum(funder => funder.Amount.Value)));
        Assert.Empty((await Maker.ListNextPaymentLinesAsync(new ListNextPaymentLinesRequest { Provider = _canteen })).Lines);
    }

    /// <summary>Held money is nobody else's: neither another batch's nor a refund's.</summary>
    [Fact]
    public async Task Nothing_is_settled_twice()
    {
        await EatAsync(1_000);
        SettlementBatch first = (await Maker.PrepareBatchAsync(Prepare())).Batch;

        await Maker.PrepareBatchAsync(Prepare()).IsRefusedAsync(Reason.NothingToSettle);
        await EatAsync(700);
        SettlementBatch second = (await Maker.PrepareBatchAsync(Prepare())).Batch;

        Assert.Equal((1_000, 700), (first.TotalAmount.Value, second.TotalAmount.Value));
        Assert.Single((await Maker.ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = second.Payments[0].Name })).Lines);
    }

    [Fact]
    public async Task A_withdrawn_batch_is_paid_by_the_next_one()
    {
        await EatAsync(1_000);
        SettlementBatch first = (await Maker.PrepareBatchAsync(Prepare())).Batch;
        SettlementBatch withdrawn = await Maker.WithdrawBatchAsync(
            new WithdrawBatchRequest { RequestId = Desk.Id(), Name = first.Name, Note = "too early" });
        Assert.Equal((SettlementState.Withdrawn, "too early"), (withdrawn.State, withdrawn.Note));
        await EatAsync(500);

        SettlementPayment payment = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();

        Assert.Equal((1_500, 1_000, first.Name),
            (payment.NetAmount.Value, payment.Carried.Single().Amount.Value, payment.Carried.Single().Source));
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = first.Name })
            .IsRefusedAsync(Reason.SettlementWrongState);
    }

    /// <summary>Also where the return comes after "paid": the payable is open again once, and the next batch pays it.</summary>
    [Fact]
    public async Task A_returned_payment_is_owed_again_exactly_once()
    {
        await EatAsync(1_000);
        SettlementPayment payment = (await ApprovedAsync()).Payments.Single();
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Returned)).IsRefusedAsync(Reason.PaymentWrongState);
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Paid));

        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Returned));
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Returned)).IsRefusedAsync(Reason.PaymentWrongState);

        Assert.Equal(1_000, await PayableAsync());
        Assert.Equal(_bank, await BalanceAsync("bank/main"));
        Assert.Equal(1_000, (await Maker.PrepareBatchAsync(Prepare())).Batch.TotalAmount.Value);
    }

    /// <summary>A typing error is taken back by another person, as long as the money is still there.</summary>
    [Fact]
    public async Task A_word_recorded_in_error_is_taken_back_by_another_person()
    {
        await EatAsync(1_000);
        SettlementPayment payment = (await ApprovedAsync()).Payments.Single();
        RevokePaymentOutcomeRequest Revoke() => new() { RequestId = Desk.Id(), Payment = payment.Name, Note = "wrong line" };
        await Checker.RevokePaymentOutcomeAsync(Revoke()).IsRefusedAsync(Reason.PaymentWrongState);
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Paid));
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Returned));
        await Maker.RevokePaymentOutcomeAsync(Revoke()).IsRefusedAsync(Reason.RoleNotAllowed);
        await Settlements(Role.FinanceChecker, "maker").RevokePaymentOutcomeAsync(Revoke()).IsRefusedAsync(Reason.MakerIsChecker);

        RevokePaymentOutcomeRequest back = Revoke();
        SettlementBatch paid = await Checker.RevokePaymentOutcomeAsync(back);
        Assert.Equal(paid, await Checker.RevokePaymentOutcomeAsync(back));
        Assert.Equal((SettlementState.Closed, PaymentState.Paid, 0L),
            (paid.State, paid.Payments.Single().State, await PayableAsync()));
        SettlementBatch open = await Checker.RevokePaymentOutcomeAsync(Revoke());
        Assert.Equal((SettlementState.Approved, PaymentState.Approved), (open.State, open.Payments.Single().State));
        Assert.Equal(_bank, await BalanceAsync("bank/main"));

        // The bank says it in another way, and the money goes on: now it is too late.
        await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Rejected));
        await Maker.PrepareBatchAsync(Prepare());
        await Checker.RevokePaymentOutcomeAsync(Revoke()).IsRefusedAsync(Reason.InsufficientBalance);
    }

    [Fact]
    public async Task A_rejected_payment_is_owed_again()
    {
        await EatAsync(1_000);
        SettlementPayment payment = (await ApprovedAsync()).Payments.Single();

        SettlementBatch batch = await Maker.RecordPaymentOutcomeAsync(Word(payment, PaymentState.Rejected));

        Assert.Equal(SettlementState.Closed, batch.State);
        Assert.Equal(1_000, await PayableAsync());
        PaymentLine owed = Assert.Single((await Maker.ListPaymentLinesAsync(new ListPaymentLinesRequest
        {
            Payment = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single().Name,
        })).Lines);
        Assert.Equal(("REJECT_PAYMENT", payment.Name), (owed.Posting.Code, owed.Payment));
        ListPaymentLinesResponse own = await Maker.ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = payment.Name });
        Assert.Equal("", own.Lines.Single().Payment);
    }

    [Fact]
    public async Task A_refund_after_the_settlement_is_taken_from_the_next_payment()
    {
        Redemption eaten = await EatAsync(1_000);
        await ApprovedAsync();
        var refund = new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = eaten.Name, Memo = "not eaten" };
        RefundRedemptionRequest tried = refund.Clone();
        (tried.RequestId, tried.ValidateOnly) = (Desk.Id(), true);
        Assert.Equal("", (await _desk.Clerk(_canteen).RefundRedemptionAsync(tried)).Redemption.RefundEntry);
        Assert.Equal(0, await BalanceAsync($"provider/{_canteen.Split('/')[^1]}/owed"));

        await _desk.Clerk(_canteen).RefundRedemptionAsync(refund);
        await _desk.Clerk(_canteen).RefundRedemptionAsync(refund);

        Assert.Equal(1_000, await BalanceAsync($"provider/{_canteen.Split('/')[^1]}/owed"));
        Assert.Equal(0, await PayableAsync());
        await EatAsync(600);
        SettlementBatch small = await ApprovedAsync();
        Assert.Equal((SettlementState.Closed, 0, 600),
            (small.State, small.TotalAmount.Value, small.Payments.Single().OffsetAmount.Value));
        await EatAsync(900);
        SettlementPayment rest = (await ApprovedAsync()).Payments.Single();
        Assert.Equal((500, 400), (rest.NetAmount.Value, rest.OffsetAmount.Value));
        Assert.Equal(0, await BalanceAsync($"provider/{_canteen.Split('/')[^1]}/owed"));
    }

    [Fact]
    public async Task A_disputed_redemption_is_set_aside_and_paid_later()
    {
        Redemption disputed = await EatAsync(1_000);
        await EatAsync(300);
        PrepareBatchRequest request = Prepare();
        request.SetAside.Add(disputed.Entry);

        SettlementPayment payment = (await Maker.PrepareBatchAsync(request)).Batch.Payments.Single();
        Assert.Equal((300, 1_000), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value));
        SettlementPayment next = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();
        Assert.Equal((1_000, disputed.Entry), (next.NetAmount.Value, next.Carried.Single().Source));
        await Maker.PrepareBatchAsync(With(Prepare(), disputed.Entry)).IsRefusedAsync(Reason.RedemptionSettled);
        await Maker.PrepareBatchAsync(With(Prepare(), $"{_desk.Region}/entries/0")).IsRefusedAsync(Reason.RedemptionNotFound);
    }

    [Fact]
    public async Task A_preview_holds_nothing()
    {
        await EatAsync(1_000);
        PrepareBatchRequest preview = Prepare();
        preview.ValidateOnly = true;

        SettlementBatch seen = (await Maker.PrepareBatchAsync(preview)).Batch;
        SettlementBatch batch = (await Maker.PrepareBatchAsync(Prepare())).Batch;

        Assert.Equal(("", "", 1_000), (seen.Name, seen.PreparedEntry, seen.TotalAmount.Value));
        Assert.Equal(1_000, batch.TotalAmount.Value);
    }

    [Fact]
    public async Task A_retry_gives_the_first_answer()
    {
        await EatAsync(1_000);
        PrepareBatchRequest request = Prepare();

        PrepareBatchResponse first = await Maker.PrepareBatchAsync(request);
        Assert.Equal(first, await Maker.PrepareBatchAsync(request));

        PrepareBatchRequest other = With(request.Clone(), $"{_desk.Region}/entries/0");
        await Maker.PrepareBatchAsync(other).IsRefusedAsync(Reason.RequestIdReused);
        ListBatchesResponse drafts =
            await Maker.ListBatchesAsync(new ListBatchesRequest { Parent = _desk.Region, State = SettlementState.Draft });
        Assert.Single(drafts.Batches, batch => batch.Name == first.Batch.Name && batch.Payments.Count == 0);
    }

    [Theory]
    [InlineData("regions/430211/settlements/short/payments/1", "payment")]
    [InlineData("regions/430211/settlements/0123456789AB/payments/0", "payment")]
    [InlineData("regions/430211/settlements/0123456789AB/payments/01", "payment")]
    [InlineData("regions/430211/settlements/0123456789AB", "payment")]
    public async Task A_wrong_name_of_a_payment_is_refused(string payment, string field) =>
        await Settlements(Role.Auditor, "auditor", "430211").ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = payment })
            .IsRefusedAsync(Reason.InvalidField, field);

    /// <summary>The bytes of a batch's entries have the amounts of every provider in it.</summary>
    [Fact]
    public async Task A_clerk_does_not_read_what_a_batch_pays_to_others()
    {
        await EatAsync(1_000);
        SettlementBatch batch = await ApprovedAsync();
        var clerk = new LedgerService.LedgerServiceClient(server.As(Role.ProviderClerk, _canteen, regions: Code));

        foreach (string entry in new[] { batch.PreparedEntry, batch.ApprovedEntry })
        {
            await server.SignedAsync(long.Parse(entry.Split('/')[^1], CultureInfo.InvariantCulture) + 1, region: Code);
            InclusionProof proof = await clerk.GetInclusionProofAsync(new GetInclusionProofRequest { Name = entry });
            Assert.Equal((0, 0), (proof.Entry.Length, proof.Salt.Length));
        }
    }

    [Fact]
    public async Task A_clerk_sees_the_lines_of_the_own_provider_alone()
    {
        await EatAsync(1_000);
        SettlementPayment payment = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();
        var request = new ListPaymentLinesRequest { Payment = payment.Name };

        Assert.Single((await Clerk(_canteen).ListPaymentLinesAsync(request)).Lines);
        string other = await _desk.ProviderAsync(V1.ServiceType.Bath);
        await Clerk(other).ListPaymentLinesAsync(request).IsRefusedAsync(Reason.PartyNotAllowed);
        // A second role gives what it gives, and no more.
        await new SettlementService.SettlementServiceClient(server.AsBoth(Role.ProviderClerk, Role.Volunteer, other, Code))
            .ListPaymentLinesAsync(request).IsRefusedAsync(Reason.PartyNotAllowed);

        SettlementService.SettlementServiceClient Clerk(string provider) => new(server.As(Role.ProviderClerk, provider, regions: Code));
    }

    private SettlementService.SettlementServiceClient Settlements(Role role, string subject, string? region = null) =>
        new(server.As(role, subject: subject, regions: region ?? Code));

    private PrepareBatchRequest Prepare() => new() { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen } };

    private static PrepareBatchRequest With(PrepareBatchRequest request, string setAside)
    {
        request.SetAside.Add(setAside);
        return request;
    }

    private static ApproveBatchRequest Approve(SettlementBatch batch) => new() { RequestId = Desk.Id(), Name = batch.Name };

    private RecordPaymentOutcomeRequest Word(SettlementPayment payment, PaymentState outcome) => new()
    {
        RequestId = Desk.Id(), Payment = payment.Name, Outcome = outcome, BankAccount = "main", Reference = "B1",
        Date = new Date { Year = 2026, Month = 10, Day = 1 },
    };

    private async Task<SettlementBatch> ApprovedAsync()
    {
        SettlementBatch batch = (await Maker.PrepareBatchAsync(Prepare())).Batch;
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        return await Checker.ApproveBatchAsync(Approve(batch));
    }

    private async Task<Redemption> EatAsync(long fen) =>
        (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(_voucher, _canteen, fen))).Redemption;

    private Task<long> PayableAsync() => BalanceAsync($"provider/{_canteen.Split('/')[^1]}/payable");

    private async Task<long> BalanceAsync(string path)
    {
        try
        {
            return (await new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: Code))
                .GetAccountAsync(new GetAccountRequest { Name = $"{_desk.Region}/accounts/{path}" })).Balance.Amount.Value;
        }
        catch (Grpc.Core.RpcException missing) when (missing.StatusCode == Grpc.Core.StatusCode.NotFound)
        {
            return 0;
        }
    }
}
