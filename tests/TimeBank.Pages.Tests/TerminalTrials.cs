using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Cbor;
using System.Text;
using Microsoft.Playwright;
using NSec.Cryptography;
using SimpleBase;
using TimeBank.Proofs;

namespace TimeBank.Pages.Tests;

/// <summary>
/// What a terminal is given: receipts to sign, codes and lists that are sound, and others that somebody changed, or that even the region
/// signed although they are none.
/// </summary>
internal sealed class TerminalTrials
{
    public const string Region = "430211", Device = "0123456789AB", Provider = "ABCDEFGHJKMN", Origin = "timebank.example/430211";

    public const long MaxNumber = (1L << 53) - 1;

    // PKCS #8 of an Ed25519 key is its seed after 16 fixed bytes (RFC 8410).
    public static byte[] Pkcs8 { get; } =
        [.. Convert.FromHexString("302e020100300506032b657004220420"), .. Enumerable.Range(0, 32).Select(at => (byte)at)];

    private static readonly string Pem = $"-----BEGIN PRIVATE KEY-----\n{Convert.ToBase64String(Pkcs8)}\n-----END PRIVATE KEY-----\n";

    public static SigningKey Own { get; } = SigningKey.Read(Pem)[0];

    private static readonly SigningKey Other = SigningKey.Read(SigningKey.Create())[0];

    public static VoucherSigner Signer { get; } = Own.VoucherSigner($"{Origin}/vouchers");

    public static NoteSigner Lists { get; } = Own.Signer($"{Origin}/terminals");

    /// <summary>Two keys with one key id each: of codes, which has two bytes, and of lists, which has four. A search found them.</summary>
    public static (VoucherSigner One, VoucherSigner Other) SameCodeId { get; } =
        (Numbered(41).VoucherSigner($"{Origin}/vouchers"), Numbered(345).VoucherSigner($"{Origin}/vouchers"));

    public static (NoteSigner One, NoteSigner Other) SameListId { get; } =
        (Numbered(12_889).Signer($"{Origin}/terminals"), Numbered(55_958).Signer($"{Origin}/terminals"));

    public static VoucherClaims Meals { get; } = new(
        Region, "0123456789ZZ", "a1b2c3d4e5f6", VoucherClaims.BitsOf([1, 3]), 40, "MEAL", new DateOnly(2100, 12, 31), 17);

    public static VoucherClaims Money { get; } = Meals with { Voucher = "0123456789YY", OfflineAmount = 70_000, Unit = "CNY" };

    public static TerminalList List { get; } = new(
        $"{Origin}/terminals", 17, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000), 5_000, 50_000, 24, [Signer.Key],
        [new("meal-canteen", 1, "MEAL", 2_000, 1_200), new("bath-home", 2, "CNY", 9_000, 0), new("care", 3, "CNY", 700, 0)],
        ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(1, 50), new(2, 40), new(3, 40)]), ["0123456789AC", "0123456789AD"],
        ["0123456789AA", "ZZZZZZZZZZZZ"]);

    /// <summary>The same numbers each time: a failure can be looked at again.</summary>
    public Random Dice { get; } = new(20261130);

    public OfflineReceipt Receipt()
    {
        long counter = Dice.Next(3) == 0 ? 1 : Dice.NextInt64(2, MaxNumber), price = Dice.NextInt64(1, MaxNumber);
        byte[] previous = new byte[Digest.Size];
        Dice.NextBytes(previous);
        return new OfflineReceipt(
            Region, Device, Text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 12), counter, counter == 1 ? null : new Digest(previous),
            VoucherCode.Prefix + Text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", Dice.Next(196)),
            Text("-0123456789abcdefghijklmnopqrstuvwxyz", Dice.Next(1, 41)), Dice.Next(1, 1_001), price,
            Dice.NextInt64(0, price + 1), Dice.Next(24), Dice.NextInt64(1, 1L << Dice.Next(1, 53)),
            DateTimeOffset.FromUnixTimeSeconds(Dice.NextInt64(0, 253_402_300_800)), Dice.NextInt64(0, 1L << Dice.Next(1, 53)),
            Dice.NextInt64(0, counter));
    }

    /// <summary>The terminal's page in a browser that has none yet.</summary>
    public static async Task<IPage> OpenAsync(PlayedServer month)
    {
        IPage page = await month.VisitAsync();
        await page.GotoAsync("/terminal");
        return page;
    }

    /// <summary>Runs a script in the page, in which load gives one of the page's own modules.</summary>
    public static Task<T> RunAsync<T>(IPage page, string script, object? given) => page.EvaluateAsync<T>(
        "async (given) => { const page = document.querySelector('script[type=module]').src;\n"
            + $"const load = (name) => import(page.replace('terminal.js', name));\n{script} }}",
        given);

    private string Text(string letters, int length) => new(Dice.GetItems<char>(letters, length));

    /// <summary>Good codes, texts that are none, codes with changed bytes, and codes that the region signed over something else.</summary>
    public IEnumerable<string> Codes()
    {
        string good = VoucherCode.Sign(Meals, Signer), money = VoucherCode.Sign(Money, Signer);
        string[] texts =
        [
            good, money, VoucherCode.Sign(Meals with { Region = "430212" }, Own.VoucherSigner("timebank.example/430212/vouchers")),
            VoucherCode.Sign(Meals, Other.VoucherSigner(Signer.Key.Name)), "", "TBV1:", "TBV1:A", "TBV1:GGW",
            "TBV1:GGX", "TBV1:U5", "TBV1:V5", "TBV1:00", "TBV1::::", good.ToLowerInvariant(), $"{good} ", $"{good}AA", good[..^1],
            good[..^2], good.Replace("TBV1:", "TBV1：", StringComparison.Ordinal), good + new string('A', VoucherCode.MaxLength),
            $"TBV1:é{good[6..]}",
        ];
        foreach (string text in texts) yield return text;
        byte[] sealedBytes = Base45.Default.Decode(good.AsSpan(5));
        (byte[] header, byte[] payload) = PartsOf(sealedBytes);
        for (int i = 0; i < 300; i++) yield return Code(Changed(sealedBytes));
        byte[] other = PartsOf(Base45.Default.Decode(money.AsSpan(5))).Payload;
        for (int i = 0; i < 500; i++) yield return Code(Sealed(header, Changed(i % 2 == 0 ? payload : other)));
        for (int i = 0; i < 200; i++) yield return Code(Sealed(Changed(header), payload));
        // What chance would not come to.
        string[] made =
        [
            "a0", "bf01182aff", "a20118ff0118ff", "a20218ff0118ff", "a1181801", "a101811801", "a101a0", "a1015f4101ff", "a10120",
            "a1011bffffffffffffffff", "a1013bffffffffffffffff", "a1f401", "a101f6", "a101c101", "a1016180", "a16161", "80", "a10101a0",
            "ff", "a1", "a1ff",
        ];
        foreach (string one in made)
        {
            yield return Code(Sealed(header, Convert.FromHexString(one)));
            yield return Code(Sealed(Convert.FromHexString(one), payload));
            yield return Code(Convert.FromHexString(one));
        }
        string[] begun =
            ["84", "9f", "8540a0404000", "8440a10101404040", "8440bf40404040", "845f40ffa04040", "d28440a04040", "8440a0405840"];
        foreach (string one in begun)
        {
            yield return Code([.. Convert.FromHexString(one), .. new byte[64]]);
            yield return Code([.. Convert.FromHexString(one), .. new byte[63]]);
        }
        yield return Code(Sealed(header, [.. payload, 0]));
        yield return Code([.. sealedBytes, 0]);
        // Each field of the payload left out, and one too many.
        foreach (int without in Enumerable.Range(1, 9)) yield return Code(Sealed(header, Fields(key => key != without)));
    }

    private static byte[] Fields(Func<int, bool> has)
    {
        (int Key, Action<CborWriter> Write)[] all =
        [
            (1, to => to.WriteInt64(1)), (2, to => to.WriteByteString(new byte[6])), (3, to => to.WriteInt32(2)),
            (5, to => to.WriteInt32(4)), (6, to => to.WriteTextString("MEAL")), (7, to => to.WriteInt32(47_000)),
            (8, to => to.WriteInt32(3)), (9, to => to.WriteInt32(3)),
        ];
        var writer = new CborWriter(CborConformanceMode.Canonical);
        var fields = all.Where(field => has(field.Key)).ToArray();
        writer.WriteStartMap(fields.Length);
        foreach ((int key, Action<CborWriter> write) in fields)
        {
            writer.WriteInt32(key);
            write(writer);
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static string Code(byte[] bytes) => VoucherCode.Prefix + Base45.Default.Encode(bytes);

    /// <summary>One to three bytes are others, more or fewer.</summary>
    private byte[] Changed(byte[] bytes)
    {
        var changed = bytes.ToList();
        for (int times = Dice.Next(1, 4); times > 0 && changed.Count > 0; times--)
        {
            int at = Dice.Next(changed.Count);
            switch (Dice.Next(4))
            {
                case 0: changed.Insert(at, (byte)Dice.Next(256)); break;
                case 1: changed.RemoveAt(at); break;
                case 2: changed[at] ^= (byte)(1 << Dice.Next(8)); break;
                default: changed[at] = (byte)Dice.Next(256); break;
            }
        }
        return [.. changed];
    }

    private static byte[] Sealed(byte[] header, byte[] payload)
    {
        using Key key = Key.Import(SignatureAlgorithm.Ed25519, Encoding.ASCII.GetBytes(Pem), KeyBlobFormat.PkixPrivateKeyText);
        var signed = new CborWriter(CborConformanceMode.Canonical);
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(header);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();
        var whole = new CborWriter(CborConformanceMode.Canonical);
        whole.WriteStartArray(4);
        whole.WriteByteString(header);
        whole.WriteStartMap(0);
        whole.WriteEndMap();
        whole.WriteByteString(payload);
        whole.WriteByteString(SignatureAlgorithm.Ed25519.Sign(key, signed.Encode()));
        whole.WriteEndArray();
        return whole.Encode();
    }

    private static (byte[] Header, byte[] Payload) PartsOf(byte[] sealedBytes)
    {
        var reader = new CborReader(sealedBytes);
        reader.ReadStartArray();
        byte[] header = reader.ReadByteString();
        reader.SkipValue();
        return (header, reader.ReadByteString());
    }

    public static string Note(TerminalList list) => Note(list.ToText());

    /// <summary>The key whose seed is a number.</summary>
    private static SigningKey Numbered(int number) => SigningKey.Read("-----BEGIN PRIVATE KEY-----\n" + Convert.ToBase64String(
        [.. Pkcs8.AsSpan(0, 16), .. new byte[28], .. BigEndian(number)])
        + "\n-----END PRIVATE KEY-----\n")[0];

    private static byte[] BigEndian(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static string Note(string text) => new SignedNote(text, [Lists.Sign(text, default)]).ToString();

    /// <summary>Two good lists, and lists that the region signed although they are none.</summary>
    public IEnumerable<string> Notes()
    {
        yield return Note(List);
        yield return Note(List with { Devices = [], Vouchers = [], Keys = [], Items = [] });
        yield return Note(List with { Checks = [new(1, 3_000, 2), new(0, 2_000, 1), new(1, 3_000, 2)] });
        yield return Note(List.ToText().Replace("device 0123456789AC\n", "device 0123456789AC\ncheck 0 0 1\n", StringComparison.Ordinal));
        yield return Note(List.ToText().Replace("device 0123456789AC\n", "check 0 00 1\ndevice 0123456789AC\n", StringComparison.Ordinal));
        string text = List.ToText(), note = Note(List);
        string[] lines = text[..^1].Split('\n');
        (string Old, string New)[] changes =
        [
            ("limits 5000", "limits 05000"), ("limits", "limit"), ("\n17\n", "\n-17\n"), ("\n17\n", "\n9223372036854775808\n"),
            (" 24\n", " 24 \n"), ("ratio 1 50\n", "ratio 1 50\nratio 1 50\n"),
            ("ratio 1 50\nratio 2 40\n", "ratio 2 40\nratio 1 50\n"), ("device 0123456789AC\n", ""),
            ("voucher 0123456789AA", "voucher ZZZZZZZZZZZZ"), ("voucher ", "vouchers "), ("item care", "item  care"), ("item ", "thing "),
            ("/terminals", "/vouchers"), ("key ", "key x"), ("1790000000", "1790000000.5"), ("1790000000", "999999999999"),
            ("MEAL", "ME\tAL"), (" 24\n", " 2147483648\n"), ("item care 3 ", "item care 2147483648 "),
            ("ratio 1 50\n", "ratio 1 2147483648\n"), ("ratio 3 40\n", "ratio 2147483648 40\n"),
            ("ratio 1 50\n", "ratio 1 50\nratio 1 60\n"),
        ];
        foreach ((string old, string changed) in changes) yield return Note(text.Replace(old, changed, StringComparison.Ordinal));
        yield return Note(string.Join('\n', lines[..3]) + "\n");
        yield return Note(string.Join('\n', lines.Reverse()) + "\n");
        yield return Note(string.Join('\n', (string[])[.. lines[..4], .. lines[4..].Reverse()]) + "\n");
        string[] unsigned =
        [
            note[..^1], $"{note}\n", note.Replace("5000", "5001", StringComparison.Ordinal), text, "",
            note.Replace("— ", "- ", StringComparison.Ordinal), $"{note.TrimEnd()}=\n",
        ];
        foreach (string wrong in unsigned) yield return wrong;
        yield return new SignedNote(text, [Other.Signer(Lists.Key.Name).Sign(text, default)]).ToString();
        yield return new SignedNote(text, [Lists.Sign(text, default), Own.Signer($"{Origin}/other").Sign(text, default)]).ToString();
    }
}
