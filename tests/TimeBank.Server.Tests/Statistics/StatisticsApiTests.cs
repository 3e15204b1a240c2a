using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using FundKind = TimeBank.V1.FundKind;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

/// <summary>Figures that anybody may read. The class has its own server, because it moves the clock past the month's end.</summary>
public sealed class StatisticsApiTests : IAsyncLifetime
{
    private const string Lusong = "430203", Empty = "430223";

    private readonly TestServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_finished_month_is_published_to_everybody_and_never_changes()
    {
        var desk = new Desk(_server);
        Redemption[] redeemed = await MealsAsync(desk, elders: 5);
        await AskAsync(desk).IsRefusedAsync(Reason.StatisticsPeriodNotOver);
        await MoveToAsync(new DateOnly(2026, 11, 1), TimeSpan.FromMinutes(59));
        await AskAsync(desk).IsRefusedAsync(Reason.StatisticsPeriodNotOver);
        await MoveToAsync(new DateOnly(2026, 11, 1), TimeSpan.FromMinutes(61));
        Entry later = await SignedEntryAsync(desk);

        PublicStatistics october = await AskAsync(desk);

        Assert.Equal((5, 5L, 0L), (october.Threshold, october.EldersRegistered, october.VolunteersEnrolled));
        Assert.Equal((5, 0), (october.EldersServed, october.VolunteersServed));
        Assert.Equal(["5 60000", "5 5000", "0 0"], Shown(october.Vouchers));
        Assert.False(october.ItemsHidden);
        PublicUnitRow meals = Assert.Single(october.VouchersByUnit);
        Assert.Equal(("MEAL", october.Vouchers), (meals.Unit, meals.Vouchers));
        PublicItemRow lunch = Assert.Single(october.ServicesByItem);
        Assert.Equal(("meal-canteen", "MEAL", 5), (lunch.Item, lunch.Unit, lunch.Redeemed.Count));
        Assert.Equal((1, 0), (october.Providers, october.PaidToProviders.Value));
        PublicFundRow lottery = Assert.Single(october.Received);
        Assert.Equal((FundKind.Lottery, 1_000_000), (lottery.Kind, lottery.Received.Value));
        Assert.Equal((0, later.Index), (october.FirstEntry, october.EntryCount));
        AssertSigned(october);

        // What is taken back in November is November's.
        await desk.Clerk(redeemed[0].Provider).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redeemed[0].Name, Memo = "错了" });
        await _server.SignedAsync(later.Index + 2);
        PublicStatistics again = await AskAsync(desk);
        Assert.True(again.Checkpoint.TreeSize > october.Checkpoint.TreeSize);
        again.Checkpoint = october.Checkpoint;
        Assert.Equal(october, again);
        await AskAsync(desk, month: 11).IsRefusedAsync(Reason.StatisticsPeriodNotOver);
        await AskAsync(desk, month: 0).IsRefusedAsync(Reason.StatisticsPeriodNotOver);
    }

    [Fact]
    public async Task What_is_about_few_persons_is_hidden_in_the_month_and_in_the_year()
    {
        var desk = new Desk(_server, Lusong);
        await MealsAsync(desk, elders: 4);
        await MoveToAsync(new DateOnly(2027, 1, 1), TimeSpan.FromHours(2));
        Entry later = await SignedEntryAsync(desk);

        PublicStatistics october = await AskAsync(desk), year = await AskAsync(desk, month: 0), november = await AskAsync(desk, month: 11);

        Assert.Equal((0, 0), (october.EldersRegistered, october.EldersServed));
        Assert.Equal(["hidden", "hidden", "0 0"], Shown(october.Vouchers));
        Assert.True(october.ItemsHidden);
        Assert.Empty(october.VouchersByUnit.Select(row => row.Unit).Concat(october.ServicesByItem.Select(row => row.Item)));
        Assert.Equal(1_000_000, Assert.Single(october.Received).Received.Value);
        Assert.Equal(["0 0", "0 0", "0 0"], Shown(november.Vouchers));
        Assert.Equal(["hidden", "hidden", "0 0"], Shown(year.Vouchers));
        Assert.Empty(year.VouchersByUnit);
        Assert.True(year is { ItemsHidden: true, HasEldersServed: false, HasVolunteersServed: false });
        Assert.Equal((0, later.Index, 1_000_000), (year.FirstEntry, year.EntryCount, Assert.Single(year.Received).Received.Value));
        AssertSigned(year);
    }

    [Fact]
    public async Task Only_a_month_or_a_year_of_a_region_with_a_signed_journal_is_answered()
    {
        (int Year, int Month, int Day)[] wrong =
            [(0, 0, 0), (1999, 12, 0), (2200, 1, 0), (9999, 0, 0), (2026, 13, 0), (2026, 10, 1), (2026, 0, 5), (-2026, 1, 0)];
        foreach ((int year, int month, int day) in wrong)
        {
            await Public.GetPublicStatisticsAsync(new GetPublicStatisticsRequest
            {
                Parent = "regions/430211", Period = new Date { Year = year, Month = month, Day = day },
            }).IsRefusedAsync(Reason.InvalidField, "period");
        }
        await Public.GetPublicStatisticsAsync(new GetPublicStatisticsRequest { Parent = "regions/430211" })
            .IsRefusedAsync(Reason.InvalidField, "period");
        await AskAsync(new Desk(_server, Empty), month: 9).IsRefusedAsync(Reason.NotSignedYet);
    }

    private StatisticsService.StatisticsServiceClient Public => new(_server.Anonymous());

    private Grpc.Core.AsyncUnaryCall<PublicStatistics> AskAsync(Desk desk, int month = 10) => Public.GetPublicStatisticsAsync(
        new GetPublicStatisticsRequest { Parent = desk.Region, Period = new Date { Year = 2026, Month = month } });

    /// <summary>Gives each of some elders a voucher of ten meals, of which each has one.</summary>
    private static async Task<Redemption[]> MealsAsync(Desk desk, int elders)
    {
        string fund = await desk.FundAsync("lottery", 1_000_000);
        string meals = await desk.FundedAsync(desk.Meals("meals"), (fund, 600_000));
        string canteen = await desk.ProviderAsync(V1.ServiceType.Meal);
        var registered = new List<string>();
        for (int at = 0; at < elders; at++) registered.Add(await desk.RegisterElderAsync());
        await desk.IssueAsync(meals);
        var redeemed = new List<Redemption>();
        foreach (string elder in registered)
        {
            Voucher voucher = await desk.VoucherOfAsync(elder, meals);
            redeemed.Add((await desk.Clerk(canteen).RedeemVoucherAsync(desk.Lunch(voucher.Name, canteen))).Redemption);
        }
        return [.. redeemed];
    }

    /// <summary>The next month's first entry, once it is signed.</summary>
    private async Task<Entry> SignedEntryAsync(Desk desk)
    {
        RecordReceiptResponse receipt = await desk.Maker.RecordReceiptAsync(desk.Receipt($"{desk.Region}/funds/lottery", 100));
        Entry entry = await new LedgerService.LedgerServiceClient(_server.As(Role.Auditor, "", "", desk.Region["regions/".Length..]))
            .GetEntryAsync(new GetEntryRequest { Name = receipt.Entry });
        await _server.SignedAsync(entry.Index + 1, region: desk.Region["regions/".Length..]);
        return entry;
    }

    private static void AssertSigned(PublicStatistics answer)
    {
        var note = SignedNote.Parse(answer.Checkpoint.Note);
        Assert.Equal(NoteStatus.Signed, note.Check([.. answer.Checkpoint.VerifierKeys.Select(VerifierKey.Parse)], SigningKey.Check));
        var head = Checkpoint.Parse(note.Text);
        Assert.Equal((answer.Checkpoint.TreeSize, answer.Checkpoint.Origin), (head.Size, head.Origin));
        Assert.True(head.Size >= answer.EntryCount);
    }

    private static IEnumerable<string> Shown(PublicVouchers vouchers) =>
        new[] { vouchers.Issued, vouchers.Redeemed, vouchers.Unused }.Select(
            figure => figure is null ? "hidden" : $"{figure.Count} {figure.Sum.Value}");

    private async Task MoveToAsync(DateOnly day, TimeSpan later) =>
        await new ScenarioService.ScenarioServiceClient(_server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(ChinaTime.StartOf(day) + later),
        });
}
