using System.Text.Json;
using Microsoft.Playwright;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Pages.Tests.TerminalTrials;

namespace TimeBank.Pages.Tests;

/// <summary>What a terminal keeps in the browser, with a region's keys of our own and without its server.</summary>
[Collection(HalfMonth.Name)]
public sealed class TerminalStoreTests(HalfMonth month)
{
    private static readonly TerminalList Now = List with
    {
        Made = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
    };

    [Fact]
    public async Task Two_tabs_never_use_one_counter_twice()
    {
        const int each = 6;
        (IPage one, byte[] key) = await ActiveAsync();
        IPage two = await one.Context.NewPageAsync();
        await two.GotoAsync("/terminal");
        const string accept = """
            const store = await load('store.js'), entered = {
              code: given.code, item: 'meal-canteen', quantity: 1n, price: 1200n, insurance: 0n, place: 1n };
            const made = await Promise.all(Array.from({ length: given.each }, () =>
              store.accept(entered, Math.floor(Date.now() / 1000), {})));
            return made.map(({ receipt }) => Number(receipt.counter));
            """;
        var given = new { code = VoucherCode.Sign(Meals, Signer), each };

        int[][] counters = await Task.WhenAll(RunAsync<int[]>(one, accept, given), RunAsync<int[]>(two, accept, given));

        Assert.Equal(Enumerable.Range(1, 2 * each), counters.SelectMany(own => own).Order());
        // One that goes on from another receipt than the last is refused by the transaction itself, without any lock.
        string[] kept = await RunAsync<string[]>(
            two, """
            const store = await load('store.js'), { base64 } = await load('cose.js');
            const last = (await store.read()).receipts.at(-1);
            const again = [last, { ...last, counter: last.counter + 1 }, { ...last, counter: last.counter + 2, previous: last.digest },
              { ...last, counter: last.counter + 1, previous: last.digest, device: 'ZZZZZZZZZZZZ' }];
            for (const wrong of again) if (await store.append(wrong).then(() => true, () => false)) throw new Error('It was kept.');
            return (await store.read()).receipts.map((receipt) => base64(receipt.signed));
            """,
            null);
        Digest? previous = null;
        foreach ((int at, string signed) in kept.Index())
        {
            byte[] bytes = Convert.FromBase64String(signed);
            OfflineReceipt receipt = Assert.IsType<OfflineReceipt>(OfflineReceipt.Read(bytes, Region, Device, key).Receipt);
            Assert.Equal((at + 1, previous, Provider), (receipt.Counter, receipt.Previous, receipt.Provider));
            previous = OfflineReceipt.DigestOf(bytes);
        }
        Assert.Equal(2 * each, kept.Length);
        await one.Context.CloseAsync();
    }

    [Fact]
    public async Task A_list_that_is_older_or_another_regions_is_not_taken()
    {
        (IPage page, byte[] _) = await ActiveAsync();
        NoteSigner other = Own.Signer("timebank.example/430212/terminals");
        TerminalList newer = Now with { Number = 18, Made = Now.Made.AddSeconds(10) }, elsewhere = newer with { Origin = other.Key.Name };
        string[] notes =
        [
            Note(Now with { Number = 16 }), Note(Now with { Number = 18, Made = Now.Made.AddSeconds(-1) }), Note(newer), Note(Now),
            new SignedNote(elsewhere.ToText(), [other.Sign(elsewhere.ToText(), default)]).ToString(), Note(newer),
        ];

        string[] taken = await RunAsync<string[]>(
            page, """
            const store = await load('store.js'), { device } = await store.read(), said = [];
            for (const note of given) {
              const heard = { note, state: 'DEVICE_STATE_ACTIVE', services: [], clock: null };
              const taken = await store.take(device, heard).then(() => true, () => false);
              said.push(`${taken} ${(await store.read()).list.number}`);
            }
            return said;
            """,
            notes);

        Assert.Equal(["false 17", "false 17", "true 18", "false 18", "false 18", "true 18"], taken);
        await page.Context.CloseAsync();
    }

    /// <summary>The server is played here, so that it can be cut off and answer as it likes.</summary>
    [Fact]
    public async Task A_sync_that_is_cut_keeps_what_was_answered_and_sends_the_rest_again()
    {
        (IPage page, byte[] _) = await ActiveAsync();
        string code = VoucherCode.Sign(Meals with { OfflineAmount = 1_000 }, Signer);
        await RunAsync<int>(
            page, """
            const store = await load('store.js');
            const entered = { code: given, item: 'meal-canteen', quantity: 1n, price: 10n, insurance: 0n, place: 1n };
            for (let at = 0; at < 130; at++) await store.accept(entered, Math.floor(Date.now() / 1000), {});
            return 0;
            """,
            code);
        var sent = new List<string[]>();
        bool isCut = true;
        await page.RouteAsync("**/terminal/calls/session", route => JsonAsync(route, new { name = "clerk", region = Region, token = "t" }));
        await page.RouteAsync("**/terminal/calls/state?*", route => JsonAsync(route, new
        {
            device = new { state = "DEVICE_STATE_ACTIVE" }, note = Note(Now), services = Array.Empty<object>(), clock = (long?)null,
        }));
        await page.RouteAsync("**/terminal/calls/submit", route =>
        {
            string[] receipts = [.. JsonDocument.Parse(route.Request.PostData!).RootElement.GetProperty("receipts").EnumerateArray()
                .Select(one => one.GetString()!)];
            sent.Add(receipts);
            if (isCut && sent.Count == 2) return route.AbortAsync();
            return JsonAsync(route, new
            {
                liability = new { zh = "责任", en = "Liability" },
                // One is an exception, and the last one waits.
                answers = receipts.Select((receipt, at) => new
                {
                    digest = $"{OfflineReceipt.DigestOf(Convert.FromBase64String(receipt))}",
                    outcome = "OFFLINE_OUTCOME_" + (at == 7 ? "EXCEPTION" : at == 29 && receipts.Length == 30 ? "WAITING" : "ACCEPTED"),
                }),
            });
        });
        const string sync = """
            const { sync } = await load('sync.js'), { read } = await load('store.js'), { isFinal } = await load('acceptance.js');
            const said = await sync().then(({ sent, liability }) => `${sent} ${liability?.[1] ?? ''}`, (refusal) => refusal.en);
            return `${said.slice(0, 28)}: ${(await read()).receipts.filter((one) => !isFinal(one)).length} open`;
            """;

        string[] said = [await RunAsync<string>(page, sync, null), await RunAsync<string>(page, sync, null)];
        isCut = false;
        string last = await RunAsync<string>(page, sync, null);

        Assert.Equal(["The server can't be reached:: 30 open", "30 Liability: 1 open"], said);
        Assert.Equal("1 : 0 open", last);
        Assert.Equal([100, 30, 30, 1], sent.Select(receipts => receipts.Length));
        Assert.Equal(sent[1], sent[2]);
        Assert.Equal(sent[2][^1], Assert.Single(sent[3]));
        Assert.Equal(130, sent[0].Concat(sent[1]).Distinct().Count());
        await page.Context.CloseAsync();
    }

    private static Task JsonAsync(IRoute route, object answer) =>
        route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(answer) });

    /// <summary>A terminal that may accept, and its public key.</summary>
    private async Task<(IPage Page, byte[] Key)> ActiveAsync()
    {
        IPage page = await OpenAsync(month);
        int[] publicKey = await RunAsync<int[]>(
            page, """
            const store = await load('store.js'), { makeKey } = await load('proofs.js');
            const device = { ...given.device, ...await makeKey() };
            await store.enrol(device);
            await store.take(device, { note: given.note, state: 'DEVICE_STATE_ACTIVE', services: [], clock: null });
            return [...device.publicKey];
            """,
            new
            {
                device = new { region = Region, id = Device, provider = Provider, listKey = $"{Lists.Key}", name = "一号机" },
                note = Note(Now),
            });
        return (page, [.. publicKey.Select(number => (byte)number)]);
    }
}
