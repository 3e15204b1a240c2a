using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <content>Who is named as having come first, and of which day the limits are.</content>
public sealed partial class OfflineTests
{
    [Fact]
    public async Task Who_took_what_the_code_allows_is_named_and_no_redemption_with_a_network_between()
    {
        string code = await CodeAsync(4);
        Terminal other = await Terminal.ActiveAsync(_district, _canteen);
        OfflineReceiptRecord first = (await _terminal.SendAsync(_terminal.Meals(code, quantity: 3)))[0];
        await RedeemAsync(1);

        OfflineReceiptRecord second = (await other.SendAsync(other.Meals(code, quantity: 2)))[0];

        Assert.Equal((OfflineStage.Exception, Reason.OfflineVoucherLimit), Of(second));
        Assert.Equal((first.Verdict.Entry, $"{_terminal.Id}-1"), (second.Verdict.OtherEntry, second.Verdict.OtherReceipt));
    }

    [Fact]
    public async Task A_bill_that_spent_the_money_is_named_while_it_stands()
    {
        long redeemed = await RedeemAsync(1);
        IBillGrain bills = _district.Grains.GetGrain<IBillGrain>(District.Code, _elder);
        var line = new BillLine(Slug.Parse("meal-canteen"), 8, new Fen(8_000), Fen.Zero);
        var bill = new BillClaim(OpaqueId.Parse(_canteen), _elder, ServicePlace.Home, null, [line]);
        JournalEntry paid = (await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Entry!;

        OfflineReceiptRecord lost = (await _terminal.SendAsync(_terminal.Meals(_code, quantity: 10, price: 10_000)))[0];
        Assert.Null((await bills.RefundAsync(_district.Command(), paid.Index, [])).Refusal);
        OfflineReceiptRecord next = (await _terminal.SendAsync(_terminal.Meals(_code, quantity: 10, price: 10_000)))[0];

        Assert.Equal([(OfflineStage.Exception, Reason.OfflineSpent), (OfflineStage.Exception, Reason.OfflineSpent)],
            new[] { lost, next }.Select(Of));
        Assert.Equal((paid.Index, ""), (lost.Verdict.OtherEntry, lost.Verdict.OtherReceipt));
        Assert.Equal((redeemed, ""), (next.Verdict.OtherEntry, next.Verdict.OtherReceipt));
    }

    [Fact]
    public async Task A_receipt_is_held_against_the_limits_of_its_day_and_not_of_the_day_on_which_it_comes()
    {
        await _district.NextPolicyAsync("less", _district.Today.AddDays(1), vouchers =>
        {
            foreach ((string number, int value) in new[] { ("voucherMaxFen", 500), ("deviceMaxFen", 900), ("syncWithinHours", 1) })
                vouchers["offline"]![number]!["value"] = value;
        });
        byte[] before = _terminal.Meals(_code);
        _district.MoveTo(_district.Today.AddDays(1));
        byte[] after = _terminal.Meals(_code);

        Assert.Equal([(OfflineStage.Accepted, Reason.None), (OfflineStage.Exception, Reason.OfflineDeviceLimit)],
            (await _terminal.SendAsync(before, after)).Select(Of));
        byte[] late = _terminal.Meals(_code, price: 800);
        _district.Now += TimeSpan.FromHours(2);
        Assert.Equal((OfflineStage.Exception, Reason.OfflineTooLate), Of((await _terminal.SendAsync(late))[0]));
    }

    private async Task<long> RedeemAsync(long meals)
    {
        var claim = new RedemptionClaim(OpaqueId.Parse(_canteen), Slug.Parse("meal-canteen"), meals, new Fen(1_000 * meals), Fen.Zero,
            ServicePlace.Unspecified);
        return (await _district.Voucher(_meals).RedeemAsync(_district.Command(), claim)).Entry!.Index;
    }
}
