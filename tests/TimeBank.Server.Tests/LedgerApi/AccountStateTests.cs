using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Freezing, unfreezing, closing and reopening accounts; the list of open holds.</summary>
[Collection(ServerCollection.Name)]
public sealed class AccountStateTests(TestServer server)
{
    // No other test writes to this district.
    private const string Region = "430225", Parent = $"regions/{Region}";

    private static int s_requests;

    private LedgerService.LedgerServiceClient Checker => new(server.As(Role.FinanceChecker, "", "", Region));

    private WrittenEntries Books => new(server, Region);

    [Fact]
    public async Task A_frozen_account_moves_nothing_until_it_is_unfrozen()
    {
        string account = await FundAsync("freeze", 100);
        var freeze = new FreezeAccountRequest { RequestId = NewId(), Account = account, Memo = "核查" };

        Entry frozen = await Checker.FreezeAccountAsync(freeze);

        Assert.Equal((V1.EntryKind.ChangeAccounts, "FREEZE", "核查", "staff-FinanceChecker", 0),
            (frozen.Kind, frozen.Code, frozen.Memo, frozen.Actor, frozen.Transfers.Count));
        Assert.Equal(new V1.AccountChange { Account = account, Frozen = true }, Assert.Single(frozen.AccountChanges));
        Assert.Equal(frozen, await Checker.FreezeAccountAsync(freeze));
        Assert.Equal(frozen, await Checker.GetEntryAsync(new GetEntryRequest { Name = frozen.Name }));
        Assert.Equal(Reason.AccountFrozen, (await Books.TryAsync(Allot("freeze", "while frozen", 1))).Refusal?.Reason);
        Entry thawed = await Checker.UnfreezeAccountAsync(
            new UnfreezeAccountRequest { RequestId = NewId(), Account = account, Memo = "核查完毕" });
        Assert.False(Assert.Single(thawed.AccountChanges).Frozen);
        await Books.SubmitAsync(Allot("freeze", "after", 1));
    }

    [Fact]
    public async Task An_account_is_closed_only_when_empty_and_can_be_reopened()
    {
        string account = await FundAsync("close", 100);
        CloseAccountRequest Close() => new() { RequestId = NewId(), Account = account, Memo = "撤销" };

        await Checker.CloseAccountAsync(Close()).IsRefusedAsync(Reason.AccountNotEmpty);
        await Books.SubmitAsync(Allot("close", "empty it", 100));
        Assert.True(Assert.Single((await Checker.CloseAccountAsync(Close())).AccountChanges).Closed);
        Assert.True((await Checker.GetAccountAsync(new GetAccountRequest { Name = account })).Closed);
        Assert.Equal(Reason.AccountClosed,
            (await Books.TryAsync(MoneyEntries.Receive(WrittenEntries.Header("into closed"), Slug.Parse("ccb"), Slug.Parse("close"),
                new Fen(1))))
            .Refusal?.Reason);
        await Checker.ReopenAccountAsync(new ReopenAccountRequest { RequestId = NewId(), Account = account, Memo = "恢复" });
        Assert.False((await Checker.GetAccountAsync(new GetAccountRequest { Name = account })).Closed);
    }

    /// <summary>
    /// All money of the programme is on its vouchers, so its account is empty; a lunch for less would give some of it back.
    /// </summary>
    [Fact]
    public async Task An_account_of_a_programme_is_closed_only_when_its_vouchers_are_empty()
    {
        var desk = new Desk(server, Region);
        string fund = await desk.FundAsync("meals-fund", 50_000), elder = await desk.RegisterElderAsync();
        string programme = await desk.FundedAsync(desk.Meals("closing"), (fund, 12_000));
        await desk.IssueAsync(programme);
        string voucher = (await desk.VoucherOfAsync(elder, programme)).Name.Split('/')[^1];
        var close = new CloseAccountRequest
        {
            RequestId = NewId(), Account = $"{Parent}/accounts/programme/closing/allotted", Memo = "撤销",
        };

        Assert.Equal(0, (await Checker.GetAccountAsync(new GetAccountRequest { Name = close.Account })).Balance.Amount.Value);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await Checker.CloseAccountAsync(close));
        Assert.Equal($"voucher/{voucher}", refused.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["account"]);
        // The ten meals are eaten for all that they cost: nothing can come back.
        string canteen = await desk.ProviderAsync(V1.ServiceType.Meal);
        for (int meal = 0; meal < 10; meal++)
            await desk.Clerk(canteen).RedeemVoucherAsync(desk.Lunch($"{Parent}/vouchers/{voucher}", canteen, 1_200));
        Assert.True(Assert.Single((await Checker.CloseAccountAsync(
            new CloseAccountRequest(close) { RequestId = NewId() })).AccountChanges).Closed);
    }

    [Fact]
    public async Task What_is_only_asked_is_not_done_and_leaves_the_request_id_free()
    {
        string account = await FundAsync("ask", 100);
        var asked = new FreezeAccountRequest { RequestId = NewId(), Account = account, Memo = "核查", ValidateOnly = true };
        string before = await server.TrialBalanceAsync(Region);

        Entry would = await Checker.FreezeAccountAsync(asked);

        Assert.Equal(("", 0, true), (would.Name, would.Index, Assert.Single(would.AccountChanges).Frozen));
        Assert.False((await Checker.GetAccountAsync(new GetAccountRequest { Name = account })).Frozen);
        await Checker.CloseAccountAsync(
            new CloseAccountRequest { RequestId = asked.RequestId, Account = account, Memo = "核查", ValidateOnly = true })
            .IsRefusedAsync(Reason.AccountNotEmpty);
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        Entry done = await Checker.FreezeAccountAsync(new FreezeAccountRequest(asked) { ValidateOnly = false });
        Assert.True(done.Name.Length > 0);
        // A retry gives the first answer.
        Assert.Equal(done, await Checker.FreezeAccountAsync(asked));
    }

    [Fact]
    public async Task Open_holds_are_listed_with_their_time_and_ended_ones_are_not()
    {
        var held = new HoursSpent(new Minutes(30), Minutes.Zero, Minutes.Zero);
        LedgerTime due = LedgerTime.Parse("2026-10-05T00:00:00.000000Z");
        await Books.SubmitAsync(HourEntries.Issue(WrittenEntries.Header("held hours"), WrittenEntries.Elder, new Minutes(240)));
        long first = await Books.SubmitAsync(HourEntries.HoldService(WrittenEntries.Header("hold 1"), WrittenEntries.Elder,
            WrittenEntries.Volunteer, held, due));
        await Books.SubmitAsync(HourEntries.HoldService(WrittenEntries.Header("hold 2"), WrittenEntries.Elder, WrittenEntries.Volunteer,
            held, null));
        long third = await Books.SubmitAsync(HourEntries.HoldService(WrittenEntries.Header("hold 3"), WrittenEntries.Elder,
            WrittenEntries.Volunteer, held, null));
        await Books.SubmitAsync(HourEntries.ReleaseService(WrittenEntries.Header("release"), WrittenEntries.Header("hold 2").Id));

        List<Entry> holds = await Pages.AllAsync<Entry>(1, async token =>
        {
            ListHoldsResponse page = await Checker.ListHoldsAsync(
                new ListHoldsRequest { Parent = Parent, PageSize = 1, PageToken = token });
            return (page.Holds, page.NextPageToken);
        });

        Assert.Equal([first, third], holds.Select(hold => hold.Index));
        Assert.Equal((due.ToContract(), null), (holds[0].HoldExpireTime, holds[1].HoldExpireTime));
        Assert.Equal(30, Assert.Single(holds[0].Transfers).Amount.Value);
        await Checker.ListHoldsAsync(new ListHoldsRequest { Parent = Parent, PageSize = -1 })
            .IsRefusedAsync(Reason.InvalidField, "page_size");
    }

    [Theory]
    [InlineData("", "regions/430225/accounts/bank/ccb", "why", Reason.InvalidField, "request_id")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430225/accounts/", "", Reason.InvalidField, "account", "memo")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4f", "regions/430225/accounts/fund/none/available", "why", Reason.AccountNotFound)]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430203/accounts/bank/ccb", "why", Reason.RegionNotAllowed)]
    public async Task Wrong_fields_are_refused(string id, string account, string memo, Reason reason, params string[] fields)
    {
        await Checker.FreezeAccountAsync(new FreezeAccountRequest { RequestId = id, Account = account, Memo = memo })
            .IsRefusedAsync(reason, fields);
        var maker = new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, "", "", Region));
        await maker.FreezeAccountAsync(
            new FreezeAccountRequest { RequestId = NewId(), Account = $"{Parent}/accounts/bank/ccb", Memo = "no" })
            .IsRefusedAsync(Reason.RoleNotAllowed);
    }

    private async Task<string> FundAsync(string fund, long fen)
    {
        await Books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header($"money for {fund}"), Slug.Parse("ccb"), Slug.Parse(fund),
            new Fen(fen)));
        return $"{Parent}/accounts/fund/{fund}/available";
    }

    private static Proposal Allot(string fund, string name, long fen) =>
        MoneyEntries.Allot(WrittenEntries.Header($"{name} {fund}"), WrittenEntries.Programme, [(Slug.Parse(fund), new Fen(fen))]);

    private static string NewId() => new Guid(Interlocked.Increment(ref s_requests), 0x71, 3, new byte[8]).ToString();
}
