using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Balances, lists and the trial balance as of an earlier moment.</summary>
[Collection(ServerCollection.Name)]
public sealed class AsOfTests(TestServer server) : IAsyncLifetime
{
    // No other test writes to this district.
    private const string Region = "430224", Parent = $"regions/{Region}";

    private static readonly Date Before = new() { Year = 2026, Month = 9, Day = 30 };

    private LedgerService.LedgerServiceClient Auditor => new(server.As(Role.Auditor, "", "", "430200"));

    public async ValueTask InitializeAsync() => await new WrittenEntries(server, Region).KeepAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(1, 0, 1_000, Side.Credit)]
    [InlineData(2, 600, 400, Side.Credit)]
    [InlineData(5, 600, 400, Side.Credit)]
    public async Task An_account_has_its_posted_counters_of_any_size_and_no_pending_ones(long size, long debits, long balance, Side side)
    {
        V1.Account fund = await Auditor.GetAccountAsync(
            new GetAccountRequest { Name = $"{Parent}/accounts/fund/lottery/available", AsOf = Size(size) });

        Assert.Equal((debits, 1_000, balance, side),
            (fund.DebitsPosted.Value, fund.CreditsPosted.Value, fund.Balance.Amount.Value, fund.Balance.Side));
        Assert.Equal((null, null), (fund.DebitsPending, fund.CreditsPending));
    }

    [Fact]
    public async Task An_account_that_was_opened_later_was_not_there()
    {
        await Auditor.GetAccountAsync(new GetAccountRequest { Name = $"{Parent}/accounts/fund/lottery/available", AsOf = Size(0) })
            .IsRefusedAsync(Reason.AccountNotFound);
        await Auditor.GetAccountAsync(
            new GetAccountRequest { Name = $"{Parent}/accounts/fund/lottery/available", AsOf = new AsOf { Date = Before } })
            .IsRefusedAsync(Reason.AccountNotFound);
        await Auditor.GetAccountAsync(new GetAccountRequest { Name = $"{Parent}/accounts/fund/lott", AsOf = Size(5) })
            .IsRefusedAsync(Reason.AccountNotFound);
        Assert.Equal(
            ["bank/ccb", "fund/lottery/available"],
            (await Auditor.ListAccountsAsync(new ListAccountsRequest { Parent = Parent, AsOf = Size(1) }))
            .Accounts.Select(account => account.Path));
    }

    [Fact]
    public async Task Accounts_as_of_a_size_come_in_pages()
    {
        List<string> listed = await Pages.AllAsync<string>(2, async token =>
        {
            ListAccountsResponse page = await Auditor.ListAccountsAsync(
                new ListAccountsRequest { Parent = Parent, AsOf = Size(3), PageSize = 2, PageToken = token });
            return ([.. page.Accounts.Select(account => $"{account.Path} {account.Balance.Amount.Value}")], page.NextPageToken);
        });

        Assert.Equal(["bank/ccb 1000", "fund/lottery/available 400", "hours/issued 240", "person/0000000000ED/hours/issued 240",
            "programme/meals/allotted 600"], listed);
    }

    [Fact]
    public async Task The_trial_balance_of_every_size_balances_and_that_of_the_whole_journal_is_the_one_of_now()
    {
        for (int size = 0; size <= 5; size++)
        {
            V1.TrialBalance balance = await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, AsOf = Size(size) });
            Assert.Equal(size, balance.EntryCount);
            Assert.Equal(new[] { 0, 1, 1, 2, 2, 2 }[size], balance.Units.Count);
            Assert.All(balance.Units, unit => Assert.Equal(unit.DebitBalances, unit.CreditBalances));
        }
        V1.TrialBalance now = await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent });
        Assert.Equal(now, await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, AsOf = Size(5) }));
        Assert.Equal(
            (0, null, 0),
            await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, AsOf = new AsOf { Date = Before } })
            is var empty ? (empty.EntryCount, empty.Time, empty.Units.Count) : default);
        Assert.Equal(
            ["CNY"], (await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, AsOf = Size(5), Unit = "CNY" }))
            .Units.Select(unit => unit.Unit));
    }

    [Fact]
    public async Task Postings_of_a_period_carry_its_opening_and_closing_balance_on_every_page()
    {
        var request = new ListPostingsRequest { Account = $"{Parent}/accounts/fund/lottery/available", PageSize = 1 };
        ListPostingsResponse first = await Auditor.ListPostingsAsync(request);
        ListPostingsResponse second = await Auditor.ListPostingsAsync(new ListPostingsRequest(request) { PageToken = first.NextPageToken });
        ListPostingsResponse earlier =
            await Auditor.ListPostingsAsync(new ListPostingsRequest(request) { Period = new V1.Period { LastDay = Before } });

        Assert.Equal((0, 400, 600, 1_000), Figures(first));
        Assert.Equal(Figures(first), Figures(second));
        Assert.Equal((0, 0, 0, 0), Figures(earlier));

        static (long Opening, long Closing, long Debits, long Credits) Figures(ListPostingsResponse page) =>
            (page.Opening.Amount.Value, page.Closing.Amount.Value, page.TotalDebits.Value, page.TotalCredits.Value);
    }

    [Fact]
    public async Task A_moment_that_has_not_come_is_refused()
    {
        string account = $"{Parent}/accounts/bank/ccb";
        await Auditor.GetAccountAsync(new GetAccountRequest { Name = account, AsOf = Size(6) })
            .IsRefusedAsync(Reason.InvalidField, "as_of.entry_count");
        await Auditor.GetAccountAsync(new GetAccountRequest { Name = account, AsOf = Size(-1) })
            .IsRefusedAsync(Reason.InvalidField, "as_of.entry_count");
        await Auditor.GetAccountAsync(
            new GetAccountRequest { Name = account, AsOf = new AsOf { Date = new Date { Year = 9999, Month = 12, Day = 31 } } })
            .IsRefusedAsync(Reason.InvalidField, "as_of.date");
        await Auditor.GetTrialBalanceAsync(
            new GetTrialBalanceRequest { Parent = Parent, AsOf = new AsOf { Date = new Date { Year = 2026, Month = 2, Day = 30 } } })
            .IsRefusedAsync(Reason.InvalidField, "as_of.date");
        await Auditor.ListAccountsAsync(
            new ListAccountsRequest { Parent = Parent, PathPrefix = "?", AsOf = new AsOf { Date = new Date() } })
            .IsRefusedAsync(Reason.InvalidField, "path_prefix", "as_of.date");
        Assert.Equal(1_000, (await Auditor.GetAccountAsync(new GetAccountRequest { Name = account, AsOf = new AsOf() }))
            .DebitsPosted.Value);
    }

    private static AsOf Size(long size) => new() { EntryCount = size };
}
