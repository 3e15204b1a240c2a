using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>What a terminal is told, beside what the books then do.</summary>
public sealed class TerminalListTests : DistrictTests
{
    /// <summary>The service list says 120 yuan for a bath at home, and the programme that pays for it 90.</summary>
    [Theory]
    [InlineData(14_400, 5_400)]
    [InlineData(9_000, 0)]
    [InlineData(8_000, 0)]
    public async Task An_elder_is_told_what_the_programme_leaves_over_and_not_the_service_list(long price, long elderFen)
    {
        await Here.FundedAsync("lottery", 1_000_000);
        await Here.BathsAsync("baths", 9_000);
        await Here.AllotAsync("baths", "lottery", 9_000);
        OpaqueId elder = await Here.ElderAsync(1940);
        string provider = await Here.ProviderAsync(ServiceType.Bath);
        await Here.IssueAsync("baths");
        OpaqueId voucher = await Here.VoucherOfAsync("baths", elder);
        Catalogue catalogue = await Here.Catalogue(District.Tianyuan).AtAsync(Here.Today);
        Assert.Equal(new Fen(12_000), catalogue.Find(Slug.Parse("bath-home"))!.ContractPrice);

        TerminalList list = await ListAsync();

        TerminalItem item = list.Items.Single(one => one.Id == "bath-home");
        var claims = new VoucherClaims(District.Tianyuan, voucher.Text, "a1b2c3d4e5f6", VoucherClaims.BitsOf([item.ServiceType]), 1, "BATH",
            new DateOnly(2026, 10, 31), 7);
        Assert.Equal((1L, elderFen), list.Share(item, claims, 1, price, 0, 1, long.MaxValue));
        // The worth of a bath decides what the elder shows: 90 yuan, as for a payment with a network.
        TerminalList asking = list with { Checks = [new(0, 9_001, 2), new(0, 9_000, 1)] };
        Assert.Equal(1, asking.Needs(item, claims, 1));
        Redemption paid = Redemption.Of((await Here.Voucher(voucher).RedeemAsync(Here.Command(), new RedemptionClaim(
            OpaqueId.Parse(provider), Slug.Parse("bath-home"), 1, new Fen(price), Fen.Zero, ServicePlace.Home))).Entry!);
        Assert.Equal(new Fen(elderFen), paid.OwnPart);
    }

    [Fact]
    public async Task An_item_that_programmes_pay_at_several_prices_is_left_to_the_network()
    {
        await Here.FundedAsync("lottery", 1_000_000);
        Assert.DoesNotContain((await ListAsync()).Items, item => item.Unit != "CNY");
        Assert.Contains((await ListAsync()).Items, item => item.Unit == "CNY");
        await Here.MealsAsync();
        await Here.BathsAsync("baths", 9_000);
        await Here.AllotAsync("meals", "lottery", 12_000);
        await Here.AllotAsync("baths", "lottery", 9_000);
        // A programme without money gives no voucher: of an earlier year's the price says nothing.
        await Here.MealsAsync("before", 1_000);
        Assert.Equal([1_200L], (await ListAsync()).Items.Where(item => item.Unit == "MEAL").Select(item => item.ContractFen).Distinct());

        await Here.AllotAsync("before", "lottery", 1_000);

        Assert.Equal(["BATH"], (await ListAsync()).Items.Select(item => item.Unit).Where(unit => unit != "CNY").Distinct());
        // All of one programme's money is bound in vouchers: they are out.
        await Here.ElderAsync(1940);
        await Here.IssueAsync("meals");
        Assert.DoesNotContain((await ListAsync()).Items, item => item.Unit == "MEAL");
    }

    [Theory]
    [InlineData("policy", 1, 15)]
    [InlineData("catalogue", 1, 15)]
    [InlineData("policy", 2, 24)]
    public async Task A_list_ends_before_the_midnight_on_which_other_rules_begin(string what, int days, int hours)
    {
        DateOnly day = Here.Today.AddDays(days);
        if (what == "policy")
        {
            await Here.NextPolicyAsync("next", day, vouchers => vouchers["offline"]!["deviceMaxFen"]!["value"] = 9_000);
        }
        else
        {
            ICatalogueGrain catalogue = Here.Catalogue(District.Tianyuan);
            District.Value(await catalogue.ProposeAsync(Here.Command("maker"), Document.Catalogue(District.Tianyuan, "next", day)));
            District.Value(await catalogue.ApproveAsync(Here.Command("checker"), "next"));
        }

        TerminalList list = await ListAsync();

        // At eight o'clock.
        Assert.Equal((50_000, hours), (list.DeviceMaxFen, list.SyncWithinHours));
        Assert.True(list.Made.AddHours(hours) < ChinaTime.StartOf(day));
        Here.MoveTo(day);
        TerminalList next = await ListAsync();
        Assert.Equal((what == "policy" ? 9_000 : 50_000, 24), (next.DeviceMaxFen, next.SyncWithinHours));
    }

    private async Task<TerminalList> ListAsync()
    {
        var rules = new DayRules(Here.Grains, Here.Business);
        V1.RevocationList list = await new TerminalLists(Here.Journal, Here.States, rules, District.VoucherKeys, Here.Business)
            .OfAsync(District.Code, default);
        return TerminalList.Read(list.Note, VerifierKey.Parse(list.VerifierKey));
    }
}
