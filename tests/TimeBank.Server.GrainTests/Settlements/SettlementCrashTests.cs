using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>A settlement whose server is lost between two writes: whoever looks next finishes it, and nothing is paid twice.</summary>
public sealed class SettlementCrashTests : IAsyncLifetime
{
    private static readonly OpaqueId Canteen = OpaqueId.From(EntryId.Of("provider", Guid.AllBitsSet));

    private District _here = null!;

    private ISettlementDeskGrain Desk => _here.Grains.GetGrain<ISettlementDeskGrain>(Tianyuan);

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        await EarnAsync(1_000);
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Fact]
    public async Task A_batch_is_not_prepared_where_the_intention_could_not_be_stored()
    {
        Command command = _here.Command("MAKER");
        string before = await _here.CountersAsync();
        _here.States.FailNext(SettlementDeskState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Desk.PrepareAsync(command, [], []));

        Assert.Equal(before, await _here.CountersAsync());
        Assert.Equal(1_000, Value(await Desk.PrepareAsync(command, [], [])).Payments.Single().AmountFen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Money_that_was_held_without_its_batch_belongs_to_that_batch(bool retries)
    {
        Command command = _here.Command("MAKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Desk.PrepareAsync(command, [], []));

        if (retries) Assert.Equal(command.NewId.Text, Value(await Desk.PrepareAsync(command, [], [])).Id);
        else Assert.Equal(Reason.NothingToSettle, (await Desk.PrepareAsync(_here.Command("MAKER"), [], [])).Reason);

        SettlementRecord batch = (await Batch(command.NewId.Text).GetAsync())!;
        Assert.Equal((SettlementState.Draft, 1_000), (batch.State, batch.Payments.Single().AmountFen));
        await EarnAsync(200);
        Assert.Equal(200, Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [])).Payments.Single().AmountFen);
    }

    [Fact]
    public async Task An_approval_whose_state_was_lost_is_finished_by_its_retry()
    {
        string id = await SubmittedAsync();
        Command approve = _here.Command("CHECKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).ApproveAsync(approve));

        Assert.Equal(SettlementState.Approved, Value(await Batch(id).ApproveAsync(approve)).State);
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    /// <summary>Also another person's approval: the money has moved, once, and the batch says by whom.</summary>
    [Fact]
    public async Task Two_approvals_move_the_money_once()
    {
        string id = await SubmittedAsync();
        Reply<SettlementRecord>[] replies =
            await Task.WhenAll(Batch(id).ApproveAsync(_here.Command("ONE")), Batch(id).ApproveAsync(_here.Command("TWO")));

        Assert.Equal(1, replies.Count(reply => reply.Refusal is null));
        Assert.Equal(Reason.SettlementWrongState, replies.Single(reply => reply.Refusal is not null).Reason);
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    [Fact]
    public async Task A_payment_whose_state_was_lost_leaves_the_bank_once()
    {
        string id = await SubmittedAsync();
        Value(await Batch(id).ApproveAsync(_here.Command("CHECKER")));
        await ImportAsync(Chart.Bank(Slug.Parse("main")), isDebit: true, 5_000);
        Command paid = _here.Command("MAKER");
        var word = new PaymentOutcome(PaymentState.Paid, _here.Today, "main", "B7");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).RecordAsync(paid, 1, word));

        SettlementRecord batch = Value(await Batch(id).RecordAsync(paid, 1, word));

        Assert.Equal((SettlementState.Closed, PaymentState.Paid), (batch.State, batch.Payments.Single().State));
        Assert.Equal(4_000, await _here.BalanceAsync(Chart.Bank(Slug.Parse("main")).Path));
        Assert.Equal(Reason.PaymentWrongState, (await Batch(id).RecordAsync(_here.Command("MAKER"), 1, word)).Reason);
    }

    private ISettlementGrain Batch(string id) => _here.Grains.GetGrain<ISettlementGrain>($"{Tianyuan}/{id}");

    private async Task<string> SubmittedAsync()
    {
        string id = Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [])).Id;
        Value(await Batch(id).SubmitAsync(_here.Command("MAKER")));
        return id;
    }

    private Task EarnAsync(long fen) => ImportAsync(Chart.ProviderPayable(Canteen), isDebit: false, fen);

    private async Task ImportAsync(AccountSpec account, bool isDebit, long fen) => Assert.Null((await _here.Ledger().SubmitAsync(
        Entries.Import(_here.Command("STAFF").Header(_here.Today, "own"), account, isDebit, fen))).Refusal);
}
