using System.Collections.Immutable;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <content>How exceptions end: what is declared lost, what waits for a clock or for one before it, and what finance closes.</content>
public sealed partial class OfflineTests
{
    [Fact]
    public async Task A_terminal_s_state_does_not_grow_with_its_syncs_and_no_request_id_is_used_twice()
    {
        byte[] lunch = _terminal.Meals(_code);
        Command first = _district.Command("clerk");
        DeviceAnswers paid = District.Value(await _terminal.Grain.SubmitAsync(first, [lunch]));
        int length = StateLength();
        for (int sync = 0; sync < 20; sync++) await _terminal.SendAsync(lunch);

        Assert.InRange(StateLength(), 1, length + 20);
        await _district.ForgetAsync(_terminal.Grain);
        // The same request has its answer, and its id is good for nothing else; of an older state too, which has it in itself.
        Assert.Equal(paid.Answers[0], District.Value(await _terminal.Grain.SubmitAsync(first, [lunch])).Answers[0]);
        Command reused = first with { RequestDigest = _district.Command().RequestDigest };
        Assert.Equal(Reason.RequestIdReused, (await _terminal.Grain.SubmitAsync(reused, [lunch])).Reason);
        Command older = _district.Command("clerk");
        _district.States.Change<DeviceState>(
            DeviceState.Kind, _terminal.Grain.GetGrainId(), state => state.Done[older.Id.ToString()] = older.RequestDigest);
        await _district.ForgetAsync(_terminal.Grain);
        Assert.Equal(paid.Answers[0], District.Value(await _terminal.Grain.SubmitAsync(older, [lunch])).Answers[0]);
        reused = older with { RequestDigest = _district.Command().RequestDigest };
        Assert.Equal(Reason.RequestIdReused, (await _terminal.Grain.SubmitAsync(reused, [lunch])).Reason);

        int StateLength() => _district.States.Text().Split('\n').Single(
            line => line.Contains("\"codeHash\"", StringComparison.Ordinal)).Length;
    }

    [Fact]
    public async Task What_is_declared_lost_is_waited_for_no_more()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code), four = _terminal.Meals(_code),
            six = Six();
        await _terminal.SendAsync(one);
        ImmutableArray<OfflineReceiptRecord> waits = await _terminal.SendAsync(six, four, three);
        string third = Key(waits[2]), before = await _district.EverythingAsync();
        Command command = _district.Command("finance"), dry = command with { IsDryRun = true };

        Assert.Equal(Reason.OfflineNotWaiting, (await _terminal.Grain.SkipLostAsync(dry, Key(waits[1]))).Refusal?.Reason);
        Assert.Equal(Reason.OfflineExceptionNotFound, (await _terminal.Grain.SkipLostAsync(dry, $"{_terminal.Id}-2")).Refusal?.Reason);
        Assert.Equal(OfflineStage.Accepted, District.Value(await _terminal.Grain.SkipLostAsync(dry, third)).Verdict.Stage);
        Assert.Equal(before, await _district.EverythingAsync());
        OfflineReceiptRecord decided = District.Value(await _terminal.Grain.SkipLostAsync(command, third));
        string after = await _district.CountersAsync();

        Assert.Equal((OfflineStage.Accepted, 3L), (decided.Verdict.Stage, decided.Counter));
        // The fourth followed; the sixth still waits for the fifth.
        Assert.Equal(3_000, await PayableAsync());
        Assert.Equal(decided, District.Value(await _terminal.Grain.SkipLostAsync(command, third)));
        Assert.Equal((OfflineStage.Exception, Reason.OfflineDeclaredLost), Of((await _terminal.SendAsync(two))[0]));
        Assert.Equal((OfflineStage.Waiting, Reason.OfflineGap), Of((await _terminal.SendAsync(six))[0]));
        Assert.Equal([OfflineStage.Accepted, OfflineStage.Accepted], (await _terminal.SendAsync(three, four)).Select(
            answer => answer.Verdict.Stage));
        Assert.Equal(after, await _district.CountersAsync());

        string Key(OfflineReceiptRecord waiting) => $"{_terminal.Id}-{waiting.Counter}-{waiting.Digest[..12]}";

        byte[] Six()
        {
            _terminal.Meals(_code);
            return _terminal.Meals(_code);
        }
    }

    [Fact]
    public async Task What_waits_for_our_clock_is_not_lost()
    {
        byte[] ahead = _terminal.Meals(_code, change: receipt => receipt with { Clock = receipt.Clock.AddHours(1) }),
            next = _terminal.Meals(_code);
        OfflineReceiptRecord waits = (await _terminal.SendAsync(ahead, next))[1];
        string key = $"{_terminal.Id}-2-{waits.Digest[..12]}";
        Assert.Equal((OfflineStage.Waiting, Reason.OfflineGap), Of(waits));

        Assert.Equal(Reason.OfflineNotWaiting, (await _terminal.Grain.SkipLostAsync(_district.Command("finance"), key)).Refusal?.Reason);
        _district.Now += TimeSpan.FromHours(2);

        // The clock has come: both are decided, and nothing was lost.
        Assert.Equal(
            OfflineStage.Accepted, District.Value(await _terminal.Grain.SkipLostAsync(_district.Command("finance"), key)).Verdict.Stage);
        Assert.Equal(2_000, await PayableAsync());
        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(ahead))[0].Verdict.Stage);
    }

    [Fact]
    public async Task What_waits_is_decided_when_the_one_before_it_comes()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code);
        await _terminal.SendAsync(two, three);
        await _terminal.SendAsync(one);

        Assert.Equal(3_000, await PayableAsync());
        Assert.Equal(3, (await _terminal.Grain.GetAsync())!.Counter);
    }

    [Fact]
    public async Task A_lost_receipt_that_turns_up_breaks_no_chain()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code,
            change: receipt => receipt with { Clock = receipt.Clock.AddHours(1) });
        await _terminal.SendAsync(one);
        OfflineReceiptRecord waits = (await _terminal.SendAsync(three))[0];
        await _terminal.Grain.SkipLostAsync(_district.Command("finance"), $"{_terminal.Id}-3-{waits.Digest[..12]}");

        Assert.Equal((OfflineStage.Exception, Reason.OfflineDeclaredLost), Of((await _terminal.SendAsync(two))[0]));
        _district.Now += TimeSpan.FromHours(2);

        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(three))[0].Verdict.Stage);
        Assert.Equal(2_000, await PayableAsync());
    }

    [Fact]
    public async Task Of_two_that_wait_under_one_counter_one_goes_on_and_the_other_is_a_fork()
    {
        await _terminal.SendAsync(_terminal.Meals(_code));
        Terminal copy = _terminal.Copy();
        _terminal.Meals(_code);
        copy.Meals(_code, price: 1_100);
        byte[] mine = _terminal.Meals(_code), other = copy.Meals(_code);
        string[] digests = [.. (await _terminal.SendAsync(mine, other)).Select(answer => answer.Digest)];

        OfflineReceiptRecord decided = District.Value(
            await _terminal.Grain.SkipLostAsync(_district.Command("finance"), $"{_terminal.Id}-3-{digests[1][..12]}"));

        Assert.Equal((digests[1], OfflineStage.Accepted), (decided.Digest, decided.Verdict.Stage));
        Assert.Equal((OfflineStage.Exception, Reason.OfflineFork), Of((await _terminal.SendAsync(mine))[0]));
        Assert.Equal(2_000, await PayableAsync());
    }

    [Fact]
    public async Task An_exception_is_closed_once_and_stays()
    {
        Terminal other = await Terminal.ActiveAsync(_district, _canteen);
        OfflineReceiptRecord paid = (await other.SendAsync(other.Meals(_code, quantity: 10, price: 10_000)))[0];
        byte[] lunch = _terminal.Meals(_code);
        OfflineReceiptRecord lost = (await _terminal.SendAsync(lunch))[0];
        var borne = new OfflineClosing("", "两台终端受理同一张券", "finance", _district.Now);
        Command command = _district.Command("finance");
        IOfflineReceiptGrain one = _district.Grains.GetGrain<IOfflineReceiptGrain>($"{District.Tianyuan}/{_terminal.Id}-1"),
            accepted = _district.Grains.GetGrain<IOfflineReceiptGrain>($"{District.Tianyuan}/{other.Id}-1"),
            none = _district.Grains.GetGrain<IOfflineReceiptGrain>($"{District.Tianyuan}/{other.Id}-2");

        Assert.Equal(Reason.OfflineExceptionNotOpen, (await accepted.CloseAsync(_district.Command(), borne)).Refusal?.Reason);
        Assert.Equal(Reason.OfflineExceptionNotFound, (await none.CloseAsync(_district.Command(), borne)).Refusal?.Reason);
        OfflineReceiptRecord closed = District.Value(await one.CloseAsync(command, borne));

        Assert.Equal((OfflineStage.Closed, borne, lost.Signed), (closed.Verdict.Stage, closed.Closing, closed.Signed));
        Assert.Equal(closed, District.Value(await one.CloseAsync(command, borne with { Note = "别的" })));
        Assert.Equal(Reason.OfflineExceptionNotOpen, (await one.CloseAsync(_district.Command(), borne)).Refusal?.Reason);
        // What the terminal sends again has its answer, and moves nothing.
        Assert.Equal(closed, (await _terminal.SendAsync(lunch))[0]);
        Assert.Equal(10_000, await PayableAsync());
        Assert.Equal(OfflineStage.Accepted, paid.Verdict.Stage);
    }
}
