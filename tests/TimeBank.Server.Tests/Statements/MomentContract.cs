using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Reason = TimeBank.Ledger.Reason;

namespace TimeBank.Server.Tests;

/// <summary>Every report is of one moment, and so are all its pages, even while money moves.</summary>
public abstract class MomentContract(TestServer server)
{
    private const string Region = TestServer.Tianyuan;
    private const int Reads = 40;
    private const int TurnsOfARead = 4;

    private readonly Desk _desk = new(server, Region);

    private LedgerService.LedgerServiceClient Ledger => new(server.As(Role.Auditor, regions: Region));

    [Fact]
    public async Task All_pages_of_a_statement_are_of_the_moment_of_its_first_one()
    {
        Counter counter = await CounterAsync("pages");
        for (int meal = 0; meal < 6; meal++) await RedeemAsync(counter, 0);
        var request = new GetProviderStatementRequest { Provider = counter.Canteen, Period = Desk.AllDays, PageSize = 4 };

        ProviderService.ProviderServiceClient clerk = _desk.ProviderClerk(counter.Canteen);
        Statement first = await clerk.GetProviderStatementAsync(request);
        await RedeemAsync(counter, 0);
        var next = new GetProviderStatementRequest(request) { PageToken = first.NextPageToken };
        Statement second = await clerk.GetProviderStatementAsync(next);
        Statement anew = await clerk.GetProviderStatementAsync(new GetProviderStatementRequest(request) { PageSize = 0 });

        Assert.Equal((4, 2, 7, ""), (first.Postings.Count, second.Postings.Count, anew.Postings.Count, second.NextPageToken));
        Assert.Equal(Figures(first), Figures(second));
        Assert.Equal((6 * Price, 7 * Price), (Signed(second.Closing), Signed(anew.Closing)));
        Assert.Equal((first.EntryCount, first.Time), (second.EntryCount, second.Time));
        Assert.Equal((first.EntryCount + 1, anew.Postings[^1].Time), (anew.EntryCount, anew.Time));
        Assert.Equal(anew.EntryCount, anew.Postings[^1].EntryIndex + 1);
        Ties([.. first.Postings, .. second.Postings], Figures(first));
        Ties([.. anew.Postings], Figures(anew));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_pages_of_an_accounts_postings_are_of_the_moment_of_the_first_one(bool newestFirst)
    {
        Counter counter = await CounterAsync(newestFirst ? "newest" : "oldest");
        for (int meal = 0; meal < 3; meal++) await RedeemAsync(counter, 0);
        string account = $"{_desk.Region}/accounts/provider/{counter.Canteen.Split('/')[^1]}/payable";
        var request = new ListPostingsRequest { Account = account, PageSize = 2, NewestFirst = newestFirst };

        ListPostingsResponse first = await Ledger.ListPostingsAsync(request);
        await RedeemAsync(counter, 0);
        ListPostingsResponse second = await Ledger.ListPostingsAsync(new ListPostingsRequest(request) { PageToken = first.NextPageToken });

        Assert.Equal((2, 1, ""), (first.Postings.Count, second.Postings.Count, second.NextPageToken));
        Assert.Equal((first.EntryCount, first.Time), (second.EntryCount, second.Time));
        Assert.Equal(Figures(first), Figures(second));
        IEnumerable<Posting> all = first.Postings.Concat(second.Postings);
        Ties([.. newestFirst ? all.Reverse() : all], Figures(first));
    }

    [Fact]
    public async Task All_pages_of_a_persons_postings_are_of_the_moment_of_the_first_one()
    {
        string volunteer = await VolunteerAsync();
        for (int day = 0; day < 3; day++) await _desk.BringHoursAsync(volunteer, 30);
        var request = new ListHourPostingsRequest { Person = volunteer, PageSize = 2 };
        var hours = new VolunteerService.VolunteerServiceClient(server.As(Role.Auditor, regions: Region));

        ListHourPostingsResponse first = await hours.ListHourPostingsAsync(request);
        await _desk.BringHoursAsync(volunteer, 30);
        var next = new ListHourPostingsRequest(request) { PageToken = first.NextPageToken };
        ListHourPostingsResponse second = await hours.ListHourPostingsAsync(next);

        Assert.Equal((2, 1, ""), (first.Postings.Count, second.Postings.Count, second.NextPageToken));
        Assert.Equal((first.EntryCount, first.Time), (second.EntryCount, second.Time));
        Assert.Equal([90, 60, 30], first.Postings.Concat(second.Postings).Select(posting => posting.Posting.BalanceAfter.Amount.Value));
    }

    [Fact]
    public async Task A_page_token_that_names_no_moment_is_refused()
    {
        Counter counter = await CounterAsync("tokens");
        for (int meal = 0; meal < 2; meal++) await RedeemAsync(counter, 0);
        var request = new GetProviderStatementRequest { Provider = counter.Canteen, Period = Desk.AllDays, PageSize = 1 };
        Statement first = await _desk.ProviderClerk(counter.Canteen).GetProviderStatementAsync(request);
        string cursor = $"{first.Postings[0].EntryIndex}.1";

        // Refused: an earlier build's token without a moment, and a moment past the journal's end. Then this build's own token passes.
        foreach (string text in new[] { cursor, $"{first.EntryCount + 1}.{cursor}" })
        {
            request.PageToken = TokenOf(counter.Canteen, request, text);
            await _desk.ProviderClerk(counter.Canteen).GetProviderStatementAsync(request).IsRefusedAsync(Reason.PageTokenInvalid);
        }
        request.PageToken = TokenOf(counter.Canteen, request, $"{first.EntryCount}.{cursor}");
        Assert.Equal(first.NextPageToken, request.PageToken);
        Assert.Single((await _desk.ProviderClerk(counter.Canteen).GetProviderStatementAsync(request)).Postings);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Statements_tie_while_money_moves(int pages)
    {
        Counter counter = await CounterAsync($"moving-{pages}");
        int rows = 0;
        await WhileMoneyMovesAsync(counter, async () =>
        {
            // Keep the number of pages constant: with a fixed size, rows would grow faster than the test reads them.
            int size = pages == 1 ? 1_000 : (rows / pages) + 1;
            var request = new GetProviderStatementRequest { Provider = counter.Canteen, Period = Desk.AllDays, PageSize = size };
            var postings = new List<Posting>();
            var figures = new List<(long, long, long, long)>();
            do
            {
                Statement page = await _desk.ProviderClerk(counter.Canteen).GetProviderStatementAsync(request);
                postings.AddRange(page.Postings);
                figures.Add(Figures(page));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            Ties(postings, Assert.Single(figures.Distinct()));
            rows = postings.Count;
        });
    }

    [Fact]
    public async Task Reports_tie_while_money_moves()
    {
        Counter counter = await CounterAsync("reports");
        await WhileMoneyMovesAsync(counter, async () =>
        {
            var programme = new GetProgrammeReportRequest { Programme = counter.Programme };
            ReportTies.Check(await _desk.Auditor.GetProgrammeReportAsync(programme));
            foreach (string fund in counter.Funds)
            {
                ReportTies.Check(await _desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = fund }));
            }
        });
    }

    private const long Price = 1_000;

    /// <summary>A canteen, and the vouchers of two elders from a programme of two funds.</summary>
    private sealed record Counter(string Canteen, string Programme, string[] Funds, string[] Vouchers);

    private async Task<Counter> CounterAsync(string name)
    {
        string first = await _desk.FundAsync($"{name}-a", 1_000_000), second = await _desk.FundAsync($"{name}-b", 1_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals(name), (first, 400_000));
        string[] elders = [await _desk.RegisterElderAsync(), await _desk.RegisterElderAsync()];
        string canteen = await _desk.ProviderAsync(ServiceType.Meal);
        await _desk.IssueAsync(programme);
        string[] vouchers =
        [
            (await _desk.VoucherOfAsync(elders[0], programme)).Name, (await _desk.VoucherOfAsync(elders[1], programme)).Name,
        ];
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (second, 300_000)));
        return new Counter(canteen, programme, [first, second], vouchers);
    }

    private async Task<string> VolunteerAsync()
    {
        var counter = new VolunteerService.VolunteerServiceClient(server.As(Role.Counter, regions: Region));
        return (await counter.EnrolVolunteerAsync(new EnrolVolunteerRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, DisplayName = "演示",
            BirthDate = new Date { Year = 1990, Month = 7, Day = 1 },
        })).Name;
    }

    /// <summary>Writes a page token for a provider's clerk with the server's own key.</summary>
    private string TokenOf(string clerk, GetProviderStatementRequest request, string cursor)
    {
        var filters = new GetProviderStatementRequest(request) { PageToken = "", PageSize = 0 };
        byte[] text = Encoding.UTF8.GetBytes(cursor);
        string method = "/timebank.v1.ProviderService/GetProviderStatement";
        byte[] about = Encoding.UTF8.GetBytes($"{clerk.Split('/')[^1]}\n{method}\n{filters.CalculateSize()}\n");
        byte[] signed = [.. about, .. filters.ToByteArray(), .. text];
        string folder = server.Services.GetRequiredService<IConfiguration>()["TimeBank:Data"]!;
        byte[] key = Convert.FromHexString(File.ReadAllText(Path.Combine(folder, "page-tokens.key")).Trim());
        return Base64Url.EncodeToString([.. HMACSHA256.HashData(key, signed)[..16], .. text]);
    }

    private async Task<string> RedeemAsync(Counter counter, int elder) =>
        (await _desk.Clerk(counter.Canteen).RedeemVoucherAsync(_desk.Lunch(counter.Vouchers[elder], counter.Canteen, Price)))
            .Redemption.Name;

    /// <summary>
    /// Lets two callers redeem and refund while the test reads several times. Each read frees a few turns only: callers without a
    /// bound write faster than a slow machine reads, every read then has more to read than the last, and the test never ends.
    /// </summary>
    private async Task WhileMoneyMovesAsync(Counter counter, Func<Task> readAsync)
    {
        using var turns = new SemaphoreSlim(0);
        using var done = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 2).Select(elder => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await turns.WaitAsync();
                string redemption = await RedeemAsync(counter, elder);
                await _desk.Clerk(counter.Canteen).RefundRedemptionAsync(
                    new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redemption, Memo = "退" });
            }
        }))];
        try
        {
            for (int read = 0; read < Reads; read++)
            {
                turns.Release(TurnsOfARead);
                await readAsync();
            }
        }
        finally
        {
            await done.CancelAsync();
            turns.Release(writers.Length);
            await Task.WhenAll(writers);
        }
    }

    private static (long Opening, long Debits, long Credits, long Closing) Figures(Statement page) =>
        (Signed(page.Opening), page.TotalDebits.Value, page.TotalCredits.Value, Signed(page.Closing));

    private static (long Opening, long Debits, long Credits, long Closing) Figures(ListPostingsResponse page) =>
        (Signed(page.Opening), page.TotalDebits.Value, page.TotalCredits.Value, Signed(page.Closing));

    /// <summary>Asserts that the postings add up to the figures.</summary>
    /// <param name="postings">All postings, oldest first.</param>
    private static void Ties(IReadOnlyList<Posting> postings, (long Opening, long Debits, long Credits, long Closing) figures)
    {
        Assert.Equal(figures.Closing, figures.Opening + figures.Credits - figures.Debits);
        Assert.Equal(figures.Debits, postings.Where(posting => posting.Side == Side.Debit).Sum(posting => posting.Amount.Value));
        Assert.Equal(figures.Credits, postings.Where(posting => posting.Side == Side.Credit).Sum(posting => posting.Amount.Value));
        if (postings.Count > 0) Assert.Equal(figures.Closing, Signed(postings[^1].BalanceAfter));
    }

    private static long Signed(Balance balance) => balance.Side == Side.Debit ? -balance.Amount.Value : balance.Amount.Value;
}

/// <summary>Asserts the equations that the contract promises for every report.</summary>
internal static class ReportTies
{
    public static void Check(ProgrammeReport report)
    {
        Check(report.Units);
        Check(report.Money);
        Assert.Equal(report.Allotted.Value, report.Available.Value + Spent(report) + report.Money.Remaining.Value);
        Assert.Equal(Spent(report), report.Funds.Sum(line => line.Spent.Value));
        Assert.All(report.Funds, line => Assert.InRange(line.Spent.Value, 0, line.Allotted.Value));
        Assert.Equal(report.Available, report.Programme.Available);
    }

    public static void Check(FundReport report)
    {
        Assert.Equal(report.Received.Value, report.Programmes.Sum(line => line.Allotted.Value) + report.Available.Value);
        Assert.All(report.Programmes, line => Assert.Equal(line.Unspent.Value, line.Allotted.Value - line.Spent.Value));
        Assert.All(report.Programmes, line => Assert.InRange(line.Spent.Value, 0, line.Allotted.Value));
        Assert.Equal(report.Available, report.Fund.Available);
        Assert.True(report.Owed.Value >= 0, $"{report}");
    }

    private static long Spent(ProgrammeReport report) => report.Money.Redeemed.Value + report.Money.PaidToEstates.Value;

    private static void Check(VoucherFigures figures)
    {
        Amount[] amounts =
            [figures.Redeemed, figures.Expired, figures.Voided, figures.Released, figures.PaidToEstates, figures.Remaining];
        long[] ends = [.. amounts.Select(amount => amount.Value)];
        Assert.Equal(figures.Issued.Value, ends.Sum());
        Assert.All(ends, end => Assert.True(end >= 0, $"{figures}"));
    }
}
