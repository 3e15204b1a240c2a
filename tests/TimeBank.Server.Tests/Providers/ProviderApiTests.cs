using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Posting = TimeBank.V1.Posting;
using ServiceType = TimeBank.V1.ServiceType;
using Standing = TimeBank.V1.Standing;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ProviderApiTests(TestServer server)
{
    private readonly Desk _desk = new(server, "430102");

    [Fact]
    public async Task A_provider_is_registered_once_and_shown()
    {
        var registration = new RegisterProviderRequest
        {
            RequestId = _desk.Id("register"), Parent = _desk.Region, DisplayName = "阳光食堂",
            ServiceTypes = { ServiceType.Meal, ServiceType.Bath }, Accreditation = Desk.AllDays,
        };
        Provider would = await server.TriedAsync(
            async () => await _desk.Administrator.RegisterProviderAsync(new(registration) { ValidateOnly = true }), "430102");
        await _desk.Administrator.GetProviderAsync(new GetProviderRequest { Name = would.Name }).IsRefusedAsync(Reason.ProviderNotFound);
        Provider provider = await _desk.Administrator.RegisterProviderAsync(registration);

        Assert.Equal(would, provider);
        Assert.Equal(provider, await _desk.Administrator.RegisterProviderAsync(registration));
        Assert.Equal(("阳光食堂", Standing.Good, Desk.AllDays, Desk.Fen(0)),
            (provider.DisplayName, provider.Standing, provider.Accreditation, provider.Payable));
        Assert.Equal([ServiceType.Meal, ServiceType.Bath], provider.ServiceTypes);
        Assert.Equal(provider, await _desk.ProviderClerk(provider.Name).GetProviderAsync(new GetProviderRequest { Name = provider.Name }));
        await _desk.Administrator.RegisterProviderAsync(new RegisterProviderRequest(registration) { DisplayName = "别家" })
            .IsRefusedAsync(Reason.RequestIdReused);
        await _desk.Administrator.RegisterProviderAsync(new RegisterProviderRequest { Parent = _desk.Region })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "display_name", "service_types", "accreditation");
        await _desk.Administrator.GetProviderAsync(new GetProviderRequest { Name = $"{_desk.Region}/providers/0123456789AB" })
            .IsRefusedAsync(Reason.ProviderNotFound);
    }

    /// <summary>A made-up code, of a region that isn't there.</summary>
    [Fact]
    public async Task A_providers_credit_code_is_checked_and_shown()
    {
        var registration = new RegisterProviderRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, DisplayName = "有码食堂", ServiceTypes = { ServiceType.Meal },
            Accreditation = Desk.AllDays, CreditCode = "52439999 ma0000001d",
        };
        Provider provider = await _desk.Administrator.RegisterProviderAsync(registration);

        Assert.Equal("52439999MA0000001D", provider.CreditCode);
        Assert.Equal(
            provider.CreditCode,
            (await _desk.Administrator.GetProviderAsync(new GetProviderRequest { Name = provider.Name })).CreditCode);
        foreach (string wrong in (string[])["52439999MA00000010", "52439999MAO000001D"])
        {
            await _desk.Administrator
                .RegisterProviderAsync(new RegisterProviderRequest(registration) { RequestId = Desk.Id(), CreditCode = wrong })
                .IsRefusedAsync(Reason.InvalidField, "credit_code");
        }
    }

    [Fact]
    public async Task Lists_go_by_type_and_standing_and_show_debts_to_those_who_may_see_them()
    {
        string medical = await _desk.ProviderAsync(ServiceType.Medical), suspended = await _desk.ProviderAsync(ServiceType.Medical);
        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest { RequestId = Desk.Id(), Provider = suspended, Standing = Standing.Suspended, Note = "查" });
        async Task<string[]> ListAsync(Standing standing, int pageSize = 1_000) =>
            [.. (await _desk.Administrator.ListProvidersAsync(new ListProvidersRequest
        {
            Parent = _desk.Region, ServiceType = ServiceType.Medical, Standing = standing, PageSize = pageSize,
        })).Providers.Select(provider => provider.Name)];

        Assert.Equal(new[] { medical, suspended }.Order(StringComparer.Ordinal), await ListAsync(Standing.Unspecified));
        Assert.Equal([medical], await ListAsync(Standing.Good));
        Assert.Equal([suspended], await ListAsync(Standing.Suspended, pageSize: 1));
        ListProvidersRequest all = new() { Parent = _desk.Region };
        string elder = await _desk.RegisterElderAsync();
        var asElder = new ProviderService.ProviderServiceClient(server.As(Role.Elder, elder, regions: "430102"));
        Assert.All((await asElder.ListProvidersAsync(all)).Providers, provider => Assert.Null(provider.Payable));
        Assert.All((await _desk.Administrator.ListProvidersAsync(all)).Providers, provider => Assert.NotNull(provider.Payable));
    }

    [Fact]
    public async Task A_standing_begins_today_or_later_and_stops_redemptions()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        var decision = new SetStandingRequest
        {
            RequestId = Desk.Id(), Provider = provider, Standing = Standing.BlackListed,
            Note = "骗补"
        };

        Provider would = await server.TriedAsync(
            async () => await _desk.Administrator.SetStandingAsync(new(decision) { ValidateOnly = true }), "430102");
        Assert.Empty((await _desk.Administrator.GetProviderAsync(new GetProviderRequest { Name = provider })).Decisions);
        Provider listed = await _desk.Administrator.SetStandingAsync(decision);

        Assert.Equal(would, listed);
        Assert.Equal(listed, await _desk.Administrator.SetStandingAsync(decision));
        Assert.Equal((Standing.BlackListed, "骗补"), (listed.Standing, listed.StandingNote));
        Assert.Null(listed.StandingPeriod.LastDay);
        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest(decision) { RequestId = Desk.Id(), FirstDay = new Date { Year = 2026, Month = 9, Day = 30 } })
            .IsRefusedAsync(Reason.InvalidField, "first_day");
        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest(decision) { RequestId = Desk.Id(), LastDay = new Date { Year = 2026, Month = 9, Day = 30 } })
            .IsRefusedAsync(Reason.InvalidField, "last_day");
        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest(decision) { RequestId = Desk.Id(), Standing = Standing.Unspecified, Note = "" })
            .IsRefusedAsync(Reason.InvalidField, "standing", "note");
        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest(decision) { RequestId = Desk.Id(), Provider = $"{_desk.Region}/providers/0123456789AB" })
            .IsRefusedAsync(Reason.ProviderNotFound);
    }

    [Fact]
    public async Task Redemptions_are_listed_newest_first_and_add_up_to_the_statement()
    {
        string fund = await _desk.FundAsync("redeemed", 1_000_000),
            programme = await _desk.FundedAsync(_desk.Meals("redeemed"), (fund, 500_000));
        string elder = await _desk.RegisterElderAsync(), canteen = await _desk.ProviderAsync(ServiceType.Meal),
            other = await _desk.ProviderAsync(ServiceType.Meal);
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        var redeemed = new List<string>();
        foreach (long price in new[] { 800, 900, 1_000 }) redeemed.Add(
            (await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen, price))).Redemption.Name);
        string elsewhere = (await _desk.Clerk(other).RedeemVoucherAsync(_desk.Lunch(voucher, other))).Redemption.Name;
        await _desk.Clerk(canteen)
            .RefundRedemptionAsync(new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redeemed[1], Memo = "退" });
        async Task<string[]> ListAsync(ListRedemptionsRequest request)
        {
            request.Parent = _desk.Region;
            return [.. (await _desk.Administrator.ListRedemptionsAsync(request)).Redemptions.Select(redemption => redemption.Name)];
        }

        Assert.Equal([redeemed[2], redeemed[1], redeemed[0]], await ListAsync(new ListRedemptionsRequest { Provider = canteen }));
        Assert.Equal([elsewhere, redeemed[2], redeemed[1], redeemed[0]],
            await ListAsync(new ListRedemptionsRequest { Elder = elder, Programme = programme, Voucher = voucher }));
        Assert.Equal([redeemed[1]], await ListAsync(new ListRedemptionsRequest { Elder = elder, State = RedemptionState.Refunded }));
        Assert.Equal([redeemed[2], redeemed[0]],
            await ListAsync(new ListRedemptionsRequest { Provider = canteen, State = RedemptionState.Redeemed }));
        Assert.Empty(
            await ListAsync(new ListRedemptionsRequest
            {
                Provider = canteen,
                Period = new Period { LastDay = new Date { Year = 2026, Month = 9, Day = 30 } }
            }));
        ListRedemptionsResponse page =
            await _desk.Administrator.ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = _desk.Region, Provider = canteen, PageSize = 2 });
        ListRedemptionsResponse next =
            await _desk.Administrator.ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = _desk.Region, Provider = canteen, PageSize = 2, PageToken = page.NextPageToken });
        Assert.Equal(redeemed[0], Assert.Single(next.Redemptions).Name);
        Assert.Empty(next.NextPageToken);
        await _desk.Administrator.ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = _desk.Region, Provider = other, PageToken = page.NextPageToken })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await _desk.ProviderClerk(other).ListRedemptionsAsync(new ListRedemptionsRequest { Parent = _desk.Region, Provider = canteen })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Administrator.ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = _desk.Region, Provider = "regions/430211/providers/0123456789AB" })
            .IsRefusedAsync(Reason.InvalidField, "provider");

        Statement statement = await _desk.ProviderClerk(canteen)
            .GetProviderStatementAsync(new GetProviderStatementRequest { Provider = canteen, Period = Desk.AllDays });
        Assert.Equal(["REDEEM_VOUCHER", "REDEEM_VOUCHER", "REDEEM_VOUCHER", "REFUND_REDEMPTION"],
            statement.Postings.Select(posting => posting.Code));
        Assert.Equal((2_700, 900, 1_800), (statement.TotalCredits.Value, statement.TotalDebits.Value, statement.Closing.Amount.Value));
        Posting last = statement.Postings[^1];
        Assert.Equal((Side.Debit, 900, 1_800), (last.Side, last.Amount.Value, last.BalanceAfter.Amount.Value));
        await _desk.ProviderClerk(canteen).GetProviderStatementAsync(new GetProviderStatementRequest { Provider = canteen })
            .IsRefusedAsync(Reason.InvalidField, "period");
    }

    [Fact]
    public async Task A_provider_appeals_against_a_suspension_and_redeems_again_once_it_is_upheld()
    {
        string fund = await _desk.FundAsync("appealed", 1_000_000),
            programme = await _desk.FundedAsync(_desk.Meals("appealed"), (fund, 500_000));
        string elder = await _desk.RegisterElderAsync(), canteen = await _desk.ProviderAsync(ServiceType.Meal),
            other = await _desk.ProviderAsync(ServiceType.Meal), code = _desk.Region.Split('/')[1];
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        var checker = new ProviderService.ProviderServiceClient(server.As(Role.FinanceChecker, subject: "checker", regions: code));
        await checker.SetStandingAsync(new SetStandingRequest
        {
            RequestId = Desk.Id(), Provider = canteen, Standing = Standing.Suspended, Note = "查账",
        });
        await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen)).IsRefusedAsync(Reason.ProviderSuspended);
        var appeal = new AppealStandingRequest { RequestId = Desk.Id(), Provider = canteen, Decision = 1, Note = "账目齐全" };
        var answer = new AnswerAppealRequest { RequestId = Desk.Id(), Provider = canteen, Decision = 1, Upheld = true, Note = "已核" };
        await _desk.ProviderClerk(other).AppealStandingAsync(appeal).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.ProviderClerk(canteen).AppealStandingAsync(new AppealStandingRequest(appeal) { Decision = 0 })
            .IsRefusedAsync(Reason.InvalidField, "decision");
        await _desk.Administrator.AnswerAppealAsync(new AnswerAppealRequest(answer) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.AppealNotFound);

        Provider appealed = await _desk.ProviderClerk(canteen).AppealStandingAsync(appeal);
        Assert.Equal((AppealState.Open, "账目齐全", "checker", Standing.Suspended), (appealed.Decisions.Single().Appeal.State,
            appealed.Decisions[0].Appeal.Note, appealed.Decisions[0].DecidedBy, appealed.Standing));
        await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen)).IsRefusedAsync(Reason.ProviderSuspended);
        await checker.AnswerAppealAsync(new AnswerAppealRequest(answer) { RequestId = Desk.Id() }).IsRefusedAsync(Reason.MakerIsChecker);
        var open = new ListProvidersRequest { Parent = _desk.Region, OpenAppeals = true, PageSize = 1_000 };
        Assert.Equal([canteen], (await checker.ListProvidersAsync(open)).Providers.Select(provider => provider.Name));
        await new ProviderService.ProviderServiceClient(server.As(Role.Elder, elder, regions: code))
            .ListProvidersAsync(open).IsRefusedAsync(Reason.RoleNotAllowed);
        Provider upheld = await _desk.Administrator.AnswerAppealAsync(answer);
        Assert.Empty((await checker.ListProvidersAsync(open)).Providers);

        Assert.Equal((AppealState.Upheld, Standing.Good), (upheld.Decisions.Single().Appeal.State, upheld.Standing));
        await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen));
        ListProvidersResponse seen = await new ProviderService.ProviderServiceClient(server.As(Role.Elder, elder, regions: code))
            .ListProvidersAsync(new ListProvidersRequest { Parent = _desk.Region, PageSize = 1_000 });
        Assert.All(seen.Providers, provider => Assert.Empty(provider.Decisions));
    }
}
