using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>What becomes of what terminals accepted without a network.</summary>
public sealed partial class OfflineTests : IAsyncLifetime
{
    private District _district = null!;
    private OpaqueId _elder, _meals;
    private string _canteen = "", _code = "";
    private Terminal _terminal = null!;

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.AllotAsync("meals", "lottery", 12_000);
        _elder = await _district.ElderAsync(1940);
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        await _district.IssueAsync("meals");
        _meals = await _district.VoucherOfAsync("meals", _elder);
        _code = await CodeAsync(10);
        _terminal = await Terminal.ActiveAsync(_district, _canteen);
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task A_receipt_is_paid_once_however_often_it_comes()
    {
        byte[] lunch = _terminal.Meals(_code, quantity: 2, price: 2_000);

        OfflineReceiptRecord paid = Assert.Single(await _terminal.SendAsync(lunch));
        string after = await _district.CountersAsync();
        OfflineReceiptRecord again = Assert.Single(await _terminal.SendAsync(lunch));

        Assert.Equal((OfflineStage.Accepted, 2L, "MEAL"), (paid.Verdict.Stage, paid.Verdict.Paid, paid.Verdict.Unit));
        Assert.Equal(paid, again);
        Assert.Equal(after, await _district.CountersAsync());
        Assert.Equal(2_000, await PayableAsync());
        JournalEntry entry = (await _district.Journal.EntryAsync(District.Code, paid.Verdict.Entry!.Value, default))!.Entry;
        Assert.Equal((OpaqueId.Parse(_terminal.Id), 1L), OfflineAcceptance.Of(entry));
        Assert.Equal(($"device/430211/{_terminal.Id}", paid.Digest), (entry.Header.Actor, entry.Detail("offlineReceipt")));
    }

    [Fact]
    public async Task A_dry_run_answers_the_same_and_writes_nothing()
    {
        byte[] lunch = _terminal.Meals(_code);
        string before = await _district.EverythingAsync();

        DeviceAnswers would = District.Value(
            await _terminal.Grain.SubmitAsync(_district.Command("clerk") with { IsDryRun = true }, [lunch, lunch]));

        Assert.Equal((OfflineStage.Accepted, 1L), (would.Answers[0].Verdict.Stage, would.Answers[0].Verdict.Paid));
        Assert.Equal(would.Answers[0], would.Answers[1]);
        Assert.Equal(before, await _district.EverythingAsync());
        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(lunch))[0].Verdict.Stage);
    }

    [Fact]
    public async Task The_first_that_the_server_decides_is_paid_and_the_other_is_evidence()
    {
        Terminal other = await Terminal.ActiveAsync(_district, _canteen);
        byte[] first = _terminal.Meals(_code, quantity: 10, price: 10_000), second = other.Meals(_code, quantity: 10, price: 10_000);

        OfflineReceiptRecord late = (await other.SendAsync(second))[0], lost = (await _terminal.SendAsync(first))[0];

        Assert.Equal(OfflineStage.Accepted, late.Verdict.Stage);
        Assert.Equal((OfflineStage.Exception, Reason.OfflineSpent), Of(lost));
        Assert.Equal((late.Verdict.Entry, $"{other.Id}-1"), (lost.Verdict.OtherEntry, lost.Verdict.OtherReceipt));
        Assert.Equal(Convert.ToBase64String(first), lost.Signed);
        Assert.Equal(Convert.ToBase64String(second), (await ReceiptAsync($"{other.Id}-1"))!.Signed);
        Assert.Equal(10_000, await PayableAsync());
        Assert.Equal(lost, (await _terminal.SendAsync(first))[0]);
    }

    [Fact]
    public async Task All_terminals_together_stay_within_what_the_code_allows()
    {
        string code = await CodeAsync(4);
        Terminal other = await Terminal.ActiveAsync(_district, _canteen);

        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(_terminal.Meals(code, quantity: 3)))[0].Verdict.Stage);
        Assert.Equal((OfflineStage.Exception, Reason.OfflineVoucherLimit), Of((await other.SendAsync(other.Meals(code, quantity: 2)))[0]));
        // A newer code of the same voucher begins anew: the server knew of the first three when it made it.
        Assert.Equal(OfflineStage.Accepted, (await other.SendAsync(other.Meals(await CodeAsync(4), quantity: 2)))[0].Verdict.Stage);
    }

    [Fact]
    public async Task What_was_redeemed_with_a_network_meanwhile_comes_first()
    {
        byte[] lunch = _terminal.Meals(_code, quantity: 10, price: 10_000);
        long redeemed = await RedeemAsync(1);

        OfflineReceiptRecord lost = (await _terminal.SendAsync(lunch))[0];

        Assert.Equal((OfflineStage.Exception, Reason.OfflineSpent), Of(lost));
        Assert.Equal(redeemed, lost.Verdict.OtherEntry);
        Assert.Equal("", lost.Verdict.OtherReceipt);
    }

    [Fact]
    public async Task A_gap_waits_and_a_batch_in_any_order_is_decided_in_order()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code), three = _terminal.Meals(_code);

        OfflineReceiptRecord waits = (await _terminal.SendAsync(three))[0];
        Assert.Equal((OfflineStage.Waiting, Reason.OfflineGap), Of(waits));
        Assert.Equal(0, await PayableAsync());
        ImmutableArray<OfflineReceiptRecord> all = await _terminal.SendAsync(three, one, two);

        Assert.Equal([3, 1, 2], all.Select(answer => answer.Counter));
        Assert.All(all, answer => Assert.Equal(OfflineStage.Accepted, answer.Verdict.Stage));
        Assert.Equal(3_000, await PayableAsync());
        Assert.Equal(OfflineStage.Settled, (await ReceiptAsync($"{_terminal.Id}-3-{waits.Digest[..12]}"))!.Verdict.Stage);
    }

    [Fact]
    public async Task A_copied_or_restored_terminal_shows_and_the_first_branch_goes_on()
    {
        await _terminal.SendAsync(_terminal.Meals(_code));
        Terminal copy = _terminal.Copy();
        byte[] two = _terminal.Meals(_code), forked = copy.Meals(_code, price: 1_100), broken = copy.Meals(_code),
            deeper = copy.Meals(_code);
        await _terminal.SendAsync(two);

        ImmutableArray<OfflineReceiptRecord> others = await copy.SendAsync(forked, broken, deeper);

        Assert.Equal(
            [(OfflineStage.Exception, Reason.OfflineFork), (OfflineStage.Exception, Reason.OfflineChainBroken),
                (OfflineStage.Exception, Reason.OfflineChainBroken)], others.Select(Of));
        Assert.Equal($"{_terminal.Id}-2", others[0].Verdict.OtherReceipt);
        Assert.Equal(Convert.ToBase64String(two), (await ReceiptAsync($"{_terminal.Id}-2"))!.Signed);
        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(_terminal.Meals(_code)))[0].Verdict.Stage);
        Assert.Equal(3_000, await PayableAsync());
        Assert.Equal(others, await copy.SendAsync(forked, broken, deeper));
    }

    [Fact]
    public async Task What_a_terminal_accepted_before_it_was_revoked_is_paid_and_nothing_after()
    {
        byte[] before = _terminal.Meals(_code);
        _district.Now += TimeSpan.FromHours(1);
        District.Value(await _terminal.Grain.RevokeAsync(_district.Command("counter"), "丢失", null));
        byte[] after = _terminal.Meals(_code);

        Assert.Equal([(OfflineStage.Accepted, Reason.None), (OfflineStage.Exception, Reason.OfflineDeviceRevoked)],
            (await _terminal.SendAsync(before, after)).Select(Of));
        Assert.Equal(1_000, await PayableAsync());
    }

    [Theory]
    [InlineData(24, OfflineStage.Accepted, Reason.None)]
    [InlineData(25, OfflineStage.Exception, Reason.OfflineTooLate)]
    public async Task Receipts_come_within_the_policys_hours(int hours, OfflineStage stage, Reason reason)
    {
        byte[] lunch = _terminal.Meals(_code);
        _district.Now += TimeSpan.FromHours(hours);

        Assert.Equal((stage, reason), Of((await _terminal.SendAsync(lunch))[0]));
    }

    public static TheoryData<string, Reason> Wrong => new()
    {
        { "a year back", Reason.OfflineClockBehind },
        { "before the one before", Reason.OfflineClockBehind },
        { "before the list", Reason.OfflineClockBehind },
        { "a list of tomorrow", Reason.OfflineClockBehind },
        { "ten years ahead", Reason.OfflineClockAhead },
        { "other provider", Reason.OfflineOtherProvider },
        { "forged code", Reason.OfflineCodeInvalid },
        { "other unit", Reason.OfflineOtherVoucher },
        { "no such voucher", Reason.VoucherNotFound },
        { "more than the code", Reason.OfflineVoucherLimit },
        { "more than the terminal", Reason.OfflineDeviceLimit },
        { "another amount", Reason.OfflineAmountDiffers },
        { "unknown item", Reason.ItemNotFound },
        { "place 9", Reason.InvalidField },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Each_wrong_receipt_has_its_own_reason_and_stops_no_good_one(string what, Reason reason)
    {
        _district.Now += TimeSpan.FromHours(2);
        // Leaves an entry of now: a list with its number can't have been made earlier.
        await _district.FundedAsync("later", 1_000);
        byte[] good = _terminal.Meals(_code, change: receipt =>
            what == "before the list" ? receipt with { Clock = receipt.Clock.AddMinutes(-90) } : receipt);
        long size = (await _district.Journal.ReadHeadAsync(District.Code, default)).Size;
        using SigningKey stranger = SigningKey.Read(SigningKey.Create())[0];
        VoucherClaims claims = await ClaimsAsync(10);
        string forged = VoucherCode.Sign(claims, stranger.VoucherSigner("timebank.example/430211/vouchers")),
            baths = Signed(claims with { Unit = "BATH" }), unknown = Signed(claims with { Voucher = "0123456789AB" }),
            narrow = await CodeAsync(1);
        byte[] wrong = _terminal.Meals(_code, change: receipt => what switch
        {
            "a year back" => receipt with { Clock = receipt.Clock.AddYears(-1) },
            "before the one before" => receipt with { Clock = receipt.Clock.AddMinutes(-10) },
            "before the list" => receipt with { Clock = receipt.Clock.AddMinutes(-60), ListNumber = size },
            "a list of tomorrow" => receipt with { ListNumber = size + 100 },
            "ten years ahead" => receipt with { Clock = receipt.Clock.AddYears(10) },
            "other provider" => receipt with { Provider = "0123456789AB" },
            "forged code" => receipt with { Code = forged },
            "other unit" => receipt with { Code = baths },
            "no such voucher" => receipt with { Code = unknown },
            "more than the code" => receipt with { Code = narrow, Quantity = 2, FromVoucher = 2 },
            "more than the terminal" => receipt with { PriceFen = 49_001 },
            "another amount" => receipt with { FromVoucher = 2 },
            "unknown item" => receipt with { Item = "nothing" },
            "place 9" => receipt with { Place = 9 },
            _ => throw new InvalidOperationException(what),
        });
        byte[] last = _terminal.Meals(_code);

        ImmutableArray<OfflineReceiptRecord> answers = await _terminal.SendAsync(good, wrong, last);

        Assert.Equal([(OfflineStage.Accepted, Reason.None), (OfflineStage.Exception, reason), (OfflineStage.Accepted, Reason.None)],
            answers.Select(Of));
        // It is wrong by itself: nobody came first.
        Assert.Equal(((long?)null, ""), (answers[1].Verdict.OtherEntry, answers[1].Verdict.OtherReceipt));
        // The terminal's own provider bears it, whichever the receipt names.
        Assert.Equal(_canteen, answers[1].Provider);
        Assert.Equal(Convert.ToBase64String(wrong), (await ReceiptAsync($"{_terminal.Id}-2"))!.Signed);
        Assert.Equal(2_000, await PayableAsync());
        Assert.Equal(answers, await _terminal.SendAsync(good, wrong, last));
    }

    [Fact]
    public async Task What_is_no_receipt_of_the_terminal_is_not_kept()
    {
        Terminal other = await Terminal.ActiveAsync(_district, _canteen);
        byte[] good = _terminal.Meals(_code), flipped = [.. good];
        flipped[^1] ^= 1;

        ImmutableArray<OfflineReceiptRecord> answers = await _terminal.SendAsync(flipped, other.Meals(_code), [], good);

        Assert.Equal([OfflineStage.Invalid, OfflineStage.Invalid, OfflineStage.Invalid, OfflineStage.Accepted],
            answers.Select(one => one.Verdict.Stage));
        Assert.Equal(Reason.OfflineReceiptInvalid, Of(answers[0]).Item2);
        Assert.Equal(1_000, await PayableAsync());
    }

    [Theory]
    [InlineData(OfflineReceiptState.Kind, 0)]
    [InlineData(OfflineReceiptState.Kind, 1)]
    [InlineData(OfflineReceiptState.Kind, 2)]
    [InlineData(DeviceState.Kind, 0)]
    public async Task A_batch_that_was_cut_anywhere_is_finished_by_the_same_batch(string state, int after)
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code);
        _district.States.FailNext(state, after);

        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(one, two));

        Assert.All(await _terminal.SendAsync(one, two), answer => Assert.Equal(OfflineStage.Accepted, answer.Verdict.Stage));
        Assert.Equal(2_000, await PayableAsync());
    }

    [Fact]
    public async Task What_was_paid_before_a_crash_stays_paid_and_is_answered_by_the_next_call()
    {
        byte[] lunch = _terminal.Meals(_code);
        _district.States.FailNext(OfflineReceiptState.Kind, after: 1);
        await Assert.ThrowsAnyAsync<Exception>(() => _terminal.SendAsync(lunch));
        Assert.Equal((1_000L, OfflineStage.Received), (await PayableAsync(), (await ReceiptAsync($"{_terminal.Id}-1"))!.Verdict.Stage));

        // By now the rules would refuse it: it is late, and the terminal was in wrong hands.
        _district.Now += TimeSpan.FromHours(30);
        District.Value(await _terminal.Grain.RevokeAsync(_district.Command("counter"), "丢失", _district.Now.AddDays(-2)));
        await _terminal.SendAsync();

        Assert.Equal(OfflineStage.Accepted, (await ReceiptAsync($"{_terminal.Id}-1"))!.Verdict.Stage);
        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(lunch))[0].Verdict.Stage);
        Assert.Equal(1_000, await PayableAsync());
    }

    [Fact]
    public async Task What_waited_came_when_it_came_first()
    {
        byte[] one = _terminal.Meals(_code), two = _terminal.Meals(_code);
        await _terminal.SendAsync(two);
        _district.Now += TimeSpan.FromHours(25);

        Assert.Equal([(OfflineStage.Exception, Reason.OfflineTooLate), (OfflineStage.Accepted, Reason.None)],
            (await _terminal.SendAsync(one, two)).Select(Of));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_waited_for_and_measures_nobody()
    {
        byte[] ahead = _terminal.Meals(_code, change: receipt => receipt with { Clock = receipt.Clock.AddHours(1) });
        byte[] right = _terminal.Meals(_code);

        Assert.Equal([(OfflineStage.Waiting, Reason.OfflineClockAhead), (OfflineStage.Waiting, Reason.OfflineGap)],
            (await _terminal.SendAsync(ahead, right)).Select(Of));
        Assert.Equal(0, await PayableAsync());
        _district.Now += TimeSpan.FromHours(1);

        Assert.Equal(OfflineStage.Accepted, (await _terminal.SendAsync(right))[0].Verdict.Stage);
        Assert.Equal(OfflineStage.Accepted, (await ReceiptAsync($"{_terminal.Id}-1"))!.Verdict.Stage);
        Assert.Equal(2_000, await PayableAsync());
    }

    [Fact]
    public async Task A_clock_some_minutes_ahead_at_midnight_serves_today()
    {
        _district.Now = new DateTimeOffset(_district.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1).AddHours(16).AddMinutes(-2);
        byte[] lunch = _terminal.Meals(_code, change: receipt => receipt with { Clock = receipt.Clock.AddMinutes(4) });

        OfflineReceiptRecord paid = (await _terminal.SendAsync(lunch))[0];

        Assert.Equal((OfflineStage.Accepted, Reason.None), Of(paid));
        JournalEntry entry = (await _district.Journal.EntryAsync(District.Code, paid.Verdict.Entry!.Value, default))!.Entry;
        Assert.Equal(ChinaTime.DateOf(_district.Now), Redemption.Of(entry).ServiceDate);
    }

    [Fact]
    public async Task A_dry_run_of_two_receipts_with_one_counter_shows_the_fork()
    {
        byte[] one = _terminal.Copy().Meals(_code), other = _terminal.Meals(_code, price: 1_100);

        DeviceAnswers would = District.Value(
            await _terminal.Grain.SubmitAsync(_district.Command("clerk") with { IsDryRun = true }, [one, other]));

        Assert.Equal([(OfflineStage.Accepted, Reason.None), (OfflineStage.Exception, Reason.OfflineFork)], would.Answers.Select(Of));
    }

    [Fact]
    public async Task A_code_is_used_once_in_time_and_guessed_at_five_times()
    {
        Terminal active = await Terminal.ActiveAsync(_district, _canteen);
        Assert.Equal(Reason.DeviceWrongState, (await active.Grain.EnrolAsync(_district.Command(), active.Enrolment("CODE"))).Reason);
        Command asks = _district.Command("clerk");
        IDeviceGrain fresh = _district.Grains.GetGrain<IDeviceGrain>($"{District.Tianyuan}/{asks.NewId}");
        Assert.Equal(Reason.DeviceNotFound, (await fresh.EnrolAsync(_district.Command(), active.Enrolment("CODE"))).Reason);
        District.Value(await fresh.InviteAsync(asks, new DeviceInvitation(
            _canteen, DeviceGrain.HashOf(asks.NewId.Text, "RIGHT"), _district.Now.AddMinutes(15))));
        for (int guess = 0; guess < 5; guess++)
        {
            Assert.Equal(Reason.EnrolmentCodeWrong, (await fresh.EnrolAsync(_district.Command(), active.Enrolment($"G{guess}"))).Reason);
        }
        Assert.Equal(Reason.EnrolmentCodeExpired, (await fresh.EnrolAsync(_district.Command(), active.Enrolment("RIGHT"))).Reason);

        Command again = _district.Command("clerk");
        IDeviceGrain late = _district.Grains.GetGrain<IDeviceGrain>($"{District.Tianyuan}/{again.NewId}");
        District.Value(await late.InviteAsync(again, new DeviceInvitation(
            _canteen, DeviceGrain.HashOf(again.NewId.Text, "RIGHT"), _district.Now.AddMinutes(15))));
        _district.Now += TimeSpan.FromMinutes(14);
        District.Value(await late.EnrolAsync(_district.Command("clerk"), active.Enrolment("RIGHT")));
        Assert.Equal(Reason.MakerIsChecker, (await late.ApproveAsync(_district.Command("clerk"), active.Fingerprint)).Reason);
        Assert.Equal(Reason.DeviceKeyDiffers, (await late.ApproveAsync(_district.Command("counter"), "0000-0000-0000-0000")).Reason);
        Assert.Equal(Reason.DeviceWrongState, (await late.SubmitAsync(_district.Command(), [new byte[1]])).Reason);
        District.Value(await fresh.RevokeAsync(_district.Command(), "无人使用", null));
        Assert.Equal(Reason.DeviceWrongState, (await fresh.SubmitAsync(_district.Command(), [new byte[1]])).Reason);
        Assert.Equal(DeviceStage.Active, District.Value(await late.ApproveAsync(_district.Command("counter"), active.Fingerprint)).Stage);
    }

    private static (OfflineStage, Reason) Of(OfflineReceiptRecord record) => (record.Verdict.Stage, (Reason)record.Verdict.Reason);

    private static string Signed(VoucherClaims claims) => VoucherCode.Sign(claims, District.VoucherKeys.SignerOf(District.Code));

    private async Task<string> CodeAsync(long allowed) => Signed(await ClaimsAsync(allowed));

    private async Task<VoucherClaims> ClaimsAsync(long allowed) => new(District.Tianyuan, _meals.Text, "a1b2c3d4e5f6",
        VoucherClaims.BitsOf([1]), allowed, "MEAL", new DateOnly(2026, 10, 31),
        (await _district.Journal.ReadHeadAsync(District.Code, default)).Size - 1);

    private Task<OfflineReceiptRecord?> ReceiptAsync(string key) =>
        _district.Grains.GetGrain<IOfflineReceiptGrain>($"{District.Tianyuan}/{key}").GetAsync();

    private Task<long> PayableAsync() => _district.BalanceAsync(Chart.ProviderPayable(OpaqueId.Parse(_canteen)).Path);
}
