using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>A close whose server is lost between the entry and the state: the days are closed, and whoever comes next sees it.</summary>
public sealed class PeriodCrashTests : IAsyncLifetime
{
    private District _here = null!;

    private IPeriodGrain October => _here.Grains.GetGrain<IPeriodGrain>($"{Tianyuan}/2026-10");

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        Assert.Null((await _here.Ledger().SubmitAsync(Entries.Import(
            _here.Command("STAFF").Header(_here.Today, "own"), Chart.Bank(Slug.Parse("main")), isDebit: true, 100))).Refusal);
        _here.MoveTo(First.AddMonths(1));
        Value(await _here.Grains.GetGrain<IPeriodGrain>($"{Tianyuan}/2026-09").PrepareAsync(_here.Command("MAKER")));
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_close_whose_state_was_lost_can_be_taken_back(bool retries)
    {
        Command prepare = _here.Command("MAKER");
        _here.States.FailNext(PeriodGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => October.PrepareAsync(prepare));

        if (retries) Assert.Equal(PeriodState.Prepared, Value(await October.PrepareAsync(prepare)).State);
        else Assert.Equal(Reason.PeriodWrongState, (await October.PrepareAsync(_here.Command("OTHER"))).Reason);

        PeriodRecord prepared = await October.GetAsync();
        Assert.Equal((PeriodState.Prepared, "MAKER", new DateOnly(2026, 9, 30)),
            (prepared.State, prepared.PreparedBy, prepared.ClosedBefore));
        Assert.Equal(PeriodState.Open, Value(await October.WithdrawAsync(_here.Command("OTHER"))).State);
        Assert.Equal(PeriodState.Prepared, Value(await October.PrepareAsync(_here.Command("MAKER"))).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_withdrawal_whose_state_was_lost_counts_once(bool retries)
    {
        Value(await October.PrepareAsync(_here.Command("MAKER")));
        Command withdraw = _here.Command("OTHER");
        _here.States.FailNext(PeriodGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => October.WithdrawAsync(withdraw));

        if (retries) Assert.Equal(PeriodState.Open, Value(await October.WithdrawAsync(withdraw)).State);
        Assert.Equal(PeriodState.Prepared, Value(await October.PrepareAsync(_here.Command("MAKER"))).State);

        PeriodRecord prepared = await October.GetAsync();
        Assert.Equal(("OTHER", new DateOnly(2026, 9, 30)), (Assert.Single(prepared.Reopenings).By, prepared.ClosedBefore));
    }
}
