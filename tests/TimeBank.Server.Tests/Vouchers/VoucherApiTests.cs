using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Redemption = TimeBank.V1.Redemption;
using ServicePlace = TimeBank.V1.ServicePlace;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class VoucherApiTests(TestServer server) : IAsyncLifetime
{
    private static int s_used;

    // Each test has its own programme.
    private readonly Desk _desk = new(server, "430204");
    private readonly string _id = $"v{++s_used}";
    private string _programme = "", _elder = "", _canteen = "";
    private Voucher _voucher = null!;

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync($"{_id}-fund", 10_000_000);
        _programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 1_000_000));
        _elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(_programme);
        _voucher = await _desk.VoucherOfAsync(_elder, _programme);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_issued_voucher_shows_its_terms_to_its_elder_and_to_nobody_elses()
    {
        Assert.Equal((_programme, _elder, 10, 10, VoucherState.Active),
            (_voucher.Programme, _voucher.Elder, _voucher.Issued.Value, _voucher.Remaining.Value, _voucher.State));
        Assert.Equal(("MEAL", new Date { Year = 2026, Month = 10, Day = 31 }, new Date { Year = 2026, Month = 11, Day = 28 }),
            (_voucher.Issued.Unit, _voucher.UseBy, _voucher.ClaimBy));
        var get = new GetVoucherRequest { Name = _voucher.Name };
        Assert.Equal(_voucher, await _desk.Elder(_elder).GetVoucherAsync(get));
        Assert.Equal(_voucher, await _desk.Clerk(_canteen).GetVoucherAsync(get));
        await _desk.Elder(await _desk.RegisterElderAsync()).GetVoucherAsync(get).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Vouchers.GetVoucherAsync(new GetVoucherRequest { Name = $"{_desk.Region}/vouchers/0123456789AB" })
            .IsRefusedAsync(Reason.VoucherNotFound);
        await _desk.Vouchers.GetVoucherAsync(new GetVoucherRequest { Name = $"{_desk.Region}/vouchers/short" })
            .IsRefusedAsync(Reason.InvalidField, "name");
    }

    [Fact]
    public async Task A_redemption_pays_once_and_its_replay_answers_the_same()
    {
        RedeemVoucherRequest lunch = _desk.Lunch(_voucher.Name, _canteen, price: 1_500);

        RedeemVoucherResponse first = await _desk.Clerk(_canteen).RedeemVoucherAsync(lunch);
        await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(_voucher.Name, _canteen));
        RedeemVoucherResponse again = await _desk.Clerk(_canteen).RedeemVoucherAsync(lunch);

        Assert.Equal(first, again);
        Assert.Equal(first, await _desk.Clerk(_canteen)
            .RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { RequestId = lunch.RequestId.ToUpperInvariant() }));
        Redemption redemption = first.Redemption;
        Assert.Equal((1_500, 0, 1_200, 300, 1, 9),
            (redemption.Price.Value, redemption.Insurance.Value, redemption.Credited.Value, redemption.OwnPart.Value,
            redemption.PaidByVoucher.Value, first.Remaining.Value));
        Assert.Equal((_elder, _canteen, "meal-canteen", RedemptionState.Redeemed),
            (redemption.Elder, redemption.Provider, redemption.Item, redemption.State));
        await _desk.Clerk(_canteen).RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { Quantity = 2 })
            .IsRefusedAsync(Reason.RequestIdReused);
        Assert.Equal(2_200, (await _desk.ProviderClerk(_canteen).GetProviderAsync(new GetProviderRequest { Name = _canteen }))
            .Payable.Value);
    }

    [Fact]
    public async Task A_redemption_that_is_only_asked_for_says_what_it_would_pay_and_pays_nothing()
    {
        RedeemVoucherRequest lunch = _desk.Lunch(_voucher.Name, _canteen, price: 1_500);
        string before = await server.TrialBalanceAsync("430204");

        RedeemVoucherResponse would = await _desk.Clerk(_canteen)
            .RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { ValidateOnly = true });
        await _desk.Clerk(_canteen).RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { ValidateOnly = true, Quantity = 11 })
            .IsRefusedAsync(Reason.InsufficientBalance);

        Assert.Equal(("", 1_200, 300, 9),
            (would.Redemption.Name, would.Redemption.Credited.Value, would.Redemption.OwnPart.Value, would.Remaining.Value));
        Assert.Equal(before, await server.TrialBalanceAsync("430204"));
        RedeemVoucherResponse paid = await _desk.Clerk(_canteen).RedeemVoucherAsync(lunch);
        Assert.Equal(would.Remaining, paid.Remaining);
        var refund = new RefundRedemptionRequest
        {
            RequestId = Desk.Id(), Redemption = paid.Redemption.Name, Memo = "what if",
            ValidateOnly = true
        };
        RefundRedemptionResponse back = await _desk.Vouchers.RefundRedemptionAsync(refund);
        Assert.Equal((10, RedemptionState.Refunded, ""), (back.Remaining.Value, back.Redemption.State, back.Redemption.RefundEntry));
        Assert.Equal(9, (await _desk.Vouchers.GetVoucherAsync(new GetVoucherRequest { Name = _voucher.Name })).Remaining.Value);
    }

    public static TheoryData<string, Reason, string> BadRedemptions => new()
    {
        { "no request id", Reason.InvalidField, "request_id" },
        { "no voucher", Reason.InvalidField, "voucher" },
        { "item in capitals", Reason.InvalidField, "item" },
        { "no quantity", Reason.InvalidField, "quantity" },
        { "quantity 1001", Reason.InvalidField, "quantity" },
        { "place 9", Reason.InvalidField, "place" },
        { "32 October", Reason.InvalidField, "service_date" },
        { "huge memo", Reason.InvalidField, "memo" },
        { "for somebody", Reason.OnBehalfOfNotAllowed, "" },
        { "price 0", Reason.AmountNotPositive, "" },
        { "price too large", Reason.AmountTooLarge, "" },
        { "price in minutes", Reason.UnitMismatch, "" },
        { "insurance -1", Reason.AmountNotPositive, "" },
        { "unknown voucher", Reason.VoucherNotFound, "" },
        { "other region", Reason.RegionNotAllowed, "" },
        { "unknown item", Reason.ItemNotFound, "" },
        { "other service", Reason.VoucherNotForService, "" },
        { "tomorrow", Reason.ServiceDateInFuture, "" },
        { "before issue", Reason.VoucherNotYetValid, "" },
        { "year 1", Reason.VoucherNotYetValid, "" },
        { "insured above price", Reason.InsuranceAbovePrice, "" },
        { "all insured", Reason.NothingToPay, "" },
        { "eleven meals", Reason.InsufficientBalance, "" },
    };

    [Theory]
    [MemberData(nameof(BadRedemptions))]
    public async Task Wrong_redemptions_say_why_and_move_nothing(string wrong, Reason reason, string field)
    {
        RedeemVoucherRequest claim = _desk.Lunch(_voucher.Name, _canteen);
        switch (wrong)
        {
            case "no request id": claim.RequestId = ""; break;
            case "no voucher": claim.Voucher = $"{_desk.Region}/vouchers/"; break;
            case "item in capitals": claim.Item = "MEAL"; break;
            case "no quantity": claim.Quantity = 0; break;
            case "quantity 1001": claim.Quantity = 1_001; break;
            case "place 9": claim.Place = (ServicePlace)9; break;
            case "32 October": claim.ServiceDate = new Date { Year = 2026, Month = 10, Day = 32 }; break;
            case "huge memo": claim.Memo = new string('好', 300_000); break;
            case "for somebody": claim.OnBehalfOf = _elder; break;
            case "price 0": claim.Price = Desk.Fen(0); break;
            case "price too large": claim.Price = Desk.Fen(long.MaxValue); break;
            case "price in minutes": claim.Price = new Amount { Value = 1, Unit = "MIN" }; break;
            case "insurance -1": claim.Insurance = Desk.Fen(-1); break;
            case "unknown voucher": claim.Voucher = $"{_desk.Region}/vouchers/0123456789AB"; break;
            case "other region": claim.Voucher = "regions/430281/vouchers/0123456789AB"; break;
            case "unknown item": claim.Item = "meal-of-gold"; break;
            case "other service": claim.Item = "bath-home"; break;
            case "tomorrow": claim.ServiceDate = new Date { Year = 2999, Month = 1, Day = 1 }; break;
            case "before issue": claim.ServiceDate = new Date { Year = 2026, Month = 9, Day = 30 }; break;
            case "year 1": claim.ServiceDate = new Date { Year = 1, Month = 1, Day = 1 }; break;
            case "insured above price": claim.Insurance = Desk.Fen(1_001); break;
            case "all insured": claim.Insurance = Desk.Fen(1_000); break;
            case "eleven meals": claim.Quantity = 11; break;
            default: throw new ArgumentException(wrong, nameof(wrong));
        }
        string before = await server.TrialBalanceAsync("430204");

        await _desk.Clerk(_canteen).RedeemVoucherAsync(claim).IsRefusedAsync(reason, field.Length > 0 ? [field] : []);

        Assert.Equal(before, await server.TrialBalanceAsync("430204"));
    }

    [Fact]
    public async Task Counter_staff_redeem_for_the_vouchers_elder_and_nobody_else()
    {
        RedeemVoucherRequest lunch = _desk.Lunch(_voucher.Name, _canteen);
        await _desk.Counter().RedeemVoucherAsync(lunch).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Counter().RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { OnBehalfOf = await _desk.RegisterElderAsync() })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        Assert.Equal(9, (await _desk.Counter().RedeemVoucherAsync(new RedeemVoucherRequest(lunch) { OnBehalfOf = _elder }))
            .Remaining.Value);
    }

    [Fact]
    public async Task Clerks_redeem_and_refund_for_their_own_provider_only()
    {
        string other = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.Clerk(other).RedeemVoucherAsync(_desk.Lunch(_voucher.Name, _canteen)).IsRefusedAsync(Reason.PartyNotAllowed);
        Redemption redemption = (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(_voucher.Name, _canteen))).Redemption;
        var refund = new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redemption.Name, Memo = "退" };
        await _desk.Clerk(other).RefundRedemptionAsync(refund).IsRefusedAsync(Reason.PartyNotAllowed);

        RefundRedemptionResponse first = await _desk.Clerk(_canteen).RefundRedemptionAsync(refund),
            again = await _desk.Clerk(_canteen).RefundRedemptionAsync(refund);

        Assert.Equal(first, again);
        Assert.Equal((RedemptionState.Refunded, 10, redemption.Entry),
            (first.Redemption.State, first.Remaining.Value, first.Redemption.Entry));
        await _desk.Clerk(_canteen).RefundRedemptionAsync(new RefundRedemptionRequest(refund) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.RedemptionAlreadyRefunded);
        await _desk.Vouchers.RefundRedemptionAsync(
            new RefundRedemptionRequest(refund)
            {
                RequestId = Desk.Id(),
                Redemption = $"{_voucher.Name}/redemptions/999999999999999999"
            }).IsRefusedAsync(Reason.RedemptionNotFound);
        foreach (string name in new[] { "", "17", $"{_voucher.Name}/redemptions/", $"{_voucher.Name}/redemptions/-1",
            $"{_voucher.Name}/redemptions/01", $"{_voucher.Name}/redemptions/99999999999999999999" })
        {
            await _desk.Vouchers.RefundRedemptionAsync(
                new RefundRedemptionRequest(refund) { RequestId = Desk.Id(), Redemption = name })
                .IsRefusedAsync(Reason.InvalidField, "redemption");
        }
    }

    [Fact]
    public async Task A_voided_voucher_has_ended()
    {
        var request = new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = _voucher.Name, Memo = "迁出" };

        VoidVoucherResponse first = await _desk.Vouchers.VoidVoucherAsync(request), again = await _desk.Vouchers.VoidVoucherAsync(request);

        Assert.Equal(first, again);
        Assert.Equal((VoucherState.Voided, 0, 10), (first.Voucher.State, first.Voucher.Remaining.Value, first.Voucher.Issued.Value));
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest(request) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.VoucherVoided);
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest(request) { Memo = "" }).IsRefusedAsync(Reason.InvalidField, "memo");
        await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(_voucher.Name, _canteen)).IsRefusedAsync(Reason.VoucherVoided);
    }

    [Fact]
    public async Task A_run_tells_its_progress_issues_once_and_can_be_called_again()
    {
        string request = Desk.Id();
        string newcomer = await _desk.RegisterElderAsync();
        List<RunProgress> run = await _desk.IssueAsync(_programme, request), again = await _desk.IssueAsync(_programme, request),
            other = await _desk.IssueAsync(_programme);

        RunSummary summary = run[^1].Summary;
        Assert.All(run[..^1], step => Assert.Null(step.Summary));
        Assert.Equal((1, 10), (summary.Changed, Assert.Single(summary.Amounts).Value));
        Assert.Equal(summary.Total, summary.Changed + summary.Skipped);
        Assert.Equal(summary.Skipped, summary.SkippedByReason.Single(skip => skip.Reason == "ALREADY_ISSUED").Count);
        Assert.Equal((1, 0), (again[^1].Summary.Changed, other[^1].Summary.Changed));
        Assert.Equal(10, (await _desk.VoucherOfAsync(newcomer, _programme)).Remaining.Value);

        var call = new IssueVouchersRequest { RequestId = request, Programme = _programme, Month = new Date { Year = 2026, Month = 11 } };
        await RefusedAsync(call, Reason.RequestIdReused);
        await RefusedAsync(new IssueVouchersRequest(call) { RequestId = Desk.Id() }, Reason.MonthNotCurrent);
        await RefusedAsync(new IssueVouchersRequest(call)
        {
            RequestId = Desk.Id(),
            Month = new Date { Year = 2026, Month = 10, Day = 1 }
        }, Reason.InvalidField, "month");
        await RefusedAsync(new IssueVouchersRequest
        {
            RequestId = Desk.Id(), Programme = $"{_desk.Region}/programmes/nothing",
            Month = Desk.October
        }, Reason.ProgrammeNotFound);
    }

    [Fact]
    public async Task A_run_without_enough_money_issues_nothing()
    {
        string programme = (await _desk.Maker.CreateProgrammeAsync(_desk.Meals($"{_id}-poor"))).Name;
        string before = await server.TrialBalanceAsync("430204");

        await RefusedAsync(new IssueVouchersRequest { RequestId = Desk.Id(), Programme = programme, Month = Desk.October },
            Reason.ProgrammeUnderfunded);

        Assert.Equal(before, await server.TrialBalanceAsync("430204"));
    }

    [Fact]
    public async Task Vouchers_are_listed_by_elder_programme_and_state_in_pages()
    {
        string second = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(_programme);
        Voucher voucher = await _desk.VoucherOfAsync(second, _programme);
        RedeemVoucherRequest all = _desk.Lunch(voucher.Name, _canteen, price: 12_000);
        all.Quantity = 10;
        await _desk.Clerk(_canteen).RedeemVoucherAsync(all);
        async Task<string[]> ListAsync(VoucherState state) =>
            [.. (await _desk.Vouchers.ListVouchersAsync(
                new ListVouchersRequest { Parent = _desk.Region, Programme = _programme, State = state, PageSize = 1_000 }))
                .Vouchers.Select(one => one.Name)];

        Assert.Contains(voucher.Name, await ListAsync(VoucherState.UsedUp));
        Assert.DoesNotContain(voucher.Name, await ListAsync(VoucherState.Active));
        Assert.Empty(await ListAsync(VoucherState.Expired));
        Assert.Equal(
            _voucher,
            Assert.Single(
            (await _desk.Elder(_elder)
            .ListVouchersAsync(new ListVouchersRequest { Parent = _desk.Region, Elder = _elder, Programme = _programme })).Vouchers));
        await _desk.Elder(_elder).ListVouchersAsync(new ListVouchersRequest { Parent = _desk.Region, Elder = second })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Elder(_elder).ListVouchersAsync(new ListVouchersRequest { Parent = _desk.Region })
            .IsRefusedAsync(Reason.PartyNotAllowed);

        string[] whole = await ListAsync(VoucherState.Unspecified);
        var paged = new List<string>();
        var request = new ListVouchersRequest { Parent = _desk.Region, Programme = _programme, PageSize = 1 };
        do
        {
            ListVouchersResponse page = await _desk.Vouchers.ListVouchersAsync(request);
            paged.Add(Assert.Single(page.Vouchers).Name);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(whole, paged);
    }

    private Task RefusedAsync(IssueVouchersRequest request, Reason reason, params string[] fields) =>
        ((Func<Task>)(() => Desk.RunAsync(_desk.Vouchers.IssueVouchers(request)))).IsRefusedAsync(reason, fields);
}
