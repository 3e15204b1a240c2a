using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using Estate = TimeBank.V1.Estate;
using ServicePlace = TimeBank.V1.ServicePlace;

namespace TimeBank.Server.Tests;

/// <summary>
/// Persistent subsidies from the issue to the heirs. The class has its own server, because it moves the clock over years.
/// </summary>
public sealed partial class EstateTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;
    private string _programme = "", _elder = "", _carer = "", _voucher = "";

    private FundService.FundServiceClient Maker => _desk.Maker;

    private FundService.FundServiceClient Checker => new(_server.As(Role.FinanceChecker));

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
        string fund = await _desk.FundAsync("lottery", 100_000_000);
        _programme = await _desk.FundedAsync(_desk.Subsidy("subsidy"), (fund, 1_000_000));
        _elder = await _desk.RegisterElderAsync();
        _carer = await _desk.ProviderAsync(V1.ServiceType.Care);
        await IssueAsync(2026, 10);
        _voucher = (await VoucherAsync()).Name;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_subsidy_never_expires_goes_back_to_nobody_and_is_listed_last()
    {
        string fund = $"{_desk.Region}/funds/lottery", national = await _desk.FundedAsync(_desk.National("national"), (fund, 1_000_000));
        await _desk.Elders().RecordAssessmentAsync(
            new RecordAssessmentRequest { RequestId = Id(), Elder = _elder, AssessedDate = Day(2026, 9, 1), Score = 40 });
        await _desk.IssueAsync(national);
        Voucher subsidy = await VoucherAsync();
        var list = new ListVouchersRequest { Parent = _desk.Region, Elder = _elder };
        ListVouchersResponse all = await _desk.Vouchers.ListVouchersAsync(list);

        Assert.Equal((null, null, VoucherState.Active, 20_000L), (subsidy.UseBy, subsidy.ClaimBy, subsidy.State, subsidy.Remaining.Value));
        Assert.Equal([national, _programme], all.Vouchers.Select(one => one.Programme));
        Assert.Equal([_programme], await SecondPageAsync());
        V1.Account account = await new LedgerService.LedgerServiceClient(_server.As(Role.Auditor)).GetAccountAsync(
            new GetAccountRequest { Name = $"{_desk.Region}/accounts/voucher/{Last(_voucher)}" });
        Assert.Equal((Day(2026, 10, 1), null), (account.Valid.FirstDay, account.Valid.LastDay));

        await AdvanceAsync(2027, 12, 3);
        RunSummary expired = (await Desk.RunAsync(_desk.Vouchers.ExpireVouchers(
            new ExpireVouchersRequest { RequestId = Id(), Parent = _desk.Region })))[^1].Summary;
        RunSummary returned = (await Desk.RunAsync(Maker.ReturnUnspentFunds(
            new ReturnUnspentFundsRequest { RequestId = Id(), Parent = _desk.Region, Programmes = { _programme } })))[^1].Summary;

        Assert.Equal(1, expired.Changed);
        ProgrammeReturn back = Assert.Single(returned.Returns);
        Assert.Equal((980_000, 20_000), (back.Funds.Single().Amount.Value, back.Bound.Value));
        // What is bound is carried from year to year, and is still good.
        FundingReport year = await _desk.Auditor.GetFundingReportAsync(new GetFundingReportRequest
        {
            Parent = _desk.Region, Period = new Period { FirstDay = Day(2027, 1, 1), LastDay = Day(2027, 12, 31) },
        });
        FundingLine line = Assert.Single(year.Lines, one => one.Programme == _programme);
        Assert.Equal((1_000_000, 980_000, 20_000), (line.Carried.Value, line.Returned.Value, line.Unspent.Value));
        Assert.Equal(4_000, (await _desk.Clerk(_carer).RedeemVoucherAsync(Care(8_000))).Redemption.PaidByVoucher.Value);
        await CheckReportAsync(redeemed: 4_000, paid: 0, remaining: 16_000);

        async Task<IEnumerable<string>> SecondPageAsync()
        {
            var request = new ListVouchersRequest(list) { PageSize = 1 };
            request.PageToken = (await _desk.Vouchers.ListVouchersAsync(request)).NextPageToken;
            return (await _desk.Vouchers.ListVouchersAsync(request)).Vouchers.Select(one => one.Programme);
        }
    }

    [Fact]
    public async Task Who_leaves_gets_nothing_more_and_keeps_what_is_there()
    {
        await NoticeAsync(NoticeKind.Left, Day(2026, 10, 1));
        await AdvanceAsync(2026, 12, 3);

        Assert.Equal(0, (await IssueAsync(2026, 12)).Changed);
        RedeemVoucherResponse paid = await _desk.Clerk(_carer).RedeemVoucherAsync(Care(8_000));
        PayBillRequest bill = Bill(6_000);
        Assert.Equal(3_000, (await _desk.Clerk(_carer).PayBillAsync(bill)).Bill.Credited.Value);
        Assert.Equal((4_000, 16_000), (paid.Redemption.Credited.Value, paid.Remaining.Value));
        await Maker.GetEstateAsync(new GetEstateRequest { Elder = _elder }).IsRefusedAsync(Reason.EstateElderAlive);
    }

    [Fact]
    public async Task What_is_left_after_a_death_is_paid_to_the_estate_once_by_two_persons()
    {
        await _desk.Clerk(_carer).RedeemVoucherAsync(Care(8_000));
        await AdvanceAsync(2026, 10, 12);
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 10));
        RedeemVoucherRequest before = Care(2_000), after = Care(2_000);
        (before.ServiceDate, after.ServiceDate) = (Day(2026, 10, 10), Day(2026, 10, 11));
        string redemption = (await _desk.Clerk(_carer).RedeemVoucherAsync(before)).Redemption.Name;
        await _desk.Clerk(_carer).RedeemVoucherAsync(after).IsRefusedAsync(Reason.ElderDeceased);
        Voucher voucher = await VoucherAsync();
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = Id(), Voucher = voucher.Name, Memo = "作废" })
            .IsRefusedAsync(Reason.VoucherOfEstate);

        Estate waiting = Assert.Single((await ListAsync()).Estates);
        Assert.Equal((_elder, Day(2026, 10, 10), Day(2026, 11, 29), 15_000L),
            (waiting.Elder, waiting.DeathDate, waiting.PayableFrom, waiting.Amount.Value));
        ProposeEstatePayoutRequest propose = Proposal();
        await Maker.ProposeEstatePayoutAsync(propose).IsRefusedAsync(Reason.EstateClaimsOpen);

        await AdvanceAsync(2026, 11, 29);
        await _desk.Clerk(_carer).RedeemVoucherAsync(new RedeemVoucherRequest(before) { RequestId = Id() })
            .IsRefusedAsync(Reason.VoucherClaimByPassed);
        await Maker.ProposeEstatePayoutAsync(new ProposeEstatePayoutRequest(Proposal()) { BankAccount = "nobody" })
            .IsRefusedAsync(Reason.BankAccountNotFound);
        propose.RequestId = Id();
        EstatePayout dry = await Maker.ProposeEstatePayoutAsync(new ProposeEstatePayoutRequest(propose) { ValidateOnly = true });
        Assert.Empty((await EstateAsync()).Payouts);
        EstatePayout proposed = await Maker.ProposeEstatePayoutAsync(propose);
        Assert.Equal((dry.Amount, EstatePayoutState.Proposed, 15_000L), (proposed.Amount, proposed.State, proposed.Amount.Value));
        Assert.Equal(proposed, await Maker.ProposeEstatePayoutAsync(propose));
        await Maker.ProposeEstatePayoutAsync(Proposal()).IsRefusedAsync(Reason.EstatePayoutPending);

        var approve = new ApproveEstatePayoutRequest { RequestId = Id(), Payout = proposed.Name };
        var same = new FundService.FundServiceClient(_server.As(Role.FinanceChecker, subject: proposed.ProposedBy));
        await same.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest(approve) { RequestId = Id() })
            .IsRefusedAsync(Reason.MakerIsChecker);
        await Maker.ApproveEstatePayoutAsync(approve).IsRefusedAsync(Reason.RoleNotAllowed);
        Assert.Equal("", (await Checker.ApproveEstatePayoutAsync(
            new ApproveEstatePayoutRequest(approve) { ValidateOnly = true })).Entry);
        Assert.Equal(15_000, (await EstateAsync()).Amount.Value);
        EstatePayout paid = await Checker.ApproveEstatePayoutAsync(approve);

        Assert.Equal((EstatePayoutState.Paid, proposed.ProposeTime), (paid.State, paid.ProposeTime));
        Assert.Equal(paid, await Checker.ApproveEstatePayoutAsync(approve));
        await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest(approve) { RequestId = Id() })
            .IsRefusedAsync(Reason.EstatePayoutWrongState);
        Entry entry = await EntryAsync(paid.Entry);
        Assert.Equal(("PAY_ESTATE", "R-7"), (entry.Code, entry.Memo));
        Assert.Equal(
            [$"voucher/{Last(_voucher)} estate/{Last(_elder)} 15000", $"estate/{Last(_elder)} bank/main 15000"],
            entry.Transfers.Select(one => $"{Path(one.DebitAccount)} {Path(one.CreditAccount)} {one.Amount.Value}"));
        Assert.Equal((VoucherState.PaidOut, 0L), ((await VoucherAsync()).State, (await VoucherAsync()).Remaining.Value));
        Assert.Empty((await ListAsync()).Estates);
        await CheckReportAsync(redeemed: 5_000, paid: 15_000, remaining: 0);
        await Maker.ProposeEstatePayoutAsync(Proposal()).IsRefusedAsync(Reason.EstateEmpty);

        // What was not given after all isn't the provider's: it waits for the heirs, and pays for nothing else.
        await _desk.Clerk(_carer).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Id(), Redemption = redemption, Memo = "退" });
        Assert.Equal(
            (1_000L, VoucherState.Active), (Assert.Single((await ListAsync()).Estates).Amount.Value, (await VoucherAsync()).State));
        await _desk.Clerk(_carer).RedeemVoucherAsync(new RedeemVoucherRequest(before) { RequestId = Id() })
            .IsRefusedAsync(Reason.VoucherClaimByPassed);
        Assert.Equal(1_000, (await PayAsync()).Amount.Value);
        await CheckReportAsync(redeemed: 4_000, paid: 16_000, remaining: 0);
    }

    [Fact]
    public async Task A_payment_that_comes_back_from_the_bank_is_reversed_and_the_estate_waits_again()
    {
        await DieAsync();
        EstatePayout first = await Maker.ProposeEstatePayoutAsync(Proposal());
        EstatePayout withdrawn = await Checker.WithdrawEstatePayoutAsync(
            new WithdrawEstatePayoutRequest { RequestId = Id(), Payout = first.Name });
        Assert.Equal((EstatePayoutState.Withdrawn, ""), (withdrawn.State, withdrawn.Entry));
        await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = Id(), Payout = first.Name })
            .IsRefusedAsync(Reason.EstatePayoutWrongState);
        EstatePayout paid = await PayAsync();

        await ReverseAsync(paid);

        Assert.Equal(20_000, Assert.Single((await ListAsync()).Estates).Amount.Value);
        await CheckReportAsync(redeemed: 0, paid: 0, remaining: 20_000);
        EstatePayout again = await PayAsync();
        Assert.NotEqual(paid.Entry, again.Entry);
        await CheckReportAsync(redeemed: 0, paid: 20_000, remaining: 0);
        Assert.Equal(
            [EstatePayoutState.Withdrawn, EstatePayoutState.Reversed, EstatePayoutState.Paid],
            (await EstateAsync()).Payouts.Select(one => one.State));
    }

    [Fact]
    public async Task What_was_issued_after_an_unknown_death_is_taken_back_and_a_corrected_death_stops_a_payment()
    {
        await AdvanceAsync(2026, 11, 2);
        await IssueAsync(2026, 11);
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 20));
        Voucher[] vouchers = [.. (await VouchersAsync()).OrderBy(one => one.ValidFrom.Month)];
        Assert.Equal(20_000, (await EstateAsync()).Amount.Value);
        LedgerService.LedgerServiceClient books = new(_server.As(Role.FinanceMaker));
        await books.ReverseAsync(new ReverseRequest { RequestId = Id(), Entry = vouchers[0].IssueEntry, Memo = "误发" })
            .IsRefusedAsync(Reason.VoucherOfEstate);
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = Id(), Voucher = vouchers[1].Name, Memo = "去世后发放" });
        await AdvanceAsync(2026, 11, 30);
        EstatePayout proposed = await Maker.ProposeEstatePayoutAsync(Proposal());
        await NoticeAsync(NoticeKind.Returned, Day(2026, 11, 30));

        await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = Id(), Payout = proposed.Name })
            .IsRefusedAsync(Reason.EstateElderAlive);
        Assert.Empty((await ListAsync()).Estates);
    }

    [Fact]
    public async Task A_refund_after_the_proposal_changes_the_amount_and_the_payment_is_proposed_anew()
    {
        string redemption = (await _desk.Clerk(_carer).RedeemVoucherAsync(Care(8_000))).Redemption.Name;
        await DieAsync();
        EstatePayout proposed = await Maker.ProposeEstatePayoutAsync(Proposal());
        await _desk.Clerk(_carer).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Id(), Redemption = redemption, Memo = "退" });

        await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = Id(), Payout = proposed.Name })
            .IsRefusedAsync(Reason.EstateAmountChanged);
        await Maker.WithdrawEstatePayoutAsync(new WithdrawEstatePayoutRequest { RequestId = Id(), Payout = proposed.Name });
        Assert.Equal(20_000, (await PayAsync()).Amount.Value);
    }

    [Theory]
    [InlineData("no bank", "bank_account")]
    [InlineData("no reference", "bank_reference")]
    [InlineData("no evidence", "evidence")]
    [InlineData("long evidence", "evidence")]
    [InlineData("elder", "elder")]
    public async Task A_wrong_field_is_named(string wrong, string field)
    {
        ProposeEstatePayoutRequest request = Proposal();
        switch (wrong)
        {
            case "no bank": request.BankAccount = ""; break;
            case "no reference": request.BankReference = ""; break;
            case "no evidence": request.Evidence = ""; break;
            case "long evidence": request.Evidence = new string('证', 201); break;
            default: request.Elder = _programme; break;
        }
        await Maker.ProposeEstatePayoutAsync(request).IsRefusedAsync(Reason.InvalidField, field);
        await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = Id(), Payout = _elder })
            .IsRefusedAsync(Reason.InvalidField, "payout");
        await Checker.ApproveEstatePayoutAsync(
            new ApproveEstatePayoutRequest { RequestId = Id(), Payout = $"{_elder}/estatePayouts/000000000000" })
            .IsRefusedAsync(Reason.EstatePayoutNotFound);
    }

    [Theory]
    [InlineData("price", Reason.InvalidField, "contract_price")]
    [InlineData("units", Reason.UnitMismatch, "monthly_quota.unit")]
    [InlineData("no amount", Reason.InvalidField, "monthly_quota")]
    [InlineData("no conditions", Reason.InvalidField, "eligibility")]
    public async Task A_programme_of_the_class_has_an_amount_and_conditions(string wrong, Reason reason, string field)
    {
        CreateProgrammeRequest request = _desk.Subsidy("another");
        switch (wrong)
        {
            case "price": request.ContractPrice = Fen(1); break;
            case "units": request.MonthlyQuota.Unit = "MEAL"; break;
            case "no amount": request.MonthlyQuota = null; break;
            default: request.Eligibility = null; break;
        }
        await Maker.CreateProgrammeAsync(request).IsRefusedAsync(reason, reason == Reason.InvalidField ? [field] : []);
        V1.Programme made = await Maker.GetProgrammeAsync(new GetProgrammeRequest { Name = _programme });
        Assert.Equal((V1.ProgrammeScheme.PersistentSubsidy, "CNY", Fen(20_000), null, 80),
            (made.Scheme, made.Unit, made.MonthlyQuota, made.ContractPrice, made.Eligibility.MinAge));
    }

    [Fact]
    public async Task A_paper_has_a_last_day_of_its_own_which_is_in_the_code()
    {
        Voucher voucher = await VoucherAsync();
        async Task<PrintableVoucher> PrintAsync() => await _desk.Elder(_elder).GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = voucher.Name });
        PrintableVoucher october = await PrintAsync();
        await AdvanceAsync(2026, 10, 30);
        PrintableVoucher same = await PrintAsync();
        await AdvanceAsync(2026, 11, 1);
        PrintableVoucher november = await PrintAsync();

        Assert.Equal((null, Day(2026, 12, 31), october), (october.Voucher.UseBy, october.PaperUseBy, same));
        Assert.Equal(Day(2027, 1, 31), november.PaperUseBy);
        VoucherReading reading = VoucherCode.Read(october.Code, [VerifierKey.Parse(october.VerifierKey)]);
        Assert.Equal(new DateOnly(2026, 12, 31), reading.Claims!.UseBy);
    }

    [Fact]
    public async Task A_month_without_use_is_no_alert_because_nothing_is_lost()
    {
        await AdvanceAsync(2026, 10, 25);
        RunSummary found = (await Desk.RunAsync(_desk.Elders(Role.FinanceMaker).RunOutreach(
            new RunOutreachRequest { RequestId = Id(), Parent = _desk.Region })))[^1].Summary;

        Assert.Equal(0, found.Changed);
        Assert.Equal(1, found.Total);
    }

    private async Task DieAsync()
    {
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 1));
        await AdvanceAsync(2026, 11, 29);
    }

    private async Task<EstatePayout> PayAsync() => await Checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest
    {
        RequestId = Id(), Payout = (await Maker.ProposeEstatePayoutAsync(Proposal())).Name,
    });

    private ProposeEstatePayoutRequest Proposal() => new()
    {
        RequestId = Id(), Elder = _elder, BankAccount = "main", BankReference = "R-7", Evidence = "公证 2026-17",
    };

    private async Task NoticeAsync(NoticeKind kind, Google.Type.Date day, string key = "") => Assert.Equal(
        1, (await _desk.Elders().ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Id(), Parent = _desk.Region, Source = "civil-affairs",
            Lines = { new NoticeLine { Number = 1, Key = $"{kind}{key}", Elder = _elder, Kind = kind, Date = day } },
        })).Recorded);

    private async Task<RunSummary> IssueAsync(int year, int month) => (await Desk.RunAsync(_desk.Vouchers.IssueVouchers(
        new IssueVouchersRequest
        {
            RequestId = Id(), Programme = _programme, Month = new Google.Type.Date { Year = year, Month = month },
        })))[^1].Summary;

    private RedeemVoucherRequest Care(long price) => _desk.Care(_voucher, _carer, price);

    private PayBillRequest Bill(long price) => new()
    {
        RequestId = Id(), Elder = _elder, Provider = _carer, Place = ServicePlace.Home,
        Vouchers = { _voucher }, Memo = "账单",
        Lines = { new V1.BillLine { Item = "care-home", Quantity = 1, Price = Fen(price) } },
    };

    private async Task<Voucher> VoucherAsync() => Assert.Single(await VouchersAsync());

    private async Task<IEnumerable<Voucher>> VouchersAsync() => (await _desk.Vouchers.ListVouchersAsync(
        new ListVouchersRequest { Parent = _desk.Region, Elder = _elder, Programme = _programme })).Vouchers;

    private async Task<ListEstatesResponse> ListAsync() => await Maker.ListEstatesAsync(new ListEstatesRequest { Parent = _desk.Region });

    private async Task<Estate> EstateAsync() => await Maker.GetEstateAsync(new GetEstateRequest { Elder = _elder });

    private async Task<Entry> EntryAsync(string name) =>
        await new LedgerService.LedgerServiceClient(_server.As(Role.Auditor)).GetEntryAsync(new GetEntryRequest { Name = name });

    private async Task CheckReportAsync(long redeemed, long paid, long remaining)
    {
        ProgrammeReport report = await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = _programme });
        ReportTies.Check(report);
        Assert.Equal(
            (redeemed, paid, remaining),
            (report.Money.Redeemed.Value, report.Money.PaidToEstates.Value, report.Money.Remaining.Value));
    }

    private static string Last(string name) => name.Split('/')[^1];

    private static string Path(string account) => account.Split("/accounts/")[1];

    private static Google.Type.Date Day(int year, int month, int day) => new() { Year = year, Month = month, Day = day };

    private Task AdvanceAsync(int year, int month, int day) =>
        _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(9));
}
