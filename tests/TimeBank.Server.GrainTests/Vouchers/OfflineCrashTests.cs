using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Receipts that came too early, where the server is lost between the note in the device's state, the receipt's row and its answer, and
/// where the terminal loses them too: what was kept is decided all the same, and what wasn't keeps nobody waiting.
/// </summary>
public sealed class OfflineCrashTests : IAsyncLifetime
{
    private District _district = null!;
    private string _canteen = "", _code = "";
    private Terminal _terminal = null!;

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.AllotAsync("meals", "lottery", 12_000);
        OpaqueId elder = await _district.ElderAsync(1940);
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        await _district.IssueAsync("meals");
        var claims = new VoucherClaims(District.Tianyuan, (await _district.VoucherOfAsync("meals", elder)).Text, "a1b2c3d4e5f6",
            VoucherClaims.BitsOf([1]), 10, "MEAL", new DateOnly(2026, 10, 31),
            (await _district.Journal.ReadHeadAsync(District.Code, default)).Size - 1);
        _code = VoucherCode.Sign(claims, District.VoucherKeys.SignerOf(District.Code));
        _terminal = await Terminal.ActiveAsync(_district, _canteen);
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Theory]
    // The first receipt's note isn't stored, so neither is kept.
    [InlineData(DeviceState.Kind, 0, 1_000)]
    // The second one's isn't.
    [InlineData(DeviceState.Kind, 1, 2_000)]
    // Both are kept, and the state after the batch isn't.
    [InlineData(DeviceState.Kind, 2, 3_000)]
    // Both are noted, and a row isn't kept.
    [InlineData(OfflineReceiptState.Kind, 0, 1_000)]
    [InlineData(OfflineReceiptState.Kind, 1, 2_000)]
    public async Task What_was_kept_of_a_cut_batch_is_decided_though_its_terminal_lost_it(string state, int after, long paid)
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code);
        _district.States.FailNext(state, after);
        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(two, three));
        await _district.ForgetAsync(_terminal.Grain);

        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(one))[0].Verdict.Stage);

        Assert.Equal(paid, await PayableAsync());
        // Had the terminal not lost them: all are paid, each once.
        Assert.All(await _terminal.SendAsync(one, two, three), answer => Assert.Equal(OfflineStage.Accepted, answer.Verdict.Stage));
        Assert.Equal(3_000, await PayableAsync());
    }

    [Fact]
    public async Task A_grain_that_goes_on_from_memory_waits_for_no_receipt_that_was_not_kept()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code);
        _district.States.FailNext(OfflineReceiptState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(two));

        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(one))[0].Verdict.Stage);
        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(two))[0].Verdict.Stage);
        Assert.Equal(2_000, await PayableAsync());
    }

    [Fact]
    public async Task A_note_without_a_receipt_keeps_nothing_from_being_declared_lost()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code);
        _district.States.FailNext(OfflineReceiptState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(two));
        OfflineReceiptRecord waits = (await _terminal.SendAsync(three))[0];
        Assert.Equal(OfflineStage.Waiting, waits.Verdict.Stage);

        OfflineReceiptRecord decided = District.Value(await _terminal.Grain.SkipLostAsync(
            _district.Command("finance"), $"{_terminal.Id}-3-{waits.Digest[..12]}"));

        Assert.Equal((OfflineStage.Accepted, 3L), (decided.Verdict.Stage, decided.Counter));
        Assert.All(await _terminal.SendAsync(one, two), answer => Assert.Equal(
            (OfflineStage.Exception, (int)Reason.OfflineDeclaredLost), (answer.Verdict.Stage, answer.Verdict.Reason)));
        Assert.Equal(1_000, await PayableAsync());
    }

    [Fact]
    public async Task What_waited_in_another_branch_has_its_answer_after_a_row_could_not_be_written()
    {
        await _terminal.SendAsync(_terminal.Meals(_code));
        Terminal copy = _terminal.Copy();
        byte[] two = _terminal.Meals(_code);
        copy.Meals(_code, price: 1_100);
        byte[] mine = _terminal.Meals(_code), other = copy.Meals(_code);
        ImmutableArray<OfflineReceiptRecord> waits = await _terminal.SendAsync(mine, other);
        // The rows of two and three are kept and answered, and mine no longer waits; the fork's answer is the sixth write.
        _district.States.FailNext(OfflineReceiptState.Kind, after: 5);
        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(two));

        // The terminal sends neither again.
        await _terminal.SendAsync();

        OfflineReceiptRecord fork = (await _district.Grains.GetGrain<IOfflineReceiptGrain>(
            $"{District.Tianyuan}/{_terminal.Id}-3-{waits[1].Digest[..12]}").GetAsync())!;
        Assert.Equal((OfflineStage.Exception, (int)Reason.OfflineFork), (fork.Verdict.Stage, fork.Verdict.Reason));
        Assert.Equal(3_000, await PayableAsync());
    }

    private Task<long> PayableAsync() => _district.BalanceAsync(Chart.ProviderPayable(OpaqueId.Parse(_canteen)).Path);
}
