using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// A bill's line is taken back at the moment at which its voucher ends. The two are different grains: what one has read may have changed
/// when the writer's turn comes.
/// </summary>
public sealed class BillRefundRaceTests : IAsyncLifetime
{
    private District _district = null!;
    private OpaqueId _voucher, _elder;
    private string _canteen = "";

    private IBillGrain Bills => _district.Grains.GetGrain<IBillGrain>(Code, _elder);

    private IVoucherGrain Voucher => _district.Voucher(_voucher);

    public async ValueTask InitializeAsync()
    {
        _district = await StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.AllotAsync("meals", "lottery", 12_000);
        _elder = await _district.ElderAsync(1940);
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        await _district.IssueAsync("meals");
        _voucher = await _district.VoucherOfAsync("meals", _elder);
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task What_comes_back_after_the_void_is_the_programmes()
    {
        JournalEntry paid = await PaidAsync();
        Outcome? voided = null;
        Before(EntryCode.RefundBill, async () => voided = await Voucher.VoidAsync(_district.Command()));
        Command sorry = _district.Command();

        JournalEntry back = (await Bills.RefundAsync(sorry, paid.Index, [])).Entry!;

        Assert.Equal(VoucherEnd.Voided, Assert.Single(Bill.Of(back).Shares).Ended);
        Assert.True(voided!.Entry!.Index < back.Index);
        await IsVoidedAsync();
        Assert.Equal(back.Index, (await Bills.RefundAsync(sorry, paid.Index, [])).Entry!.Index);
    }

    [Fact]
    public async Task A_void_takes_what_came_back_before_it()
    {
        JournalEntry paid = await PaidAsync();
        Outcome? back = null;
        Before(EntryCode.VoidVoucher, async () => back = await Bills.RefundAsync(_district.Command(), paid.Index, []));
        Command left = _district.Command();

        JournalEntry voided = (await Voucher.VoidAsync(left)).Entry!;

        Assert.Equal(VoucherEnd.None, Assert.Single(Bill.Of(back!.Entry!).Shares).Ended);
        Assert.True(back.Entry!.Index < voided.Index);
        await IsVoidedAsync();
        Assert.Equal(voided.Index, (await Voucher.VoidAsync(left)).Entry!.Index);
    }

    /// <summary>The refund was asked for on the last day to claim, the run comes right after midnight.</summary>
    [Fact]
    public async Task What_comes_back_after_the_expiry_is_the_programmes()
    {
        JournalEntry paid = await PaidAsync();
        _district.MoveTo(new DateOnly(2026, 11, 28));
        Before(EntryCode.RefundBill, async () =>
        {
            _district.MoveTo(new DateOnly(2026, 11, 29));
            Assert.NotNull((await Voucher.ExpireAsync(_district.Command()))!.Entry);
        });

        JournalEntry back = (await Bills.RefundAsync(_district.Command(), paid.Index, [])).Entry!;

        Assert.Equal(VoucherEnd.Expired, Assert.Single(Bill.Of(back).Shares).Ended);
        await IsEmptyAsync();
    }

    [Fact]
    public async Task A_void_that_is_overtaken_looks_again_each_time()
    {
        JournalEntry paid = await PaidAsync();
        _district.BeforeSubmit = async proposal =>
        {
            if (proposal.Code == EntryCode.VoidVoucher) await _district.Ledger().SubmitAsync(VoucherEntries.RedeemUnits(
                _district.Command().Header(_district.Today, ""), _voucher, VoucherTerms.Of(await AccountAsync()),
                OpaqueId.Parse(_canteen), 1, new Fen(1)));
        };

        Outcome tooLate = await Voucher.VoidAsync(_district.Command());

        Assert.Equal(Reason.VoucherUsedUp, tooLate.Refusal!.Reason);
        _district.BeforeSubmit = null;
        Assert.Equal(0, await _district.CountAsync(EntryCode.VoidVoucher));
        Assert.Null((await Bills.RefundAsync(_district.Command(), paid.Index, [])).Refusal);
    }

    /// <summary>Has something else written once, before the next proposal of this event.</summary>
    private void Before(EntryCode code, Func<Task> other) => _district.BeforeSubmit = async proposal =>
    {
        if (proposal.Code != code) return;
        _district.BeforeSubmit = null;
        await other();
    };

    private async Task<JournalEntry> PaidAsync()
    {
        var line = new BillLine(Slug.Parse("meal-canteen"), 2, new Fen(2_000), Fen.Zero);
        var bill = new BillClaim(OpaqueId.Parse(_canteen), _elder, ServicePlace.Home, null, [line]);
        return (await Bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Entry!;
    }

    private async Task<Account> AccountAsync() => (await _district.Ledger().AccountAsync(Chart.VoucherPath(_voucher)))!;

    /// <summary>The voucher stays voided, and the programme has all its money again.</summary>
    private async Task IsVoidedAsync()
    {
        Assert.Equal(Reason.VoucherVoided, (await Voucher.VoidAsync(_district.Command())).Refusal?.Reason);
        await IsEmptyAsync();
    }

    private async Task IsEmptyAsync()
    {
        Assert.Equal(0, (await AccountAsync()).Counters.DebitRoom);
        Assert.Equal(0, await _district.BalanceAsync(Chart.ProviderPayable(OpaqueId.Parse(_canteen)).Path));
        Assert.Equal(12_000, await _district.BalanceAsync(Chart.ProgrammeAllotted(Slug.Parse("meals")).Path));
    }
}
