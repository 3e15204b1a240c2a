using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <content>Money vouchers: a terminal takes a share of the price, or all that the code still allows.</content>
public sealed partial class OfflineTests
{
    /// <summary>
    /// The voucher pays half of 80 yuan. A terminal sees the code alone: one for less is all that the voucher had when it was made, so the
    /// elder paid the rest. What came back to the voucher since, or a limit that rose, changes nothing of that.
    /// </summary>
    [Theory]
    [InlineData(5_000, 4_000, null)]
    [InlineData(3_000, 3_000, null)] // all that the code said
    [InlineData(3_000, 2_900, Reason.OfflineAmountDiffers)]
    [InlineData(5_000, 3_000, Reason.OfflineAmountDiffers)]
    [InlineData(5_000, 4_001, Reason.OfflineAmountDiffers)]
    [InlineData(5_000, 5_000, Reason.OfflineAmountDiffers)] // all of the code, and more than the rules pay
    public async Task A_money_voucher_pays_its_share_or_all_that_its_code_said(long allowed, long taken, Reason? reason)
    {
        (Terminal carer, OpaqueId voucher) = await CareAsync();

        OfflineReceiptRecord answer = (await carer.SendAsync(Visit(carer, await CareCodeAsync(voucher, allowed), taken)))[0];

        if (reason is { } no)
        {
            Assert.Equal((OfflineStage.Exception, no), Of(answer));
            return;
        }
        Assert.Equal((OfflineStage.Accepted, taken), (answer.Verdict.Stage, answer.Verdict.Paid));
        Redemption paid = Redemption.Of((await _district.Journal.EntryAsync(District.Code, answer.Verdict.Entry!.Value, default))!.Entry);
        Assert.Equal((taken, taken, 8_000 - taken, 80_000 - taken), (paid.FromVoucher, paid.Credited.Value, paid.OwnPart.Value,
            paid.Remaining));
    }

    [Fact]
    public async Task The_rest_of_a_code_is_what_earlier_receipts_left_of_it()
    {
        (Terminal carer, OpaqueId voucher) = await CareAsync();
        string code = await CareCodeAsync(voucher, 4_500);
        byte[] first = Visit(carer, code, 4_000), second = Visit(carer, code, 500), third = Visit(carer, code, 500);

        Assert.All(await carer.SendAsync(first, second), one => Assert.Equal(OfflineStage.Accepted, one.Verdict.Stage));
        // Nothing is left of the code, though the voucher has much.
        Assert.Equal((OfflineStage.Exception, Reason.OfflineAmountDiffers), Of((await carer.SendAsync(third))[0]));
    }

    private async Task<(Terminal Carer, OpaqueId Voucher)> CareAsync()
    {
        await _district.NationalAsync();
        await _district.AllotAsync("national", "lottery", 1_000_000);
        OpaqueId elder = await _district.ElderAsync(1940, points: 40);
        Terminal carer = await Terminal.ActiveAsync(_district, await _district.ProviderAsync(ServiceType.Care));
        await _district.IssueAsync("national");
        return (carer, await _district.VoucherOfAsync("national", elder));
    }

    private static byte[] Visit(Terminal carer, string code, long taken) => carer.Meals(code, change: receipt => receipt with
    {
        Item = "care-home",
        PriceFen = 8_000,
        FromVoucher = taken,
        Place = (int)ServicePlace.Home,
    });

    private async Task<string> CareCodeAsync(OpaqueId voucher, long allowed) => Signed((await ClaimsAsync(allowed)) with
    {
        Voucher = voucher.Text,
        Unit = VoucherClaims.Money,
        ServiceTypeBits = VoucherClaims.BitsOf([(int)ServiceType.Care, (int)ServiceType.Medical]),
    });
}
