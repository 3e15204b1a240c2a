using System.Text.Json;
using Microsoft.Playwright;
using TimeBank.Proofs;
using Xunit;
using static Microsoft.Playwright.Assertions;
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
              store.accept(entered, Math.floor(Date.now() / 1000), {}, { taken: 1n, elder: 0n })));
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

    [Fact]
    public async Task A_list_of_a_new_key_is_taken_once_the_old_key_has_signed_one_that_names_it()
    {
        (IPage page, byte[] _) = await ActiveAsync();
        using SigningKey next = SigningKey.Read(SigningKey.Create())[0], third = SigningKey.Read(SigningKey.Create())[0];
        NoteSigner later = next.Signer(Now.Origin), stranger = third.Signer(Now.Origin);
        TerminalList both = Now with { Number = 18, Keys = [Signer.Key, next.VoucherSigner(Signer.Key.Name).Key] };
        TerminalList alone = both with { Number = 19, Keys = [both.Keys[1]] };
        var wrong = new SignedNote(alone.ToText(), [Lists.Sign(alone.ToText(), default), later.Sign(both.ToText(), default)]);
        string[] notes =
        [
            By(alone, later), By(both, Lists, later), By(alone, stranger), wrong.ToString(), By(alone, stranger, later),
            By(alone with { Number = 20 }, later), By(alone with { Number = 21 }, stranger),
        ];
        var expected = new List<bool>();
        TerminalList known = Now;
        foreach (string note in notes)
        {
            try
            {
                known = TerminalList.Read(note, [Lists.Key, .. known.Signers]);
                expected.Add(true);
            }
            catch (FormatException)
            {
                expected.Add(false);
            }
        }

        string[] taken = await RunAsync<string[]>(
            page, """
            const store = await load('store.js'), { device } = await store.read(), said = [];
            const take = (note, state) => store.take(device, { note, state, services: [], clock: null }).then(() => true, () => false);
            for (const note of given) said.push(`${await take(note, 'DEVICE_STATE_ACTIVE')} ${(await store.read()).list.number}`);
            said.push(`${await take(given[6], 'DEVICE_STATE_REVOKED')} ${(await store.read()).state}`);
            return said;
            """,
            notes);

        Assert.Equal(
            ["false 17", "true 18", "false 18", "false 18", "true 19", "true 20", "false 20", "false DEVICE_STATE_REVOKED"], taken);
        Assert.Equal(expected, taken.Take(notes.Length).Select(one => one.StartsWith("true", StringComparison.Ordinal)));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Another_sum_than_the_one_that_was_shown_is_shown_and_not_accepted()
    {
        (IPage page, string code) = await AtSumAsync();
        await Expect(page.Locator("form [data-elder]")).ToHaveTextAsync("50.00元");
        // Another window takes ten yuan of the voucher meanwhile.
        await RunAsync<int>(
            page, """
            const store = await load('store.js'), shown = { taken: 1000n, elder: 1000n };
            const entered = { code: given, item: 'bath-home', quantity: 1n, price: 2000n, insurance: 0n, place: 1n };
            await store.accept(entered, Math.floor(Date.now() / 1000), {}, shown);
            return 0;
            """,
            code);

        await page.Locator("main form button").First.ClickAsync();

        await Expect(page.Locator("[data-said][role=alert]")).ToContainTextAsync("金额与刚才显示的不同");
        await Expect(page.Locator("form [data-elder]")).ToHaveTextAsync("60.00元");
        int kept = await RunAsync<int>(page, "return (await (await load('store.js')).read()).receipts.length;", null);
        Assert.Equal(1, kept);
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator(".panel.good [data-here]")).ToContainTextAsync("已受理第 2 号");
        await Expect(page.Locator(".panel.good [data-elder]")).ToHaveTextAsync("60.00元");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Nothing_was_accepted_is_said_only_where_that_is_so()
    {
        (IPage page, string _) = await AtSumAsync();
        // First the receipt can't be written; then it is, and the page can't read anything afterwards.
        await page.EvaluateAsync("""
            () => {
              const { add } = IDBObjectStore.prototype, lost = () => { throw new DOMException('lost', 'UnknownError'); };
              IDBObjectStore.prototype.add = lost;
              window.mend = () => {
                IDBObjectStore.prototype.add = function (...given) {
                  IDBObjectStore.prototype.getAll = lost;
                  return add.apply(this, given);
                };
              };
            }
            """);
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator("[data-said][role=alert]")).ToContainTextAsync("没有受理任何券");
        await page.EvaluateAsync("() => window.mend()");
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator("[data-broken]")).ToContainTextAsync("已受理第 1 号");
        await Expect(page.Locator("[data-broken]")).Not.ToContainTextAsync("没有受理");
        await Expect(page.Locator("main form")).ToHaveCountAsync(0);
        await page.Locator("[data-broken] button").ClickAsync();
        await Expect(page.Locator("[data-counter='1']")).ToContainTextAsync("未上传");
        await Expect(page.Locator("[data-counter]")).ToHaveCountAsync(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_iPhones_browser_is_led_to_the_home_screen_before_it_enrols()
    {
        foreach ((string value, int count) in new[] { ("false", 1), ("true", 0), ("undefined", 0) })
        {
            IPage page = await month.VisitAsync();
            await page.AddInitScriptAsync($"Object.defineProperty(navigator, 'standalone', {{ value: {value} }});");
            await page.GotoAsync("/terminal");
            await Expect(page.Locator("#code")).ToBeVisibleAsync();
            await Expect(page.Locator("main form [data-outside]")).ToHaveCountAsync(count);
            await page.Context.CloseAsync();
        }
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
            const shown = { taken: 1n, elder: 0n };
            for (let at = 0; at < 130; at++) await store.accept(entered, Math.floor(Date.now() / 1000), {}, shown);
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

    private static string By(TerminalList list, params NoteSigner[] signers)
    {
        string text = list.ToText();
        return new SignedNote(text, [.. signers.Select(signer => signer.Sign(text, default))]).ToString();
    }

    /// <summary>A page that shows the sum of a bath for 80 yuan, of which the voucher pays all that it has, 30; and the code.</summary>
    private async Task<(IPage Page, string Code)> AtSumAsync()
    {
        (IPage page, byte[] _) = await ActiveAsync();
        string code = VoucherCode.Sign(Money with { ServiceTypeBits = VoucherClaims.BitsOf([2]), OfflineAmount = 3_000 }, Signer);
        await RunAsync<int>(
            page, """
            const store = await load('store.js'), { device } = await store.read();
            const services = [{ id: 'bath-home', zh: '助浴', en: 'Bath' }];
            await store.take(device, { note: given, state: 'DEVICE_STATE_ACTIVE', services, clock: null });
            return 0;
            """,
            Note(Now));
        await page.ReloadAsync();
        await Terminals.TypeAsync(page, code);
        await page.FillAsync("#price", "80");
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator("form [data-elder]")).ToBeVisibleAsync();
        return (page, code);
    }

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
