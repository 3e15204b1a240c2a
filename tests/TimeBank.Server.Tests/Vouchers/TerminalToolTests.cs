using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Cli;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>terminal</c> commands against a running server, with a file that somebody copied.</summary>
public sealed class TerminalToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task A_terminal_s_file_that_was_copied_pays_once_and_the_copy_shows()
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        (string canteen, string code) = await VoucherAsync(server);
        string file = Path.Combine(_data, "terminal"), copy = $"{file}-copy", secret = Path.Combine(_data, "code");

        using JsonDocument invited = JsonDocument.Parse(await RunAsync(0, "terminal", "invite", canteen, "--json"));
        string device = invited.RootElement.GetProperty("device").GetProperty("name").GetString()!;
        await File.WriteAllTextAsync(secret, invited.RootElement.GetProperty("code").GetString());
        using JsonDocument enrolled = JsonDocument.Parse(await RunAsync(
            0, "terminal", "enrol", "--file", file, "--device", device, "--code", secret, "--provider", canteen, "--name", "一号机",
            "--json"));
        Assert.Contains("not approved", await AcceptAsync(1, file, "10"), StringComparison.Ordinal);
        string fingerprint = enrolled.RootElement.GetProperty("fingerprint").GetString()!;
        await RunAsync(0, "terminal", "approve", device, "--fingerprint", fingerprint);
        await RunAsync(0, "terminal", "sync", "--file", file);
        await AcceptAsync(0, file, "10");
        File.Copy(file, copy);
        // The same counter, and another receipt each.
        await AcceptAsync(0, file, "11");
        await AcceptAsync(0, copy, "12");

        Assert.Contains("paid", await RunAsync(0, "terminal", "sync", "--file", file), StringComparison.Ordinal);
        using JsonDocument synced = JsonDocument.Parse(await RunAsync(1, "terminal", "sync", "--file", copy, "--json"));

        // The first receipt is the same in both files, and is answered alike.
        Assert.Equal(
            ["accepted ", "exception OFFLINE_FORK"],
            synced.RootElement.EnumerateArray().Select(one => $"{one.GetProperty("outcome")} {one.GetProperty("reason")}"));
        Assert.Contains("it is a copy", await AcceptAsync(1, copy, "10"), StringComparison.Ordinal);
        using JsonDocument listed = JsonDocument.Parse(await RunAsync(0, "terminal", "exceptions", "--provider", canteen, "--json"));
        JsonElement exception = Assert.Single(listed.RootElement.GetProperty("exceptions").EnumerateArray());
        using TerminalFile original = TerminalFile.Open(file), copied = TerminalFile.Open(copy);
        Assert.Equal(
            [device, Convert.ToBase64String(copied.Receipts[1].Signed), Convert.ToBase64String(original.Receipts[1].Signed)],
            new[] { "device", "receipt", "otherReceipt" }.Select(name => exception.GetProperty(name).GetString()));
        original.Dispose();
        // The first branch goes on.
        await AcceptAsync(0, file, "9");
        await RunAsync(0, "terminal", "sync", "--file", file);
        var provider = await new Desk(server).ProviderClerk(canteen).GetProviderAsync(new GetProviderRequest { Name = canteen });
        Assert.Equal(1_000 + 1_100 + 900, provider.Payable.Value);

        Task<string> AcceptAsync(int expected, string from, string yuan) => RunAsync(expected, "terminal", "accept", code, "--file", from,
            "--item", "meal-canteen", "--price", yuan, "--now", "2026-10-01 08:01");

        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int ended, string output, string error) = await Tool.RunAsync(_data, server, args);
            Assert.True(ended == expected, $"{string.Join(' ', args)} ended with {ended}: {output}{error}");
            return output + error;
        }
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task<(string Canteen, string Code)> VoucherAsync(TestServer server)
    {
        var desk = new Desk(server);
        string fund = await desk.FundAsync("terminal-fund", 1_000_000);
        string programme = await desk.FundedAsync(desk.Meals("terminal-meals"), (fund, 12_000));
        string elder = await desk.RegisterElderAsync(), canteen = await desk.ProviderAsync(V1.ServiceType.Meal);
        await desk.IssueAsync(programme);
        Voucher voucher = await desk.VoucherOfAsync(elder, programme);
        var claims = new VoucherClaims(TestServer.Tianyuan, voucher.Name[^12..], "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 4, "MEAL",
            new DateOnly(2026, 10, 31), 0);
        VoucherSigner signer = server.Services.GetRequiredService<VoucherKeys>().SignerOf(RegionCode.Parse(TestServer.Tianyuan));
        return (canteen, VoucherCode.Sign(claims, signer));
    }
}
