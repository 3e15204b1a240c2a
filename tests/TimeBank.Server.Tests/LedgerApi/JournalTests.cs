using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Reading a journal and its accounts.</summary>
[Collection(ServerCollection.Name)]
public sealed class JournalTests(TestServer server) : IAsyncLifetime
{
    // No other test writes to this district.
    private const string Region = "430212", Parent = $"regions/{Region}";

    private LedgerService.LedgerServiceClient Auditor => new(server.As(Role.Auditor, "", "", "430200"));

    public async ValueTask InitializeAsync() => await new WrittenEntries(server, Region).KeepAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_account_has_its_four_counters_and_its_owner()
    {
        V1.Account issued = await Auditor.GetAccountAsync(
            new GetAccountRequest { Name = $"{Parent}/accounts/person/{WrittenEntries.Elder}/hours/issued" });

        Assert.Equal((90, 240, 0, 0),
            (issued.DebitsPosted.Value, issued.CreditsPosted.Value, issued.DebitsPending.Value, issued.CreditsPending.Value));
        Assert.Equal((150, "MIN", Side.Credit), (issued.Balance.Amount.Value, issued.Balance.Amount.Unit, issued.Balance.Side));
        Assert.Equal((WrittenEntries.Elder.Text, $"{Parent}/entries/2", true, false, false),
            (issued.Owner, issued.OpenedBy, issued.DebitsMustNotExceedCredits, issued.Frozen, issued.Closed));
    }

    [Theory]
    [InlineData("", "", new[] { "bank/ccb", "fund/lottery/available", "hours/issued", "person/0000000000ED/hours/issued",
        "person/0000000000VR/hours/earned", "programme/meals/allotted" })]
    [InlineData("person/", "", new[] { "person/0000000000ED/hours/issued", "person/0000000000VR/hours/earned" })]
    [InlineData("", "CNY", new[] { "bank/ccb", "fund/lottery/available", "programme/meals/allotted" })]
    [InlineData("person/", "CNY", new string[0])]
    public async Task Accounts_are_listed_by_path_in_pages(string prefix, string unit, string[] expected)
    {
        List<string> listed = await Pages.AllAsync<string>(2, async token =>
        {
            ListAccountsResponse page = await Auditor.ListAccountsAsync(
                new ListAccountsRequest { Parent = Parent, PathPrefix = prefix, Unit = unit, PageSize = 2, PageToken = token });
            return ([.. page.Accounts.Select(account => account.Path)], page.NextPageToken);
        });

        Assert.Equal(expected, listed);
    }

    [Fact]
    public async Task An_entry_names_its_accounts_and_what_they_held_after()
    {
        Entry entry = await Auditor.GetEntryAsync(new GetEntryRequest { Name = $"{Parent}/entries/1" });

        Assert.Equal(($"{Parent}/entries/1", 1, "ALLOT_FUNDS", V1.EntryKind.Posted, "other", "430000/2026-01", "allot"),
            (entry.Name, entry.Index, entry.Code, entry.Kind, entry.Actor, entry.PolicyVersion, entry.Memo));
        V1.Transfer transfer = Assert.Single(entry.Transfers);
        Assert.Equal(($"{Parent}/accounts/fund/lottery/available", $"{Parent}/accounts/programme/meals/allotted", 600),
            (transfer.DebitAccount, transfer.CreditAccount, transfer.Amount.Value));
        Assert.Equal((400, 600), (transfer.DebitBalanceAfter.Amount.Value, transfer.CreditBalanceAfter.Amount.Value));
    }

    [Fact]
    public async Task A_hold_and_its_end_name_each_other()
    {
        Entry hold = await Auditor.GetEntryAsync(new GetEntryRequest { Name = $"{Parent}/entries/3" });
        Entry end = await Auditor.GetEntryAsync(new GetEntryRequest { Name = $"{Parent}/entries/4" });

        Assert.Equal((V1.EntryKind.Hold, $"{Parent}/entries/4", 120), (hold.Kind, hold.EndedBy, hold.Transfers[0].Amount.Value));
        Assert.Equal((V1.EntryKind.PostHold, $"{Parent}/entries/3", 90), (end.Kind, end.Hold, end.Transfers[0].Amount.Value));
    }

    public static TheoryData<ListEntriesRequest, long[]> Filters => new()
    {
        { new ListEntriesRequest(), [0, 1, 2, 3, 4] },
        { new ListEntriesRequest { NewestFirst = true }, [4, 3, 2, 1, 0] },
        { new ListEntriesRequest { Code = "RECEIVE_MONEY" }, [0] },
        { new ListEntriesRequest { Kind = V1.EntryKind.Hold }, [3] },
        { new ListEntriesRequest { Kind = V1.EntryKind.Posted, NewestFirst = true }, [2, 1, 0] },
        { new ListEntriesRequest { Actor = "other" }, [1] },
        { new ListEntriesRequest { Actor = "keeper", NewestFirst = true }, [4, 3, 2, 0] },
        { new ListEntriesRequest { Actor = "nobody" }, [] },
        { new ListEntriesRequest { Period = new V1.Period { FirstDay = new Date { Year = 2026, Month = 10, Day = 1 } } }, [0, 1, 2, 3, 4] },
        { new ListEntriesRequest { Period = new V1.Period { LastDay = new Date { Year = 2026, Month = 9, Day = 30 } } }, [] },
    };

    [Theory, MemberData(nameof(Filters))]
    public async Task Entries_are_filtered_and_come_in_either_order(ListEntriesRequest filter, long[] expected)
    {
        List<long> listed = await Pages.AllAsync<long>(2, async token =>
        {
            ListEntriesResponse page = await Auditor.ListEntriesAsync(
                new ListEntriesRequest(filter) { Parent = Parent, PageSize = 2, PageToken = token });
            return ([.. page.Entries.Select(entry => entry.Index)], page.NextPageToken);
        });

        Assert.Equal(expected, listed);
    }

    [Theory]
    [InlineData(false, new[] { "RECEIVE_MONEY", "ALLOT_FUNDS" }, new[] { 1_000L, 400 })]
    [InlineData(true, new[] { "ALLOT_FUNDS", "RECEIVE_MONEY" }, new[] { 400L, 1_000 })]
    public async Task Postings_carry_the_balance_in_either_order(bool newestFirst, string[] codes, long[] balances)
    {
        List<V1.Posting> listed = await Pages.AllAsync<V1.Posting>(1, async token =>
        {
            ListPostingsResponse page = await Auditor.ListPostingsAsync(
                new ListPostingsRequest
                {
                    Account = $"{Parent}/accounts/fund/lottery/available", NewestFirst = newestFirst, PageSize = 1,
                    PageToken = token
                });
            return ([.. page.Postings], page.NextPageToken);
        });

        Assert.Equal(codes, listed.Select(posting => posting.Code));
        Assert.Equal(balances, listed.Select(posting => posting.BalanceAfter.Amount.Value));
    }

    [Fact]
    public async Task The_trial_balance_adds_up_classes_and_balances_per_unit()
    {
        V1.TrialBalance balance = await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent });

        Assert.Equal((Parent, 5), (balance.Region, balance.EntryCount));
        Assert.Equal(["MIN", "CNY"], balance.Units.Select(unit => unit.Unit));
        Assert.All(balance.Units, unit => Assert.Equal(unit.DebitBalances, unit.CreditBalances));
        Assert.Equal([240, 1_000], balance.Units.Select(unit => unit.DebitBalances.Value));
        Assert.Equal(["hours/issued", "person/*/hours/earned", "person/*/hours/issued"], balance.Units[0].Rows.Select(row => row.Path));
        TrialBalanceRow elders = balance.Units[0].Rows[2];
        Assert.Equal((1, 90, 240, 150, Side.Credit),
            (elders.AccountCount, elders.Debits.Value, elders.Credits.Value, elders.Balance.Amount.Value, elders.Balance.Side));
        Assert.Equal(["CNY"], (await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, Unit = "CNY" }))
            .Units.Select(unit => unit.Unit));
    }

    [Fact]
    public async Task An_unwritten_region_has_an_empty_trial_balance()
    {
        V1.TrialBalance balance = await new LedgerService.LedgerServiceClient(server.As(Role.Auditor, "", "", "430182"))
            .GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = "regions/430182" });

        Assert.Equal((0, null, 0), (balance.EntryCount, balance.Time, balance.Units.Count));
    }

    [Theory]
    [InlineData("regions/430212/accounts/fund/none/available", Reason.AccountNotFound)]
    [InlineData("regions/430212/accounts/fund//available", Reason.InvalidField, "name")]
    [InlineData("regions/430212/accounts/", Reason.InvalidField, "name")]
    [InlineData("regions/430212/vouchers/0123456789AB", Reason.InvalidField, "name")]
    [InlineData("regions/430299/accounts/bank/ccb", Reason.RegionUnknown)]
    [InlineData("regions/430104/accounts/bank/ccb", Reason.RegionNotAllowed)]
    [InlineData("", Reason.InvalidField, "name")]
    public async Task An_account_that_is_not_there_is_refused(string name, Reason reason, params string[] fields)
    {
        await Auditor.GetAccountAsync(new GetAccountRequest { Name = name }).IsRefusedAsync(reason, fields);
    }

    [Theory]
    [InlineData("regions/430212/entries/5", Reason.EntryNotFound)]
    [InlineData("regions/430212/entries/9223372036854775807", Reason.EntryNotFound)]
    [InlineData("regions/430212/entries/9223372036854775808", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/-1", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/00", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/007", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/+1", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/1/2", Reason.InvalidField, "name")]
    [InlineData("regions/430212/entries/x", Reason.InvalidField, "name")]
    public async Task An_entry_that_is_not_there_is_refused(string name, Reason reason, params string[] fields)
    {
        await Auditor.GetEntryAsync(new GetEntryRequest { Name = name }).IsRefusedAsync(reason, fields);
    }

    [Fact]
    public async Task Lists_with_wrong_fields_are_refused_with_every_field()
    {
        await Auditor.ListEntriesAsync(
            new ListEntriesRequest
            {
                Parent = Parent, Code = "receive", Kind = (V1.EntryKind)99, Actor = new string('x', 65),
                PageSize = -1
            })
            .IsRefusedAsync(Reason.InvalidField, "code", "kind", "actor", "page_size");
        await Auditor.ListAccountsAsync(new ListAccountsRequest { Parent = Parent, PathPrefix = "a b" })
            .IsRefusedAsync(Reason.InvalidField, "path_prefix");
        await Auditor.ListAccountsAsync(new ListAccountsRequest { Parent = Parent, PathPrefix = new string('a', 1 << 19) })
            .IsRefusedAsync(Reason.InvalidField, "path_prefix");
        await Auditor.ListAccountsAsync(new ListAccountsRequest { Parent = Parent, Unit = "USD" }).IsRefusedAsync(Reason.UnitUnknown);
        await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, Unit = "min" }).IsRefusedAsync(Reason.UnitUnknown);
        await Auditor.ListPostingsAsync(new ListPostingsRequest { Account = $"{Parent}/accounts/fund/none/available" })
            .IsRefusedAsync(Reason.AccountNotFound);
        await Auditor.ListPostingsAsync(new ListPostingsRequest { Account = $"{Parent}/accounts/bank/ccb", Period = Backwards })
            .IsRefusedAsync(Reason.InvalidField, "period.last_day");
    }

    [Fact]
    public async Task A_page_token_holds_for_its_own_list_and_caller_alone()
    {
        var request = new ListEntriesRequest { Parent = Parent, PageSize = 1 };
        string token = (await Auditor.ListEntriesAsync(request)).NextPageToken;
        char last = token[^1];

        await Auditor.ListEntriesAsync(new ListEntriesRequest(request) { PageToken = token, NewestFirst = true })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await Auditor.ListEntriesAsync(new ListEntriesRequest(request) { PageToken = token[..^1] + (last == 'A' ? 'B' : 'A') })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await Auditor.ListAccountsAsync(new ListAccountsRequest { Parent = Parent, PageToken = token })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, "", "", "430200"))
            .ListEntriesAsync(new ListEntriesRequest(request) { PageToken = token }).IsRefusedAsync(Reason.PageTokenInvalid);
        Assert.Equal(1, (await Auditor.ListEntriesAsync(new ListEntriesRequest(request) { PageToken = token, PageSize = 5 })).Entries[0]
            .Index);
    }

    [Theory]
    [InlineData("=")]
    [InlineData(" ")]
    [InlineData("\n")]
    public async Task A_page_token_is_taken_as_it_was_written_and_in_no_other_spelling(string added)
    {
        var request = new ListEntriesRequest { Parent = Parent, PageSize = 1 };
        string token = (await Auditor.ListEntriesAsync(request)).NextPageToken;

        await Auditor.ListEntriesAsync(new ListEntriesRequest(request) { PageToken = token + added })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    private static V1.Period Backwards => new()
    {
        FirstDay = new Date { Year = 2026, Month = 10, Day = 2 },
        LastDay = new Date { Year = 2026, Month = 10, Day = 1 },
    };
}
