using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Bill = TimeBank.V1.Bill;

namespace TimeBank.Server.Tests;

/// <summary>Bills that are taken back, as a whole and line by line.</summary>
[Collection(ServerCollection.Name)]
public sealed class BillRefundTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430103";

    private readonly BillDesk _bill = new(server, Region);

    public async ValueTask InitializeAsync() => await _bill.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Lines_are_taken_back_each_once_and_together_they_are_the_bill()
    {
        Bill paid = await PayAsync();
        RefundBillRequest care = _bill.Refund(paid, 2);
        RefundBillResponse would = await _bill.Clerk.RefundBillAsync(new RefundBillRequest(care) { ValidateOnly = true });
        Assert.Equal((2_500, BillState.PartlyRefunded, 0), (would.Refunded.Value, would.Bill.State, would.Bill.RefundEntries.Count));
        Assert.Equal(paid.Credited.Value, await _bill.PayableAsync());

        RefundBillResponse first = await _bill.Clerk.RefundBillAsync(care);

        Assert.Equal((2_500, BillState.PartlyRefunded), (first.Refunded.Value, first.Bill.State));
        Assert.Equal([RedemptionState.Redeemed, RedemptionState.Refunded], first.Bill.Lines.Select(line => line.State));
        Assert.Equal([(_bill.Money.Name, _bill.Money.Remaining.Value)],
            first.Vouchers.Select(rest => (rest.Voucher, rest.Remaining.Value)));
        Assert.Equal(_bill.Money.Remaining.Value, await _bill.LeftAsync(_bill.Money));
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 2)).IsRefusedAsync(Reason.BillLineAlreadyRefunded);
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 1, 2)).IsRefusedAsync(Reason.BillLineAlreadyRefunded);

        RefundBillResponse rest = await _bill.Clerk.RefundBillAsync(_bill.Refund(paid));

        Assert.Equal((paid.Credited.Value, BillState.Refunded, 2),
            (first.Refunded.Value + rest.Refunded.Value, rest.Bill.State, rest.Bill.RefundEntries.Count));
        Assert.Equal((10, 10, 0), (await _bill.LeftAsync(_bill.Meals), await _bill.LeftAsync(_bill.Cheap), await _bill.PayableAsync()));
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid)).IsRefusedAsync(Reason.BillLineAlreadyRefunded);
        // A repeated request answers as it did, whatever happened since; another one under its id is none.
        Assert.Equal(first, await _bill.Clerk.RefundBillAsync(care));
        await _bill.Clerk.RefundBillAsync(new RefundBillRequest(care) { Memo = "another" }).IsRefusedAsync(Reason.RequestIdReused);
        await _bill.Clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest(_bill.Desk.Lunch(_bill.Meals.Name, _bill.Provider)) { RequestId = care.RequestId })
            .IsRefusedAsync(Reason.RequestIdReused);
        Bill read = await _bill.Clerk.GetBillAsync(new GetBillRequest { Name = paid.Name });
        Assert.Equal(rest.Bill, read);
        Assert.All((await _bill.ListAsync(state: RedemptionState.Refunded)).Redemptions,
            one => Assert.Equal((paid.Name, RedemptionState.Refunded), (one.Bill, one.State)));
        Assert.Empty((await _bill.ListAsync(state: RedemptionState.Redeemed)).Redemptions);
    }

    [Fact]
    public async Task Of_racing_refunds_of_one_line_one_takes_it_back()
    {
        Bill paid = await PayAsync();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async at =>
        {
            try
            {
                await _bill.Clerk.RefundBillAsync(at % 2 == 0 ? _bill.Refund(paid, 1) : _bill.Refund(paid));
                return "refunded";
            }
            catch (RpcException error)
            {
                return error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason;
            }
        }));

        Assert.All(answers, answer => Assert.Contains(answer, new[] { "refunded", "BILL_LINE_ALREADY_REFUNDED" }));
        Assert.InRange(answers.Count(answer => answer == "refunded"), 1, 2);
        Assert.Equal((10, 10), (await _bill.LeftAsync(_bill.Meals), await _bill.LeftAsync(_bill.Cheap)));
        Bill read = await _bill.Clerk.GetBillAsync(new GetBillRequest { Name = paid.Name });
        Assert.Equal(read.Lines.Where(line => line.State == RedemptionState.Redeemed).Sum(line => line.Credited.Value),
            await _bill.PayableAsync());
    }

    /// <summary>The line used to be refused, and the provider was paid for what it hadn't given.</summary>
    [Fact]
    public async Task What_comes_back_for_a_voucher_that_has_ended_is_its_programmes()
    {
        Bill paid = await PayAsync();
        await _bill.Desk.Vouchers.VoidVoucherAsync(
            new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = _bill.Money.Name, Memo = "left the district" });
        var report = new GetProgrammeReportRequest { Programme = _bill.Money.Programme };
        long before = (await _bill.Desk.Auditor.GetProgrammeReportAsync(report)).Available.Value;

        RefundBillResponse care = await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 2));

        Assert.Equal((2_500, 0), (care.Refunded.Value, Assert.Single(care.Vouchers).Remaining.Value));
        ProgrammeReport after = await _bill.Desk.Auditor.GetProgrammeReportAsync(report);
        ReportTies.Check(after);
        Assert.Equal((before + 2_500, 0, 2_500, 2_500),
            (after.Available.Value, after.Money.Redeemed.Value, after.Money.Released.Value, after.Money.Refunded.Value));
        Assert.Equal(VoucherState.Voided,
            (await _bill.Clerk.GetVoucherAsync(new GetVoucherRequest { Name = _bill.Money.Name })).State);
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 2)).IsRefusedAsync(Reason.BillLineAlreadyRefunded);
        RefundBillResponse meals = await _bill.Clerk.RefundBillAsync(_bill.Refund(paid));
        Assert.Equal((paid.Lines[0].Credited, BillState.Refunded, 0), (meals.Refunded, meals.Bill.State, await _bill.PayableAsync()));
        Assert.Equal((10, 10), (await _bill.LeftAsync(_bill.Meals), await _bill.LeftAsync(_bill.Cheap)));
    }

    [Fact]
    public async Task A_provider_that_was_paid_meanwhile_owes_what_is_taken_back()
    {
        Bill paid = await PayAsync();
        await PayeeSeed.WriteAsync(server.Services, _bill.Provider);
        SettlementService.SettlementServiceClient maker = new(server.As(Role.FinanceMaker, subject: "maker", regions: Region)),
            checker = new(server.As(Role.FinanceChecker, subject: "checker", regions: Region));
        SettlementBatch batch = (await maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _bill.Desk.Region, Providers = { _bill.Provider } })).Batch;
        await maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        Assert.Equal(0, await _bill.PayableAsync());
        RefundBillRequest care = _bill.Refund(paid, 2);
        Assert.Equal(2_500, (await _bill.Clerk.RefundBillAsync(new RefundBillRequest(care) { ValidateOnly = true })).Refunded.Value);

        await _bill.Clerk.RefundBillAsync(care);

        ProviderClaimOf(2_500, (await maker.ListClaimsAsync(
            new ListClaimsRequest { Parent = _bill.Desk.Region, IncludeAllDebts = true, PageSize = 1_000 })).Claims);
        Assert.Equal(_bill.Money.Remaining.Value, await _bill.LeftAsync(_bill.Money));
    }

    [Fact]
    public async Task Wrong_refunds_say_why_and_take_nothing_back()
    {
        Bill paid = await PayAsync();
        string stranger = await _bill.Desk.ProviderAsync(V1.ServiceType.Meal);
        string before = await server.TrialBalanceAsync(Region);

        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 3)).IsRefusedAsync(Reason.InvalidField, "lines[0]");
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 0)).IsRefusedAsync(Reason.InvalidField, "lines[0]");
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 1, 1)).IsRefusedAsync(Reason.InvalidField, "lines[1]");
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 1, 2, 3)).IsRefusedAsync(Reason.InvalidField, "lines");
        await _bill.Clerk.RefundBillAsync(new RefundBillRequest(_bill.Refund(paid)) { Memo = "" })
            .IsRefusedAsync(Reason.InvalidField, "memo");
        await _bill.Clerk.RefundBillAsync(new RefundBillRequest(_bill.Refund(paid)) { Bill = paid.Entry })
            .IsRefusedAsync(Reason.InvalidField, "bill");
        await _bill.Clerk.RefundBillAsync(new RefundBillRequest(_bill.Refund(paid)) { Bill = $"{_bill.Desk.Region}/bills/0" })
            .IsRefusedAsync(Reason.BillNotFound);
        await _bill.Desk.Clerk(stranger).RefundBillAsync(_bill.Refund(paid)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _bill.Desk.Elder(_bill.Elder).RefundBillAsync(_bill.Refund(paid)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _bill.Desk.Counter().RefundBillAsync(_bill.Refund(paid)).IsRefusedAsync(Reason.OnBehalfOfRequired);

        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        await _bill.Desk.Counter().RefundBillAsync(new RefundBillRequest(_bill.Refund(paid)) { OnBehalfOf = _bill.Elder });
    }

    [Fact]
    public async Task A_line_that_the_elder_paid_has_nothing_to_take_back()
    {
        PayBillRequest asked = _bill.Bill();
        asked.Lines[0] = BillDesk.Line("care-home", 1, 1);
        Bill paid = (await _bill.Clerk.PayBillAsync(asked)).Bill;
        Assert.Empty(paid.Lines[0].Shares);

        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 1)).IsRefusedAsync(Reason.BillLineNotPaid);
        Bill back = (await _bill.Clerk.RefundBillAsync(_bill.Refund(paid, 2))).Bill;

        Assert.Equal(BillState.Refunded, back.State);
        await _bill.Clerk.RefundBillAsync(_bill.Refund(paid)).IsRefusedAsync(Reason.BillLineAlreadyRefunded);
    }

    private async Task<Bill> PayAsync() => (await _bill.Clerk.PayBillAsync(_bill.Bill())).Bill;

    private void ProviderClaimOf(long fen, IEnumerable<V1.ProviderClaim> claims) =>
        Assert.Equal(fen, claims.Single(claim => claim.Provider == _bill.Provider).Owed.Value);
}
