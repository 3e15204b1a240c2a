using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;
using Opening = TimeBank.V1.Opening;
using ServiceType = TimeBank.V1.ServiceType;
using Standing = TimeBank.V1.Standing;

namespace TimeBank.Server.Tests;

/// <summary>A provider's accreditations, prices and opening, and what is published of it.</summary>
public sealed class ProviderFileApiTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Code = "430211";

    private readonly Desk _desk = new(server, Code);

    private Client Elder => new(server.As(Role.Elder, $"{_desk.Region}/elders/0123456789AB", regions: Code));

    [Fact]
    public async Task Each_service_has_its_periods_with_their_history()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        GrantAccreditationRequest Grant(ServiceType type, int first, int last) => new()
        {
            RequestId = Desk.Id(), Provider = provider, ServiceType = type, FirstDay = In(first), LastDay = In(last), Note = "评审合格",
        };
        ChangeAccreditationRequest Change(int number, int last) =>
            new() { RequestId = Desk.Id(), Provider = provider, Number = number, LastDay = In(last), Note = "复核" };
        GrantAccreditationRequest bath = Grant(ServiceType.Bath, 10, 20);
        Assert.Equal(2, (await _desk.Administrator.GrantAccreditationAsync(
            new GrantAccreditationRequest(bath) { ValidateOnly = true })).Accreditations.Count);

        Provider granted = await _desk.Administrator.GrantAccreditationAsync(bath);
        Assert.Equal(granted, await _desk.Administrator.GrantAccreditationAsync(bath));
        Assert.Equal([ServiceType.Meal, ServiceType.Bath], granted.ServiceTypes);
        Assert.Equal((Desk.AllDays, "评审合格"), (granted.Accreditation, granted.Accreditations[1].Note));
        await _desk.Administrator.GrantAccreditationAsync(Grant(ServiceType.Bath, 20, 30)).IsRefusedAsync(Reason.AccreditationOverlaps);
        await _desk.Administrator.GrantAccreditationAsync(Grant(ServiceType.Care, -1, 30)).IsRefusedAsync(Reason.InvalidField, "first_day");
        await _desk.Administrator.GrantAccreditationAsync(Grant(ServiceType.Care, 3, 2)).IsRefusedAsync(Reason.InvalidField, "last_day");
        await _desk.ProviderClerk(provider).GrantAccreditationAsync(Grant(ServiceType.Care, 1, 2)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Administrator.ChangeAccreditationAsync(Change(3, 5)).IsRefusedAsync(Reason.AccreditationNotFound);
        await _desk.Administrator.ChangeAccreditationAsync(Change(1, -1)).IsRefusedAsync(Reason.InvalidField, "last_day");

        Provider ended = await _desk.Administrator.ChangeAccreditationAsync(Change(1, 0));

        AccreditationChange change = ended.Accreditations[0].Changes.Single();
        Assert.Equal((Desk.AllDays.LastDay, In(0), "复核"), (change.PreviousLastDay, change.LastDay, change.Note));
        Assert.NotEmpty(change.ChangedBy);
        Assert.NotEmpty(ended.Accreditations[1].GrantedBy);
        // An elder sees what counts, and not who decided it.
        Provider seen = await Elder.GetProviderAsync(new GetProviderRequest { Name = provider });
        Assert.Equal((In(0), "", 0), (seen.Accreditations[0].Period.LastDay, seen.Accreditations[0].GrantedBy, seen.Staff.Count));
        Assert.Null(seen.Payable);
    }

    [Fact]
    public async Task A_payment_asks_no_more_than_the_published_price()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal), fund = await _desk.FundAsync("prices", 1_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals("prices"), (fund, 500_000)), elder = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        PublishPricesRequest Price(long? fen, int first = 0, string item = "meal-canteen") => new()
        {
            RequestId = Desk.Id(), Provider = provider, FirstDay = In(first),
            Prices = { new NewPrice { Item = item, Price = fen is { } price ? Desk.Fen(price) : null } },
        };
        Client clerk = _desk.ProviderClerk(provider);
        await clerk.PublishPricesAsync(Price(99_999)).IsRefusedAsync(Reason.PriceAboveCeiling);
        await clerk.PublishPricesAsync(Price(900, item: "moon-walk")).IsRefusedAsync(Reason.ItemNotFound);
        await clerk.PublishPricesAsync(Price(0)).IsRefusedAsync(Reason.AmountNotPositive);
        await clerk.PublishPricesAsync(Price(900, -1)).IsRefusedAsync(Reason.InvalidField, "first_day");
        PublishPricesRequest twice = Price(900);
        twice.Prices.Add(twice.Prices[0].Clone());
        await clerk.PublishPricesAsync(twice).IsRefusedAsync(Reason.InvalidField, "prices[1].item");
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 1_100));

        await clerk.PublishPricesAsync(Price(900));
        Provider published = await clerk.PublishPricesAsync(Price(800, 5));

        Assert.Equal([(900, In(0)), (800, In(5))], published.Prices.Select(one => ((int)one.AtMost.Value, one.FirstDay)));
        Assert.Equal(published.Prices, (await Elder.GetProviderAsync(new GetProviderRequest { Name = provider })).Prices);
        async Task<(long, Date)[]> PricesOnAsync(int days) => [.. (await Elder.GetProviderAsync(
            new GetProviderRequest { Name = provider, PricesOn = In(days) })).Prices.Select(one => (one.AtMost.Value, one.FirstDay))];
        Assert.Equal([(800L, In(5))], await PricesOnAsync(5));
        Assert.Equal([(900L, In(0)), (800L, In(5))], await PricesOnAsync(4));
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 901)).IsRefusedAsync(Reason.PriceAbovePublished);
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 900));
        Assert.Equal(
            [(800, In(5))], (await clerk.PublishPricesAsync(Price(null))).Prices.Select(one => ((int)one.AtMost.Value, one.FirstDay)));
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 1_100));
        await Elder.GetProviderAsync(new GetProviderRequest { Name = provider, PricesOn = new Date { Year = 2026, Month = 2, Day = 30 } })
            .IsRefusedAsync(Reason.InvalidField, "prices_on");
    }

    [Fact]
    public async Task Elders_find_providers_by_area_service_and_day()
    {
        string city = await _desk.ProviderAsync(ServiceType.Urgent), own = await _desk.ProviderAsync(ServiceType.Urgent);
        SetOpeningRequest Opens(string provider, params string[] areas) => new()
        {
            RequestId = Desk.Id(), Provider = provider,
            Opening = new Opening
            {
                Hours = { new OpeningHours { Weekday = Weekday(In(1)), Opens = "08:00", Closes = "12:00" } },
                Areas = { areas }, HomeService = true,
            },
        };
        async Task<string[]> FindAsync(string area = "", Date? open = null) => [.. (await Elder.ListProvidersAsync(new ListProvidersRequest
        {
            Parent = _desk.Region, ServiceType = ServiceType.Urgent, Area = area, OpenOn = open,
        })).Providers.Select(one => one.Name)];

        Provider set = await _desk.ProviderClerk(city).SetOpeningAsync(Opens(city, "430203", "430211"));
        Assert.Equal(["430203", "430211"], set.Opening.Areas);
        Assert.Equal([city], await FindAsync("430203"));
        Assert.Equal(new[] { city, own }.Order(StringComparer.Ordinal), await FindAsync("430211"));
        Assert.Equal([city], await FindAsync(open: In(1)));
        Assert.Empty(await FindAsync(open: In(2)));
        SetOpeningRequest closed = Opens(city);
        closed.Opening.ClosedDays.Add(In(1));
        await _desk.ProviderClerk(city).SetOpeningAsync(closed);
        Assert.Empty(await FindAsync(open: In(1)));

        SetOpeningRequest wrong = Opens(own, "430102", "999999");
        wrong.Opening.Hours.Add(new OpeningHours { Weekday = 8, Opens = "8:00", Closes = "25:00" });
        wrong.Opening.Hours.Add(new OpeningHours { Weekday = 1, Opens = "09:00", Closes = "09:00" });
        wrong.Opening.Hours.Add(wrong.Opening.Hours[0].Clone());
        wrong.Opening.ClosedDays.Add(In(-1));
        await _desk.ProviderClerk(own).SetOpeningAsync(wrong).IsRefusedAsync(Reason.InvalidField,
            "opening.areas[0]", "opening.areas[1]", "opening.hours[1].weekday", "opening.hours[1].opens", "opening.hours[1].closes",
            "opening.hours[2].closes", "opening.hours[3]");
        await _desk.ProviderClerk(own).SetOpeningAsync(Opens(city)).IsRefusedAsync(Reason.PartyNotAllowed);
    }

    [Fact]
    public async Task Everybody_reads_the_lists_without_a_token()
    {
        var desk = new Desk(server, "430203");
        string good = await desk.ProviderAsync(ServiceType.Meal), white = await desk.ProviderAsync(ServiceType.Bath),
            black = await desk.ProviderAsync(ServiceType.Meal), suspended = await desk.ProviderAsync(ServiceType.Meal);
        foreach ((string provider, Standing standing) in new[]
        {
            (white, Standing.WhiteListed), (black, Standing.BlackListed), (suspended, Standing.Suspended),
        })
        {
            await desk.Administrator.SetStandingAsync(new SetStandingRequest
            {
                RequestId = Desk.Id(), Provider = provider, Standing = standing, Note = $"{standing}", LastDay = In(30),
            });
        }
        var anybody = new Client(server.Anonymous());
        async Task<string[]> ListAsync(Standing standing) => [.. (await anybody.ListPublishedProvidersAsync(
            new ListPublishedProvidersRequest { Parent = desk.Region, Standing = standing })).Providers
            .Select(one => $"{one.Standing} {one.StandingNote} {one.StandingPeriod?.LastDay}".Trim())];

        Assert.Equal(3, (await ListAsync(Standing.Unspecified)).Length);
        Assert.Equal(["Good"], await ListAsync(Standing.Good));
        Assert.Equal([$"BlackListed BlackListed {In(30)}"], await ListAsync(Standing.BlackListed));
        await anybody.ListPublishedProvidersAsync(new ListPublishedProvidersRequest { Parent = desk.Region, Standing = Standing.Suspended })
            .IsRefusedAsync(Reason.InvalidField, "standing");
        var first = new ListPublishedProvidersRequest { Parent = desk.Region, PageSize = 2 };
        ListPublishedProvidersResponse page = await anybody.ListPublishedProvidersAsync(first);
        Assert.Single((await anybody.ListPublishedProvidersAsync(
            new ListPublishedProvidersRequest(first) { PageToken = page.NextPageToken })).Providers);
        Assert.NotEmpty(good);
    }

    [Fact]
    public async Task What_is_published_says_what_for_how_much_when_and_where()
    {
        var desk = new Desk(server, "430204");
        string canteen = await desk.ProviderAsync(ServiceType.Meal), barred = await desk.ProviderAsync(ServiceType.Meal);
        foreach (string provider in (string[])[canteen, barred])
        {
            await desk.ProviderClerk(provider).SetOpeningAsync(new SetOpeningRequest
            {
                RequestId = Desk.Id(), Provider = provider, Opening = new Opening { Areas = { "430203" }, HomeService = true },
            });
            await desk.ProviderClerk(provider).PublishPricesAsync(new PublishPricesRequest
            {
                RequestId = Desk.Id(), Provider = provider, Prices = { new NewPrice { Item = "meal-canteen", Price = Desk.Fen(900) } },
            });
        }
        await desk.Administrator.GrantAccreditationAsync(new GrantAccreditationRequest
        {
            RequestId = Desk.Id(), Provider = canteen, ServiceType = ServiceType.Bath, FirstDay = In(5), LastDay = In(9), Note = "评审合格",
        });
        Provider decided = await desk.Administrator.SetStandingAsync(new SetStandingRequest
        {
            RequestId = Desk.Id(), Provider = barred, Standing = Standing.BlackListed, Note = "虚报",
        });
        var anybody = new Client(server.Anonymous());
        async Task<ListPublishedProvidersResponse> ListAsync(ServiceType type, string area = "", bool serving = false) =>
            await anybody.ListPublishedProvidersAsync(new ListPublishedProvidersRequest
            {
                Parent = desk.Region, ServiceType = type, Area = area, Serving = serving,
            });

        ListPublishedProvidersResponse all = await ListAsync(ServiceType.Meal);
        Assert.Equal(2, all.Providers.Count);
        PublishedProvider black = all.Providers.Single(one => one.Standing == Standing.BlackListed),
            shown = (await ListAsync(ServiceType.Meal, serving: true)).Providers.Single();
        Assert.Equal((false, 0, "虚报"), (black.AppealOpen, black.Prices.Count, black.StandingNote));
        Assert.Null(black.Opening);
        PublishedItemPrice price = shown.Prices.Single();
        Assert.Equal(("meal-canteen", 900), (price.Price.Item, price.Price.AtMost.Value));
        Assert.True(price.NameZh.Length > 0 && price.NameEn.Length > 0 && price.Ceiling.Value >= 900);
        // The bath is accredited, but not yet; what the authorities wrote of it is not published.
        Assert.Equal([(ServiceType.Meal, Desk.AllDays.LastDay, ""), (ServiceType.Bath, In(9), "")],
            shown.Accreditations.Select(one => (one.ServiceType, one.Period.LastDay, one.Note)));
        Assert.Single((await ListAsync(ServiceType.Bath)).Providers);
        Assert.Empty((await ListAsync(ServiceType.Bath, serving: true)).Providers);
        Assert.Single((await ListAsync(ServiceType.Meal, "430203", serving: true)).Providers);
        Assert.Empty((await ListAsync(ServiceType.Meal, "430204", serving: true)).Providers);
        Assert.Contains(("430203", "芦淞区"), all.Divisions.Select(one => (one.Code, one.NameZh)));
        Assert.DoesNotContain("430200", all.Divisions.Select(one => one.Code));
        await anybody.ListPublishedProvidersAsync(new ListPublishedProvidersRequest { Parent = desk.Region, Area = "999999" })
            .IsRefusedAsync(Reason.InvalidField, "area");

        await desk.ProviderClerk(barred).AppealStandingAsync(new AppealStandingRequest
        {
            RequestId = Desk.Id(), Provider = barred, Decision = decided.Decisions[^1].Number, Note = "票据齐全",
        });
        Assert.True((await ListAsync(ServiceType.Meal)).Providers.Single(one => one.Standing == Standing.BlackListed).AppealOpen);
    }

    private Date In(int days) => Desk.DateOf(_desk.Today.AddDays(days));

    private static int Weekday(Date day) =>
        new DateOnly(day.Year, day.Month, day.Day).DayOfWeek switch { DayOfWeek.Sunday => 7, var other => (int)other };
}
