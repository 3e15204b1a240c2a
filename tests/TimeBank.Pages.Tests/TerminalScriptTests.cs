using System.Globalization;
using Microsoft.Playwright;
using TimeBank.Proofs;
using Xunit;
using static Microsoft.Playwright.Assertions;
using static TimeBank.Pages.Tests.TerminalTrials;

namespace TimeBank.Pages.Tests;

/// <summary>
/// The terminal's scripts beside what they must agree with: TimeBank.Proofs. The same bytes are written, the same ones are read, and what
/// is refused is refused by the same rule.
/// </summary>
[Collection(HalfMonth.Name)]
public sealed class TerminalScriptTests(HalfMonth month)
{
    private readonly TerminalTrials _trials = new();

    [Fact]
    public async Task A_receipt_has_the_same_bytes()
    {
        OfflineReceipt[] receipts = [.. Enumerable.Range(0, 60).Select(_ => _trials.Receipt())];
        IPage page = await OpenAsync(month);

        string[] signed = await RunAsync<string[]>(
            page, """
            const { base64 } = await load('cose.js'), { signReceipt } = await load('proofs.js');
            const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const key = await crypto.subtle.importKey('pkcs8', bytes(given.key), { name: 'Ed25519' }, false, ['sign']);
            return Promise.all(given.receipts.map(async (one) => base64(await signReceipt({
              ...one, previous: one.previous && bytes(one.previous),
              ...Object.fromEntries(Object.entries(one.numbers).map(([name, value]) => [name, BigInt(value)])) }, key))));
            """,
            new { key = Convert.ToBase64String(Pkcs8), receipts = receipts.Select(Given) });

        Assert.Equal(receipts.Select(one => Convert.ToBase64String(one.Sign(Own))), signed);
        string[] names = await RunAsync<string[]>(
            page, "const { fingerprintOf, numberOf } = await load('proofs.js');"
                + " return [await fingerprintOf(new Uint8Array(given)), numberOf('0123456789ZZ')];",
            Own.PublicKey.Select(one => (int)one));
        Assert.Equal([OfflineReceipt.Fingerprint(Own.PublicKey), VoucherNumber.Write("0123456789ZZ")], names);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_code_is_read_or_refused_by_the_same_rule()
    {
        string[] codes = [.. _trials.Codes()];
        VoucherReading[] expected = [.. codes.Select(code => VoucherCode.Read(code, [Lists.Key, Signer.Key]))];
        IPage page = await OpenAsync(month);

        string[] read = await RunAsync<string[]>(
            page, """
            const { readCode, readKey } = await load('proofs.js'), keys = await Promise.all(given.keys.map(readKey));
            return Promise.all(given.codes.map(async (code) => {
              const { status, claims } = await readCode(code, keys);
              return [status, ...(claims ? [claims.region, claims.voucher, claims.elder, claims.services, claims.amount, claims.unit,
                claims.useBy, claims.serial] : [])].join(' ');
            }));
            """,
            new { codes, keys = new[] { $"{Lists.Key}", $"{Signer.Key}" } });

        Assert.Equal(
            expected.Select((reading, at) => $"{codes[at]}: {Written(reading)}"), read.Select((text, at) => $"{codes[at]}: {text}"));
        // The trial is worth something only if it comes to every rule.
        VoucherCodeStatus[] missed = [.. Enum.GetValues<VoucherCodeStatus>().Except(expected.Select(one => one.Status))];
        Assert.True(missed.Length == 0, $"Never tried: {string.Join(", ", missed)}.");
        await page.Context.CloseAsync();
    }

    /// <summary>A key id is short: two keys may share one, and each is tried.</summary>
    [Fact]
    public async Task Keys_that_share_a_key_id_are_both_tried()
    {
        (VoucherSigner one, VoucherSigner other) = SameCodeId;
        (NoteSigner first, NoteSigner second) = SameListId;
        Assert.Equal((true, first.Key.Id), (one.KeyId.SequenceEqual(other.KeyId), second.Key.Id));
        string[] codes = [VoucherCode.Sign(Meals, one), VoucherCode.Sign(Meals, other)];
        string[][] keys = [[$"{one.Key}", $"{other.Key}"], [$"{other.Key}", $"{one.Key}"], [$"{one.Key}"], [$"{other.Key}"]];
        string[] notes = [.. new[] { first, second }.Select(
            signer => new SignedNote(List.ToText(), [signer.Sign(List.ToText(), default)]).ToString())];
        string[][] trusted = [[$"{first.Key}", $"{second.Key}"], [$"{second.Key}", $"{first.Key}"], [$"{first.Key}"], [$"{second.Key}"]];
        IPage page = await OpenAsync(month);

        string[] read = await RunAsync<string[]>(
            page, """
            const { readCode, readKey, readList } = await load('proofs.js'), said = [];
            for (const some of given.keys) {
              const keys = await Promise.all(some.map(readKey));
              for (const code of given.codes) said.push((await readCode(code, keys)).status);
            }
            for (const some of given.trusted) {
              for (const note of given.notes) said.push(await readList(note, ...some).then(() => 'taken', () => 'refused'));
            }
            return said;
            """,
            new { codes, keys, notes, trusted });

        Assert.Equal(
            ["Genuine", "Genuine", "Genuine", "Genuine", "Genuine", "BadSignature", "BadSignature", "Genuine",
                "taken", "taken", "taken", "taken", "taken", "refused", "refused", "taken"], read);
        IEnumerable<string> same = keys.SelectMany(some => codes.Select(
            code => $"{VoucherCode.Read(code, [.. some.Select(VerifierKey.Parse)]).Status}"));
        same = same.Concat(trusted.SelectMany(some => notes.Select(note => Record.Exception(
            () => TerminalList.Read(note, [.. some.Select(VerifierKey.Parse)])) is null ? "taken" : "refused")));
        Assert.Equal(same, read);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_list_is_taken_or_refused_and_shares_a_price_alike()
    {
        string[] notes = [.. _trials.Notes()];
        bool[] expected = [.. notes.Select(note => Record.Exception(() => TerminalList.Read(note, Lists.Key)) is null)];
        Assert.True(expected is [true, true, true, false, false, ..] && expected.Count(one => !one) > 15);
        (TerminalItem Item, VoucherClaims Voucher, long[] Numbers)[] shares = [.. Enumerable.Range(0, 300).Select(_ =>
        {
            long price = _trials.Dice.NextInt64(1, _trials.Dice.Next(2) == 0 ? 20_000 : TerminalTrials.MaxNumber);
            long insurance = _trials.Dice.Next(2) == 0 ? 0 : _trials.Dice.NextInt64(0, price + 1);
            return (List.Items[_trials.Dice.Next(3)], _trials.Dice.Next(2) == 0 ? Meals : Money,
                new[] { _trials.Dice.NextInt64(1, 1_001), price, insurance, _trials.Dice.Next(4), _trials.Dice.Next(9_000) });
        })];
        IPage page = await OpenAsync(month);

        bool[] taken = await RunAsync<bool[]>(
            page, "const { readList } = await load('proofs.js');"
                + " return Promise.all(given.notes.map((note) => readList(note, given.key).then(() => true, () => false)));",
            new { notes, key = $"{Lists.Key}" });
        Assert.Equal(expected.Select((one, at) => $"{notes[at]}{one}"), taken.Select((one, at) => $"{notes[at]}{one}"));
        string[] shared = await RunAsync<string[]>(
            page, """
            const { readCode, readList, share } = await load('proofs.js'), list = await readList(given.note, given.key);
            return Promise.all(given.shares.map(async ({ item, code, numbers }) => {
              const { claims } = await readCode(code, list.keys), found = list.items.find((one) => one.id === item);
              const parts = share(list, found, claims, ...numbers.map(BigInt));
              return parts ? `${parts.taken} ${parts.elder}` : '';
            }));
            """,
            new
            {
                note = notes[0], key = $"{Lists.Key}",
                shares = shares.Select(one => new
                {
                    item = one.Item.Id, code = VoucherCode.Sign(one.Voucher, Signer), numbers = one.Numbers.Select(number => $"{number}"),
                }),
            });
        Assert.Equal(
            shares.Select(one => List.Share(
                one.Item, one.Voucher, one.Numbers[0], one.Numbers[1], one.Numbers[2], (int)one.Numbers[3], one.Numbers[4])
                is var (fromVoucher, elder) ? $"{fromVoucher} {elder}" : ""),
            shared);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_terminal_accepts_and_refuses_as_the_tool_does_and_in_its_order()
    {
        VoucherSigner other = Own.VoucherSigner("timebank.example/430212/vouchers");
        VoucherClaims bath = Money with { ServiceTypeBits = VoucherClaims.BitsOf([2]) };
        var given = new
        {
            note = Note(List with { Keys = [Signer.Key, other.Key] }),
            asking = Note(List with { Checks = [new(1, 3_000, 2), new(0, 2_000, 1), new(2, 0, 3)] }), key = $"{Lists.Key}", codes = new
            {
                meals = VoucherCode.Sign(Meals, Signer), newer = VoucherCode.Sign(Meals with { Serial = 18 }, Signer),
                forged = VoucherCode.Sign(Meals, SigningKey.Read(SigningKey.Create())[0].VoucherSigner(Signer.Key.Name)),
                elsewhere = VoucherCode.Sign(Meals with { Region = "430212" }, other),
                ended = VoucherCode.Sign(Meals with { Voucher = "0123456789AA" }, Signer),
                late = VoucherCode.Sign(Meals with { UseBy = new DateOnly(2026, 9, 20) }, Signer),
                money = VoucherCode.Sign(bath, Signer), rest = VoucherCode.Sign(bath with { OfflineAmount = 3_000 }, Signer),
            },
        };
        IPage page = await OpenAsync(month);

        string[] said = await RunAsync<string[]>(
            page, """
            const { judge } = await load('acceptance.js'), { readList } = await load('proofs.js');
            const list = await readList(given.note, given.key), asks = { list: await readList(given.asking, given.key) };
            const words = JSON.parse(document.querySelector('main').dataset.words).codes, now = list.made + 3600, day = 86400;
            const device = { id: '0123456789AB', region: '430211', provider: 'ABCDEFGHJKMN' }, state = 'DEVICE_STATE_ACTIVE';
            const one = (more = {}) => ({ voucher: '0123456789ZZ', serial: 17n, taken: 1n, price: 1200n, insurance: 0n,
              clock: BigInt(now - 60), digest: new Uint8Array(32), ...more });
            const answer = (outcome, reason = '') => ({ answer: { outcome: `OFFLINE_OUTCOME_${outcome}`, reason } });
            const has = (...receipts) => ({ receipts }), code = (name, more = {}) => ({ code: given.codes[name], ...more });
            const bath = (more = {}) => ({ item: 'bath-home', price: 8000n, ...more });
            const trials = [
              [], [{ device: null }], [{ list: null, state: '' }], [{}, {}, list.made - 301], [{ state: '' }, {}, list.made - 300],
              [has(one({ clock: BigInt(now + 7200) }))],
              [has(one({ clock: BigInt(now + 7200), ...answer('EXCEPTION', 'OFFLINE_CLOCK_AHEAD') }))],
              [{ state: 'DEVICE_STATE_ENROLLED' }, {}, list.made + day + 1], [has(one(answer('EXCEPTION', 'OFFLINE_FORK')))],
              [{}, {}, list.made + day + 1], [{}, {}, list.made + day], [{ device: { ...device, id: '0123456789AC' } }, code('forged')],
              [{}, code('forged', { quantity: 0n })], [{}, code('elsewhere')], [{}, code('ended')], [{}, code('late')],
              [{}, { quantity: 0n }], [{}, { quantity: 1001n }], [{}, { price: 0n }], [{}, { insurance: 1201n }],
              [{}, code('money', bath({ place: 0n }))], [{}, { item: 'nothing' }], [{}, bath()],
              [has(one({ taken: 40n }))], [{}, { insurance: 1200n }], [has(one({ taken: 39n })), { quantity: 2n }],
              [has(one({ taken: 39n }))], [has(one({ taken: 40n, ...answer('EXCEPTION', 'OFFLINE_SPENT') }))],
              [has(one({ taken: 40n, ...answer('ACCEPTED') }))], [has(one({ taken: 40n, ...answer('ACCEPTED') })), code('newer')],
              [has(one({ taken: 40n, ...answer('WAITING') })), code('newer')],
              [{}, code('money', bath())], [{}, code('money', bath({ price: 18000n, quantity: 2n }))], [{}, code('rest', bath())],
              [{}, code('money', bath({ insurance: 7999n }))],
              [has(one({ clock: BigInt(now - day - 1) }))], [has(one({ price: 48801n }))], [has(one({ price: 48800n }))],
              [has(one({ price: 48801n, ...answer('ACCEPTED') }))],
              [has(one(answer('ACCEPTED')), one(), one(answer('ACCEPTED')))],
              [asks, { quantity: 2n, price: 2400n }], [asks, { quantity: 3n, price: 30n }], [asks, code('money', bath({ price: 2000n }))],
              [asks, code('money', bath())],
            ];
            return Promise.all(trials.map(async ([file = {}, entered = {}, clock = now]) => {
              try {
                const { receipt, elder } = await judge({ device, list, state, receipts: [], ...file }, {
                  ...code('meals'), item: 'meal-canteen', quantity: 1n, price: 1200n, insurance: 0n, place: 1n, ...entered }, clock, words);
                return `${receipt.counter} ${receipt.synced} ${receipt.taken} ${elder} ${receipt.previous === null}`;
              } catch (refusal) { return `${refusal.en ?? refusal}`.slice(0, 24); }
            }));
            """,
            given);

        string[] expected =
        [
            "1 0 1 0 true", "The terminal is not enrolled.", "The terminal has no list", "This phone's clock (2026",
            "At its last sync this te", "This phone's clock (2026", "2 1 1 0 false",
            "At its last sync this te", "The server takes no more",
            "The list is older than 2", "1 0 1 0 true", "This terminal was revoked.",
            "The key that signed this", "The voucher is another r", "The voucher was voided.", "The voucher was to be us",
            "The number is 1 to 1,000", "The number is 1 to 1,000", "The number is 1 to 1,000", "The number is 1 to 1,000",
            "A money voucher needs th", "The list has no nothing: ", "The voucher doesn't pay ",
            "What the voucher may pay", "There is nothing for the", "It is more than the vouc",
            "2 0 1 0 false", "2 1 1 0 false",
            "What the voucher may pay", "2 1 1 0 false",
            "What the voucher may pay",
            "1 0 4000 4000 true", "It is more than the vouc", "1 0 3000 5000 true",
            "There is nothing for the",
            "A receipt has waited for", "It is more than the term", "2 0 1 0 false",
            "2 1 1 0 false",
            "4 1 1 0 false",
            "1 0 2 0 true", "For this payment the eld", "For this payment the eld", "1 0 4000 4000 true",
        ];
        Assert.Equal(
            expected.Select((text, at) => $"{at}: {text[..Math.Min(24, text.Length)]}"), said.Select((text, at) => $"{at}: {text}"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_browser_that_can_not_sign_is_told_so_in_both_languages_and_nothing_else()
    {
        IPage page = await month.VisitAsync(width: 320);
        await page.AddInitScriptAsync("crypto.subtle.generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));");
        await page.GotoAsync("/terminal");
        await Expect(page.Locator("main [data-unable]")).ToContainTextAsync("这个浏览器不能做离线终端");
        await Expect(page.Locator("main [data-unable] [lang=en]")).ToContainTextAsync("This browser can't be a terminal");
        await Expect(page.Locator("main form, main button")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    private static object Given(OfflineReceipt receipt) => new
    {
        region = receipt.Region, device = receipt.Device, provider = receipt.Provider, code = receipt.Code, item = receipt.Item,
        previous = receipt.Previous is { } digest ? Convert.ToBase64String(digest.ToArray()) : null,
        numbers = new Dictionary<string, string>
        {
            ["counter"] = $"{receipt.Counter}", ["quantity"] = $"{receipt.Quantity}", ["price"] = $"{receipt.PriceFen}",
            ["insurance"] = $"{receipt.InsuranceFen}", ["place"] = $"{receipt.Place}", ["taken"] = $"{receipt.FromVoucher}",
            ["clock"] = $"{receipt.Clock.ToUnixTimeSeconds()}", ["list"] = $"{receipt.ListNumber}", ["synced"] = $"{receipt.Synced}",
        },
    };

    private static string Written(VoucherReading reading) => reading.Claims is not { } claims ? $"{reading.Status}"
        : string.Create(CultureInfo.InvariantCulture, $"{reading.Status} {claims.Region} {claims.Voucher} {claims.ElderPseudonym} "
            + $"{claims.ServiceTypeBits} {claims.OfflineAmount} {claims.Unit} {claims.UseBy:yyyy-MM-dd} {claims.Serial}");
}
