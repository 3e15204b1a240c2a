using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class PrintableVoucherTests(TestServer server) : IAsyncLifetime
{
    private static int s_used;

    private readonly Desk _desk = new(server, "430204");
    private readonly string _id = $"paper{++s_used}";
    private string _programme = "", _elder = "", _canteen = "";
    private Voucher _voucher = null!;

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync($"{_id}-fund", 10_000_000);
        _programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 1_000_000));
        _elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(_programme);
        _voucher = await _desk.VoucherOfAsync(_elder, _programme);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Code_is_verified_by_the_published_key_alone_and_says_what_the_voucher_is()
    {
        PrintableVoucher printed = await _desk.Elder(_elder).GetPrintableVoucherAsync(Named(_voucher, by: ""));
        VerifierKey[] keys = await KeysAsync("430204");
        VoucherReading reading = VoucherCode.Read(printed.Code, keys);

        Assert.Equal(VoucherCodeStatus.Genuine, reading.Status);
        Assert.Equal(("430204", Id(_voucher), "MEAL", 4L, printed.Serial), (reading.Claims!.Region, reading.Claims.Voucher,
            reading.Claims.Unit, reading.Claims.OfflineAmount, reading.Claims.Serial));
        Assert.Equal([(int)V1.ServiceType.Meal], reading.Claims.ServiceTypes);
        Assert.Equal(new DateOnly(2026, 10, 31), reading.Claims.UseBy);
        Assert.Equal((VoucherNumber.Write(Id(_voucher)), _voucher, new Amount { Value = 4, Unit = "MEAL" }, $"{reading.Signer}"),
            (printed.Number, printed.Voucher, printed.OfflineAmount, printed.VerifierKey));
        // Another region's keys don't speak for it, though the server has one key for all of them.
        Assert.Equal(VoucherCodeStatus.UnknownKey, VoucherCode.Read(printed.Code, await KeysAsync("430211")).Status);
        Assert.EndsWith("**", printed.MaskedName, StringComparison.Ordinal);
        Assert.Equal(3, printed.MaskedName.Length);
    }

    [Fact]
    public async Task Same_state_has_the_same_code_and_a_redemption_makes_a_newer_one()
    {
        PrintableVoucher first = await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher));
        Assert.Equal(first, await _desk.Elder(_elder).GetPrintableVoucherAsync(Named(_voucher, by: "")));

        RedeemVoucherRequest lunch = _desk.Lunch(_voucher.Name, _canteen);
        lunch.Quantity = 7;
        lunch.Price.Value *= 7;
        await _desk.Clerk(_canteen).RedeemVoucherAsync(lunch);
        PrintableVoucher second = await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher));

        Assert.Equal((3L, 3L), (second.Voucher.Remaining.Value, second.OfflineAmount.Value));
        Assert.True(second.Serial > first.Serial, "the newer paper has the higher serial");
        VerifierKey[] keys = await KeysAsync("430204");
        VoucherClaims before = VoucherCode.Read(first.Code, keys).Claims!, after = VoucherCode.Read(second.Code, keys).Claims!;
        Assert.Equal(before with { OfflineAmount = 3, Serial = second.Serial }, after);
    }

    /// <summary>Two vouchers of an elder and a month have one pseudonym, which is not the elder's id; another elder has another.</summary>
    [Fact]
    public async Task Pseudonym_is_the_elders_for_a_month_and_is_not_the_elders_id()
    {
        string other = await _desk.RegisterElderAsync(), fund = await _desk.FundAsync($"{_id}-more", 10_000_000),
            second = await _desk.FundedAsync(_desk.Meals($"{_id}-second"), (fund, 1_000_000));
        await _desk.IssueAsync(second);

        string mine = await PseudonymAsync(_voucher), again = await PseudonymAsync(await _desk.VoucherOfAsync(_elder, second)),
            others = await PseudonymAsync(await _desk.VoucherOfAsync(other, second));

        Assert.Equal(mine, again);
        Assert.NotEqual(mine, others);
        Assert.DoesNotContain(_elder.Split('/')[^1], (await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher))).Code,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Nobody_elses_paper_and_no_paper_of_what_has_ended()
    {
        string other = await _desk.RegisterElderAsync();
        await _desk.Elder(other).GetPrintableVoucherAsync(Named(_voucher, by: "")).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Clerk(_canteen).GetPrintableVoucherAsync(Named(_voucher, by: "")).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Counter().GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = $"{_desk.Region}/vouchers/0123456789AB", OnBehalfOf = _elder })
            .IsRefusedAsync(Reason.VoucherNotFound);
        await _desk.Counter().GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = $"{_desk.Region}/vouchers/short", OnBehalfOf = _elder })
            .IsRefusedAsync(Reason.InvalidField, "name");
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest
        {
            RequestId = Desk.Id(), Voucher = _voucher.Name, Memo = "moved away",
        });
        await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher)).IsRefusedAsync(Reason.VoucherVoided);
    }

    /// <summary>A paper can be spent by whoever holds it, so nobody gets one by a role that only reads vouchers.</summary>
    [Fact]
    public async Task Counter_prints_for_whom_it_acts_and_finance_and_a_second_role_print_nothing()
    {
        string other = await _desk.RegisterElderAsync();
        await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher, by: other)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Counter().GetPrintableVoucherAsync(Named(_voucher, by: "")).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Vouchers.GetPrintableVoucherAsync(Named(_voucher, by: "")).IsRefusedAsync(Reason.RoleNotAllowed);
        await _desk.Elder(_elder).GetPrintableVoucherAsync(Named(_voucher)).IsRefusedAsync(Reason.OnBehalfOfNotAllowed);
        foreach (Role second in new[] { Role.Auditor, Role.ProviderClerk, Role.Volunteer })
        {
            var both = new VoucherService.VoucherServiceClient(server.AsBoth(Role.Elder, second, other, "430204"));
            await both.GetPrintableVoucherAsync(Named(_voucher, by: "")).IsRefusedAsync(Reason.PartyNotAllowed);
        }
        await new VoucherService.VoucherServiceClient(server.AsBoth(Role.Elder, Role.Volunteer, other, "430204"))
            .GetVoucherAsync(new GetVoucherRequest { Name = _voucher.Name }).IsRefusedAsync(Reason.PartyNotAllowed);
    }

    [Fact]
    public async Task Keys_are_published_for_regions_that_exist_alone()
    {
        using var http = new HttpClient { BaseAddress = server.Http };
        using HttpResponseMessage unknown = await http.GetAsync("/regions/999999/voucher-keys");

        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("timebank.example/430204/vouchers", Assert.Single(await KeysAsync("430204")).Name);
    }

    /// <summary>The first key of the settings signs; all of them are published.</summary>
    [Fact]
    public void First_key_signs_and_all_are_published()
    {
        string next = SigningKey.Create(), old = SigningKey.Create();
        var region = RegionCode.Parse("430211");
        using VoucherKeys before = VoucherKeys.Open(new TimeBankOptions { VoucherKeys = old }),
            after = VoucherKeys.Open(new TimeBankOptions { VoucherKeys = next + old });
        var claims = new VoucherClaims("430211", "0123456789AB", "a1b2c3d4e5f6", 2, 5, "MEAL", new DateOnly(2026, 10, 31), 1);

        VerifierKey[] published = [.. after.Of(region)];

        Assert.Equal(2, published.Length);
        Assert.Equal(claims, VoucherCode.Read(VoucherCode.Sign(claims, before.SignerOf(region)), published).Claims);
        Assert.Equal($"{published[0]}", $"{VoucherCode.Read(VoucherCode.Sign(claims, after.SignerOf(region)), published).Signer}");
        Assert.StartsWith("TimeBank:VoucherKeys:", Assert.Throws<InvalidOperationException>(() =>
            VoucherKeys.Open(new TimeBankOptions { VoucherKeys = "none" })).Message, StringComparison.Ordinal);
    }

    /// <param name="by">For whom the counter asks; null: for the voucher's elder. Empty: for oneself.</param>
    private static GetPrintableVoucherRequest Named(Voucher voucher, string? by = null) =>
        new() { Name = voucher.Name, OnBehalfOf = by ?? voucher.Elder };

    private static string Id(Voucher voucher) => voucher.Name.Split('/')[^1];

    private async Task<string> PseudonymAsync(Voucher voucher) => VoucherCode.Read(
        (await _desk.Counter().GetPrintableVoucherAsync(Named(voucher))).Code, await KeysAsync("430204")).Claims!.ElderPseudonym;

    private async Task<VerifierKey[]> KeysAsync(string region)
    {
        using var http = new HttpClient { BaseAddress = server.Http };
        string text = await http.GetStringAsync($"/regions/{region}/voucher-keys");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(VerifierKey.Parse)];
    }
}
