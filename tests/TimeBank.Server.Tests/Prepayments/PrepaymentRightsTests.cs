using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Who may see and do what with prepaid fees, and what is refused at the door.</summary>
[Collection(ComplaintCollection.Name)]
public sealed class PrepaymentRightsTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430281";

    private readonly PrepaymentDesk _desk = new(server, Region);

    public async ValueTask InitializeAsync() => await _desk.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Nobody_sees_or_moves_what_is_not_theirs()
    {
        Prepayment made = await _desk.OfClerk.ProposePrepaymentAsync(_desk.Plan());
        string otherElder = await _desk.Desk.RegisterElderAsync(), otherProvider = await _desk.Desk.ProviderAsync(V1.ServiceType.Meal);
        var agree = new AgreePrepaymentRequest { RequestId = Desk.Id(), Name = made.Name };
        var get = new GetPrepaymentRequest { Name = made.Name };

        await _desk.As(Role.ProviderClerk, otherProvider).ProposePrepaymentAsync(_desk.Plan()).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Maker.ProposePrepaymentAsync(_desk.Plan()).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.As(Role.Elder, otherElder).AgreePrepaymentAsync(agree).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.OfClerk.AgreePrepaymentAsync(agree).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Counter.AgreePrepaymentAsync(agree).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Counter.AgreePrepaymentAsync(new AgreePrepaymentRequest(agree) { OnBehalfOf = otherElder })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.Elder, otherElder).GetPrepaymentAsync(get).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.ProviderClerk, otherProvider).GetPrepaymentAsync(get).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.Elder, otherElder).EndPrepaymentAsync(_desk.End(made)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.ProviderClerk, otherProvider).EndPrepaymentAsync(_desk.End(made)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.As(Role.Elder, otherElder).DisputePrepaymentAsync(_desk.Dispute(made, true)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Checker.RecordPrepaymentReceiptAsync(_desk.Receipt(made, 1)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Maker.ApprovePrepaymentRefundAsync(_desk.Approve(made)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.OfClerk.GetCustodyReportAsync(new GetCustodyReportRequest { Parent = _desk.Desk.Region })
            .IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Auditor.EndPrepaymentAsync(_desk.End(made)).IsRefusedAsync(Reason.RoleNotAllowed);
        var list = new ListPrepaymentsRequest { Parent = _desk.Desk.Region, Party = _desk.Elder };
        await _desk.As(Role.Elder, otherElder).ListPrepaymentsAsync(list).IsRefusedAsync(Reason.PartyNotAllowed);

        Assert.Equal(made, await _desk.OfElder.GetPrepaymentAsync(get));
        Assert.Equal(made, await _desk.OfClerk.GetPrepaymentAsync(get));
        Assert.Equal([made.Name], (await _desk.OfElder.ListPrepaymentsAsync(list)).Prepayments.Select(one => one.Name));
        Assert.Equal([made.Name], (await _desk.OfClerk.ListPrepaymentsAsync(new ListPrepaymentsRequest(list) { Party = _desk.Provider }))
            .Prepayments.Select(one => one.Name));
        Assert.Empty((await _desk.Auditor.ListPrepaymentsAsync(new ListPrepaymentsRequest(list) { State = V1.PrepaymentState.Ended }))
            .Prepayments);
    }

    [Fact]
    public async Task A_provider_takes_back_what_the_elder_has_not_agreed_to_and_nothing_else()
    {
        Prepayment made = await _desk.OfClerk.ProposePrepaymentAsync(_desk.Plan()), agreed = await _desk.AgreedAsync();

        PrepaymentMovement taken = await _desk.OfClerk.EndPrepaymentAsync(_desk.End(made));

        Assert.Equal((V1.PrepaymentState.Ended, ""), (taken.Prepayment.State, taken.Entry));
        await _desk.OfClerk.EndPrepaymentAsync(_desk.End(agreed)).IsRefusedAsync(Reason.PrepaymentWrongState);
        await _desk.OfElder.AgreePrepaymentAsync(new AgreePrepaymentRequest { RequestId = Desk.Id(), Name = made.Name })
            .IsRefusedAsync(Reason.PrepaymentWrongState);
        await _desk.Checker.ApprovePrepaymentRefundAsync(_desk.Approve(made)).IsRefusedAsync(Reason.PrepaymentNothingDue);
    }

    [Fact]
    public async Task A_plan_beyond_the_limits_is_refused()
    {
        async Task IsRefusedAsync(Action<ProposePrepaymentRequest> change, Reason reason, params string[] fields)
        {
            ProposePrepaymentRequest plan = _desk.Plan();
            change(plan);
            await _desk.OfClerk.ProposePrepaymentAsync(plan).IsRefusedAsync(reason, fields);
        }
        await IsRefusedAsync(plan => plan.Months = 13, Reason.PrepaymentTooLong);
        await IsRefusedAsync(plan => plan.Months = 0, Reason.InvalidField, "months");
        await IsRefusedAsync(plan => plan.Months = int.MaxValue, Reason.InvalidField, "months");
        await IsRefusedAsync(plan => plan.Deposit = Desk.Fen(120_001), Reason.PrepaymentDepositTooHigh);
        await IsRefusedAsync(plan => plan.MonthlyBedFee = Desk.Fen(30_001), Reason.InvalidField, "monthly_bed_fee");
        await IsRefusedAsync(plan => plan.MonthlyAmount = Desk.Fen(0), Reason.AmountNotPositive);
        await IsRefusedAsync(plan => plan.MonthlyAmount = Desk.Fen(-1), Reason.AmountNotPositive);
        await IsRefusedAsync(plan => plan.MonthlyAmount = Desk.Fen(long.MaxValue), Reason.AmountTooLarge);
        await IsRefusedAsync(plan => plan.MonthlyAmount = Desk.Fen(Shape.MaxAmount), Reason.AmountTooLarge);
        await IsRefusedAsync(plan => plan.Deposit = Desk.Minutes(60), Reason.UnitMismatch);
        foreach (int months in (int[])[-1, 13])
        {
            Google.Type.Date month = PrepaymentDesk.Month(_desk.Desk.Today.AddMonths(months));
            await IsRefusedAsync(plan => plan.FirstMonth = month, Reason.InvalidField, "first_month");
        }
        await IsRefusedAsync(plan => plan.ServiceType = V1.ServiceType.Bath, Reason.ProviderNotForService);
        await IsRefusedAsync(plan => plan.Elder = $"{_desk.Desk.Region}/elders/000000000000", Reason.ElderNotFound);
        await IsRefusedAsync(plan => plan.Elder = "regions/430211/elders/000000000000", Reason.InvalidField, "elder");
        await IsRefusedAsync(plan => plan.Purpose = "", Reason.InvalidField, "purpose");
    }

    [Fact]
    public async Task Money_that_was_not_agreed_or_not_there_is_refused()
    {
        Prepayment agreed = await _desk.AgreedAsync();
        async Task IsRefusedAsync(Action<RecordPrepaymentReceiptRequest> change, Reason reason, params string[] fields)
        {
            RecordPrepaymentReceiptRequest receipt = _desk.Receipt(agreed, 1_000);
            change(receipt);
            await _desk.Maker.RecordPrepaymentReceiptAsync(receipt).IsRefusedAsync(reason, fields);
        }
        await IsRefusedAsync(one => one.Amount = Desk.Fen(-1), Reason.AmountNotPositive);
        await IsRefusedAsync(one => one.Amount = Desk.Fen(long.MinValue), Reason.AmountNotPositive);
        await IsRefusedAsync(one => one.Amount = Desk.Fen(90_001), Reason.PrepaymentTooMuch);
        await IsRefusedAsync(one => (one.Amount, one.Deposit) = (Desk.Fen(20_001), Desk.Fen(20_001)), Reason.PrepaymentTooMuch);
        await IsRefusedAsync(one => one.Deposit = Desk.Fen(1_001), Reason.InvalidField, "deposit");
        await IsRefusedAsync(one => one.BankAccount = "nowhere", Reason.BankAccountNotFound);
        await IsRefusedAsync(one => one.Reference = "", Reason.InvalidField, "reference");
        await IsRefusedAsync(one => one.ReceivedDate = _desk.Desk.Today.AddDays(1).ToContract(), Reason.InvalidField, "received_date");
        await IsRefusedAsync(one => one.ReceivedDate = _desk.Desk.Today.AddYears(-2).ToContract(), Reason.ReceiptTooOld);
        await IsRefusedAsync(one => one.Name = $"{_desk.Desk.Region}/prepayments/000000000000", Reason.PrepaymentNotFound);
        await _desk.Maker.RecordPrepaymentRefundAsync(_desk.Refund(agreed)).IsRefusedAsync(Reason.PrepaymentWrongState);

        Assert.Equal((long[])[0, 0, 0, 0, 0, 0], PrepaymentDesk.Sums(await _desk.ReadAsync(agreed)));
    }
}
