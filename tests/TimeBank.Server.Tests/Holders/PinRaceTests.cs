using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A PIN that is guessed on every road at once.</summary>
public sealed class PinRaceTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211", Right = "830412";

    private readonly Desk _desk = new(server, Region);

    [Fact]
    public async Task All_roads_share_one_count_and_the_fifth_guess_locks_the_PIN()
    {
        await HolderTable.InForceAsync(server, _desk);
        string fund = await _desk.FundAsync("race-fund", 10_000_000), elder = await _desk.RegisterElderAsync(),
            canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        var vouchers = new List<string>();
        foreach (string name in (string[])["race-a", "race-b"])
        {
            string programme = await _desk.FundedAsync(_desk.Meals(name), (fund, 1_000_000));
            await _desk.IssueAsync(programme);
            vouchers.Add((await _desk.VoucherOfAsync(elder, programme)).Name);
        }
        var counter = new HolderService.HolderServiceClient(server.As(Role.Counter, regions: Region));
        await counter.SetPinAsync(Set(Right, ""));
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(canteen);
        string before = await server.TrialBalanceAsync(Region);

        string[] told = await Task.WhenAll(Enumerable.Range(0, 12).Select(async at =>
        {
            string guess = $"{274_905 + at}";
            try
            {
                if (at % 4 < 2) await clerk.RedeemVoucherAsync(Dinner(vouchers[at % 4], guess));
                else if (at % 4 == 2) await clerk.PayBillAsync(Bill(guess));
                else await counter.SetPinAsync(Set("619253", guess));
                return "";
            }
            catch (RpcException error)
            {
                return error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason;
            }
        }));

        Assert.Equal((4, 8), (told.Count(reason => reason == "PIN_WRONG"), told.Count(reason => reason == "PIN_LOCKED")));
        // The right one too, on each road.
        await clerk.RedeemVoucherAsync(Dinner(vouchers[0], Right)).IsRefusedAsync(Reason.PinLocked);
        await clerk.PayBillAsync(Bill(Right)).IsRefusedAsync(Reason.PinLocked);
        await counter.SetPinAsync(Set("619253", Right)).IsRefusedAsync(Reason.PinLocked);
        Assert.Equal(before, await server.TrialBalanceAsync(Region));

        RedeemVoucherRequest Dinner(string voucher, string pin)
        {
            RedeemVoucherRequest dinner = _desk.Lunch(voucher, canteen, 3_600);
            (dinner.Quantity, dinner.Shown) = (3, new Shown { Pin = pin });
            return dinner;
        }

        PayBillRequest Bill(string pin) => new()
        {
            RequestId = Desk.Id(), Elder = elder, Provider = canteen, Place = V1.ServicePlace.Home, Vouchers = { vouchers },
            Lines = { BillDesk.Line("meal-canteen", 3, 3_600) }, Shown = new Shown { Pin = pin },
        };

        SetPinRequest Set(string pin, string old) =>
            new() { RequestId = Desk.Id(), OnBehalfOf = elder, Elder = elder, Pin = pin, OldPin = old };
    }
}
