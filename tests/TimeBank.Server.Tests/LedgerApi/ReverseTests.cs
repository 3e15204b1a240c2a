using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ReverseTests(TestServer server)
{
    // No other test writes to this district.
    private const string Region = "430281", Parent = $"regions/{Region}";

    private static int _requests;

    private LedgerService.LedgerServiceClient Maker => new(server.As(Role.FinanceMaker, "", "", Region));

    private WrittenEntries Books => new(server, Region);

    [Fact]
    public async Task An_entry_is_reversed_once_by_its_opposite_which_names_it()
    {
        long index = await Books.SubmitAsync(WrittenEntries.Receive("wrong amount", 700));
        var request = new ReverseRequest { RequestId = NewId(), Entry = $"{Parent}/entries/{index}", Memo = "记错金额" };

        Entry reversal = await Maker.ReverseAsync(request);

        Assert.Equal((V1.EntryKind.Reverse, "REVERSE", request.Entry, "staff-FinanceMaker", "记错金额", "430000/2026-01"),
            (reversal.Kind, reversal.Code, reversal.Reverses, reversal.Actor, reversal.Memo, reversal.PolicyVersion));
        V1.Transfer transfer = Assert.Single(reversal.Transfers);
        Assert.Equal(($"{Parent}/accounts/fund/lottery/available", $"{Parent}/accounts/bank/ccb", 700),
            (transfer.DebitAccount, transfer.CreditAccount, transfer.Amount.Value));
        Assert.Equal(reversal.Name, (await Maker.GetEntryAsync(new GetEntryRequest { Name = request.Entry })).ReversedBy);
        Assert.Equal(reversal, await Maker.ReverseAsync(request));
        await Maker.ReverseAsync(new ReverseRequest(request) { RequestId = NewId() }).IsRefusedAsync(Reason.EntryAlreadyReversed);
        await Maker.ReverseAsync(new ReverseRequest(request) { Memo = "else" }).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task What_the_accounts_no_longer_hold_is_refused_and_stays_refused()
    {
        Slug fund = Slug.Parse("spent");
        long index = await Books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header("spent"), Slug.Parse("ccb"), fund, new Fen(100)));
        await Books.SubmitAsync(MoneyEntries.Allot(WrittenEntries.Header("spend"), WrittenEntries.Programme, [(fund, new Fen(1))]));
        var request = new ReverseRequest { RequestId = NewId(), Entry = $"{Parent}/entries/{index}", Memo = "late" };
        string before = await server.TrialBalanceAsync(Region);

        await Maker.ReverseAsync(request).IsRefusedAsync(Reason.InsufficientBalance);
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        await Books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header("more"), Slug.Parse("ccb"), fund, new Fen(100)));
        await Maker.ReverseAsync(request).IsRefusedAsync(Reason.InsufficientBalance);
        Assert.Equal(V1.EntryKind.Reverse, (await Maker.ReverseAsync(new ReverseRequest(request) { RequestId = NewId() })).Kind);
    }

    [Fact]
    public async Task Reversals_holds_and_hours_cleared_with_another_region_are_not_reversible()
    {
        long index = await Books.SubmitAsync(WrittenEntries.Receive("to and fro", 10));
        Entry reversal = await Maker.ReverseAsync(
            new ReverseRequest { RequestId = NewId(), Entry = $"{Parent}/entries/{index}", Memo = "fro" });
        await Books.SubmitAsync(HourEntries.Issue(WrittenEntries.Header("hours"), WrittenEntries.Elder, new Minutes(60)));
        long hold = await Books.SubmitAsync(
            HourEntries.HoldService(WrittenEntries.Header("hold"), WrittenEntries.Elder, WrittenEntries.Volunteer,
            new HoursSpent(new Minutes(30), Minutes.Zero, Minutes.Zero), null));
        long cleared = await Books.SubmitAsync(
            HourEntries.ClearIn(WrittenEntries.Header("clear"), RegionCode.Parse("430203"), WrittenEntries.Volunteer, new Minutes(15)));

        foreach (string entry in new[] { reversal.Name, $"{Parent}/entries/{hold}", $"{Parent}/entries/{cleared}" })
        {
            await Maker.ReverseAsync(new ReverseRequest { RequestId = NewId(), Entry = entry, Memo = "no" })
                .IsRefusedAsync(Reason.EntryNotReversible);
        }
    }

    [Fact]
    public async Task A_reversal_that_is_only_asked_for_shows_what_it_would_do()
    {
        Slug fund = Slug.Parse("asked");
        long index = await Books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header("asked"), Slug.Parse("ccb"), fund, new Fen(70)));
        var request = new ReverseRequest
        {
            RequestId = NewId(), Entry = $"{Parent}/entries/{index}", Memo = "what if",
            ValidateOnly = true
        };
        string before = await server.TrialBalanceAsync(Region);

        Entry would = await Maker.ReverseAsync(request);

        Assert.Equal(("", 0, V1.EntryKind.Reverse, request.Entry), (would.Name, would.Index, would.Kind, would.Reverses));
        Assert.Equal((70, 0, Side.Unspecified), Assert.Single(would.Transfers) is var transfer
            ? (transfer.Amount.Value, transfer.DebitBalanceAfter.Amount.Value, transfer.DebitBalanceAfter.Side) : default);
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        await Books.SubmitAsync(MoneyEntries.Allot(WrittenEntries.Header("spend asked"), WrittenEntries.Programme, [(fund, new Fen(1))]));
        await Maker.ReverseAsync(request).IsRefusedAsync(Reason.InsufficientBalance);
        // The refusal was a dry run's, so the server decides the same id afresh.
        await Books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header("again asked"), Slug.Parse("ccb"), fund, new Fen(1)));
        Entry done = await Maker.ReverseAsync(new ReverseRequest(request) { ValidateOnly = false });
        Assert.Equal($"{Parent}/entries/{done.Index}", done.Name);
        await Maker.ReverseAsync(new ReverseRequest(request) { Memo = "else" }).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task An_entry_that_was_not_there_stays_refused_when_it_comes()
    {
        long next = 1 + await Books.SubmitAsync(WrittenEntries.Receive("before", 10));
        var request = new ReverseRequest { RequestId = NewId(), Entry = $"{Parent}/entries/{next}", Memo = "too early" };

        await Maker.ReverseAsync(request).IsRefusedAsync(Reason.EntryNotFound);
        Assert.Equal(next, await Books.SubmitAsync(WrittenEntries.Receive("after", 10)));
        await Maker.ReverseAsync(request).IsRefusedAsync(Reason.EntryNotFound);
    }

    [Theory]
    [InlineData("", "regions/430281/entries/0", "why", Reason.InvalidField, "request_id")]
    [InlineData("{018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e}", "regions/430281/entries/0", "", Reason.InvalidField, "request_id", "memo")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430281/entries/x", "why", Reason.InvalidField, "entry")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430281/entries/0", "a\u0000b", Reason.InvalidField, "memo")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "", "why", Reason.InvalidField, "entry")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430203/entries/0", "why", Reason.RegionNotAllowed)]
    public async Task Wrong_fields_are_refused_and_nothing_moves(string id, string entry, string memo, Reason reason,
        params string[] fields)
    {
        string before = await server.TrialBalanceAsync(Region);

        await Maker.ReverseAsync(new ReverseRequest { RequestId = id, Entry = entry, Memo = memo }).IsRefusedAsync(reason, fields);
        await Maker.ReverseAsync(new ReverseRequest { RequestId = NewId(), Entry = $"{Parent}/entries/0", Memo = new string('长', 201) })
            .IsRefusedAsync(Reason.InvalidField, "memo");
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
    }

    private static string NewId() => new Guid(++_requests, 0x70, 3, new byte[8]).ToString();
}
