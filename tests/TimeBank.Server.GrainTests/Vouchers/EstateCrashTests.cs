using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>A payment to heirs whose server is lost between the entry and the state: whoever comes next sees that it was made.</summary>
public sealed class EstateCrashTests : IAsyncLifetime
{
    private District _here = null!;
    private OpaqueId _elder, _payout;

    private IEstateGrain Estate => _here.Grains.GetGrain<IEstateGrain>($"{Tianyuan}/{_elder}");

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        await _here.FundedAsync("lottery", 1_000_000);
        await _here.SubsidyAsync();
        await _here.AllotAsync("subsidy", "lottery", 20_000);
        await _here.BankAccountAsync("main");
        _elder = await _here.ElderAsync(1940);
        Assert.Equal(1, (await _here.IssueAsync("subsidy")).Changed);
        Value(await _here.Elder(_elder.Text).RecordNoticeAsync(_here.Command(), new NoticeRecord(
            ElderNoticeKind.Deceased, First, First, Benefits.None, "", "civil-affairs", "1", "STAFF")));
        _here.MoveTo(new DateOnly(2026, 11, 29));
        _payout = Value(await Estate.ProposeAsync(_here.Command("MAKER"), "main", "R-7", "2026-17")).Id;
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Theory]
    [InlineData("retry")]
    [InlineData("other")]
    [InlineData("withdraw")]
    [InlineData("look")]
    public async Task A_payment_that_the_state_never_learnt_of_was_made_once(string next)
    {
        Command approve = _here.Command("CHECKER");
        // The intention is stored; the outcome isn't.
        _here.States.FailNext(EstateState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Estate.ApproveAsync(approve, _payout));

        switch (next)
        {
            case "retry":
                Assert.Equal(EstatePayoutStage.Paid, Value(await Estate.ApproveAsync(approve, _payout)).Stage);
                break;
            case "other":
                Assert.Equal(Reason.EstatePayoutWrongState, (await Estate.ApproveAsync(_here.Command("OTHER"), _payout)).Reason);
                break;
            case "withdraw":
                Assert.Equal(Reason.EstatePayoutWrongState, (await Estate.WithdrawAsync(_here.Command("OTHER"), _payout)).Reason);
                break;
        }

        EstateView estate = Value(await Estate.GetAsync());
        EstatePayoutView payout = Assert.Single(estate.Payouts);
        Assert.Equal((EstatePayoutStage.Paid, "CHECKER"), (payout.Stage, payout.DecidedBy));
        Assert.Empty(estate.Shares);
        Assert.Equal(1, await _here.CountAsync(EntryCode.PayEstate));
        Assert.Equal(payout, Value(await Estate.ApproveAsync(approve, _payout)));
    }

    /// <summary>The checker's request id belongs to another entry already, of another command.</summary>
    [Fact]
    public async Task An_id_that_was_used_for_something_else_pays_nothing()
    {
        Command approve = _here.Command("CHECKER", request: 900), other = _here.Command("CHECKER", "a note", request: 900);
        await _here.Ledger().SubmitAsync(Entries.Note(other.Header(_here.Today, "")));

        Assert.Equal(Reason.RequestIdReused, (await Estate.ApproveAsync(approve, _payout)).Reason);
        await _here.ForgetAsync(Estate);

        EstateView estate = Value(await Estate.GetAsync());
        Assert.Equal((EstatePayoutStage.Proposed, 20_000L), (Assert.Single(estate.Payouts).Stage, estate.AmountFen));
        Assert.Equal(EstatePayoutStage.Paid, Value(await Estate.ApproveAsync(_here.Command("CHECKER"), _payout)).Stage);
        Assert.Equal(1, await _here.CountAsync(EntryCode.PayEstate));
    }

    /// <summary>The entry may still be under way when the next person comes.</summary>
    [Fact]
    public async Task An_approval_that_was_cut_short_before_its_entry_is_finished_before_another_command()
    {
        Command approve = _here.Command("CHECKER");
        await _here.ForgetAsync(Estate);
        _here.States.Change<EstateState>(
            EstateState.Kind, Estate.GetGrainId(), state => state.Planned = PlannedCommand.Of(_payout.Text, approve));

        Assert.Equal(EstatePayoutStage.Proposed, Assert.Single(Value(await Estate.GetAsync()).Payouts).Stage);
        Assert.Equal(Reason.EstatePayoutWrongState, (await Estate.WithdrawAsync(_here.Command("OTHER"), _payout)).Reason);

        Assert.Equal((EstatePayoutStage.Paid, "CHECKER"),
            (Value(await Estate.GetAsync()).Payouts[0].Stage, Value(await Estate.GetAsync()).Payouts[0].DecidedBy));
        Assert.Equal(1, await _here.CountAsync(EntryCode.PayEstate));
    }

    [Fact]
    public async Task An_intention_without_its_entry_binds_nobody()
    {
        Command approve = _here.Command("CHECKER");
        await _here.Ledger().SubmitAsync(
            Entries.Freeze(_here.Command().Header(_here.Today, ""), Chart.Bank(Slug.Parse("main")).Path));
        Assert.Equal(Reason.AccountFrozen, (await Estate.ApproveAsync(approve, _payout)).Reason);
        await _here.ForgetAsync(Estate);

        Assert.Equal(EstatePayoutStage.Withdrawn, Value(await Estate.WithdrawAsync(_here.Command("OTHER"), _payout)).Stage);
        Assert.Equal(20_000, Value(await Estate.GetAsync()).Shares.Sum(share => share.AmountFen));
        Assert.Equal(0, await _here.CountAsync(EntryCode.PayEstate));
    }
}
