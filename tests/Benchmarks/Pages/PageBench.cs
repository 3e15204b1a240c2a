using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Benchmarks.Measures;
using TimeBank.Benchmarks.Redeem;
using TimeBank.Testing;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Pages;

/// <summary>
/// The pages that most people open, as a browser reads them, beside the calls that fetch the same data over gRPC. Page and calls take
/// turns, so that both have the same minutes of the machine.
/// </summary>
internal static class PageBench
{
    private const string Name = "pages on SQLite";

    private const int WarmingRounds = 3, Redeemed = 30, Helped = 2;

    private static readonly int[] Callers = [1, 16];

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        int[] callers = [.. Callers.Where(number => options.Callers.Count == 0 || options.Callers.Contains(number))];
        if (!options.Wants(Name) || callers.Length == 0) return;
        await using ServerProcess server = await ServerProcess.StartAsync(["--TimeBank:Scenario=2026-10-01T08:00:00+08:00"]);
        foreach (MeasuredPage page in await PreparedAsync(server))
        {
            using var surfer = new Surfer(server.Address);
            if (page.Role is { } role) await surfer.SignInAsync(role, page.Party?.Split('/')[^1]);
            string text = (await surfer.FollowAsync(page.Path)).Text;
            if (!text.Contains(page.Shows, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{page.Path} lacks {page.Shows}: {text}");
            }
            foreach (int number in callers) report.Add(await MeasureAsync(page, surfer, number, options));
        }
    }

    private static async Task<PageFigures> MeasureAsync(MeasuredPage page, Surfer surfer, int callers, BenchOptions options)
    {
        var firsts = new ConcurrentBag<double>();
        int bytes = 0, answers = 0;
        Task<Round> PagesAsync() => Load.RunAsync(callers, options.Round, async _ =>
        {
            (TimeSpan first, bytes) = await surfer.MeasureAsync(page.Path);
            firsts.Add(first.TotalMilliseconds);
        });
        Task<Round> CallsAsync() => Load.RunAsync(callers, options.Round, async _ => answers = await BytesAsync(page.Calls));
        for (int round = 0; round < WarmingRounds; round++)
        {
            await PagesAsync();
            await CallsAsync();
        }
        firsts.Clear();
        var pages = new List<double>();
        var calls = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            pages.Add((await PagesAsync()).Rate);
            calls.Add((await CallsAsync()).Rate);
        }
        double[] waits = [.. firsts.Order()];
        return new PageFigures($"page {page.Path.Split('?')[0]}", callers, Median(pages), waits[waits.Length / 2],
            waits[waits.Length * 99 / 100], bytes, page.Calls.Length, Median(calls), answers);
    }

    private static async Task<int> BytesAsync(Func<Task<IMessage>>[] calls)
    {
        int bytes = 0;
        foreach (Func<Task<IMessage>> call in calls) bytes += (await call()).CalculateSize();
        return bytes;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>A volunteer with hours, an elder with a voucher, a clerk with a full day, and October's public figures.</summary>
    private static async Task<MeasuredPage[]> PreparedAsync(ServerProcess server)
    {
        var desk = new Desk(server);
        string region = desk.Region;
        string elder = await desk.RegisterElderAsync(), volunteer = await desk.EnrolAsync();
        for (int i = 0; i < Helped; i++) await desk.EnrolWithHoursAsync(volunteer);
        string fund = await desk.FundAsync("lottery", 10_000_000);
        string programme = await desk.FundedAsync(desk.Meals("meals"), (fund, 1_000_000));
        await desk.IssueAsync(programme);
        string provider = await desk.ProviderAsync(ServiceType.Meal);
        ListVouchersResponse vouchers = await desk.Vouchers.ListVouchersAsync(
            new ListVouchersRequest { Parent = region, Programme = programme, PageSize = 1_000 });
        for (int i = 0; i < Redeemed; i++)
        {
            string voucher = vouchers.Vouchers[i % vouchers.Vouchers.Count].Name;
            await desk.Clerk(provider).RedeemVoucherAsync(desk.Lunch(voucher, provider));
        }
        Date today = ContractDay(desk.Today);
        var clerk = new ProviderService.ProviderServiceClient(server.As(Role.ProviderClerk, provider, regions: "430211"));
        CallInvoker asVolunteer = server.As(Role.Volunteer, volunteer, regions: "430211");
        CallInvoker asElder = server.As(Role.Elder, elder, regions: "430211");
        await desk.AdvanceToAsync(new DateTimeOffset(2026, 11, 2, 9, 0, 0, Ledger.ChinaTime.Offset));
        await Desk.RunAsync(desk.Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = Desk.Id(), Programme = programme, Month = desk.Month() }));
        Func<Task<IMessage>> services = Call(() => new CatalogueService.CatalogueServiceClient(asVolunteer).GetVersionAsync(
            new GetCatalogueVersionRequest { Parent = region }));
        return
        [
            new("/hours", "volunteer", volunteer, "4小时",
            [
                Call(() => Hours(asVolunteer).GetVolunteerAsync(new GetVolunteerRequest { Name = volunteer })),
                Call(() => Hours(asVolunteer).GetHoursAsync(new GetHoursRequest { Person = volunteer })),
                Call(() => Hours(asVolunteer).ListHourPostingsAsync(new ListHourPostingsRequest { Person = volunteer, PageSize = 5 })),
                .. new[] { OrderState.Accepted, OrderState.CheckedIn, OrderState.CheckedOut, OrderState.Disputed }.Select(state =>
                    Call(() => new ServiceOrderService.ServiceOrderServiceClient(asVolunteer).ListOrdersAsync(
                        new ListOrdersRequest { Parent = region, Volunteer = volunteer, State = state, PageSize = 100 }))),
                services,
            ]),
            new("/vouchers", "elder", elder, "10份餐",
            [
                Call(() => new VoucherService.VoucherServiceClient(asElder).ListVouchersAsync(
                    new ListVouchersRequest { Parent = region, Elder = elder, PageSize = 100 })),
                Call(() => Hours(asElder).GetHoursAsync(new GetHoursRequest { Person = elder })),
            ]),
            new($"/today?day={today.Year}-{today.Month:00}-{today.Day:00}", "provider_clerk", provider, "应收合计",
            [
                services,
                Call(() => clerk.ListRedemptionsAsync(new ListRedemptionsRequest
                {
                    Parent = region, Provider = provider, Period = new Period { FirstDay = today, LastDay = today }, PageSize = 100,
                })),
            ]),
            new("/statistics?region=430211&month=2026-10", null, null, "天元区",
            [
                Call(() => new StatisticsService.StatisticsServiceClient(asElder).GetPublicStatisticsAsync(
                    new GetPublicStatisticsRequest { Parent = region, Period = new Date { Year = 2026, Month = 10 } })),
            ]),
        ];
    }

    private static VolunteerService.VolunteerServiceClient Hours(CallInvoker caller) => new(caller);

    private static Date ContractDay(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };

    private static Func<Task<IMessage>> Call<T>(Func<AsyncUnaryCall<T>> call)
        where T : IMessage => async () => await call();

    /// <param name="Role">As a claim names it; null: anybody reads it without a token.</param>
    /// <param name="Party">The resource name of the reader.</param>
    /// <param name="Shows">A text without which the page is another.</param>
    /// <param name="Calls">What the page reads, as a program would.</param>
    private sealed record MeasuredPage(string Path, string? Role, string? Party, string Shows, Func<Task<IMessage>>[] Calls);
}
