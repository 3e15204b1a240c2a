using System.Collections.Immutable;
using System.Formats.Cbor;
using CsCheck;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class OfflineReceiptTests
{
    private const string Region = "430211", Device = "0123456789AB", CodeText = "TBV1:ABC";
    private const long MaxNumber = (1L << 53) - 1;
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(at => (byte)at)];

    // PKCS #8 of an Ed25519 key is its seed after 16 fixed bytes (RFC 8410).
    private static readonly SigningKey Key = SigningKey.Read("-----BEGIN PRIVATE KEY-----\n"
        + Convert.ToBase64String([.. Convert.FromHexString("302e020100300506032b657004220420"), .. Seed])
        + "\n-----END PRIVATE KEY-----\n")[0], Other = SigningKey.Read(SigningKey.Create())[0];

    private static readonly OfflineReceipt First = new(Region, Device, "ABCDEFGHJKMN", 1, null, CodeText, "meal-lunch", 2, 3_000, 0, 1, 2,
        DateTimeOffset.FromUnixTimeSeconds(1_764_500_000), 17, 0);

    private static readonly OfflineReceipt Second = First with { Counter = 2, Previous = Digest.Of("first"u8), Synced = 1 };

    private static readonly Gen<OfflineReceipt> Any =
        from provider in Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZ"].Array[12]
        from counter in Gen.Long[1, MaxNumber]
        from previous in Gen.Byte.Array[Digest.Size]
        from code in Gen.Char["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"].Array[0, 195]
        from item in Gen.Char["-0123456789abcdefghijklmnopqrstuvwxyz"].Array[1, 40]
        from quantity in Gen.Long[1, 1_000]
        from price in Gen.Long[1, MaxNumber]
        from insured in Gen.Long[0, price]
        from place in Gen.Int[0, 23]
        from taken in Gen.Long[1, MaxNumber]
        from seconds in Gen.Long[0, 253_402_300_799]
        from list in Gen.Long[0, MaxNumber]
        from synced in Gen.Long[0, counter - 1]
        select new OfflineReceipt(Region, Device, new string(provider), counter, counter == 1 ? null : new Digest(previous),
            VoucherCode.Prefix + new string(code), new string(item), quantity, price, insured, place, taken,
            DateTimeOffset.FromUnixTimeSeconds(seconds), list, synced);

    [Fact]
    public void Every_receipt_reads_back_and_is_no_longer_than_promised() => Any.Sample(receipt =>
    {
        byte[] signed = receipt.Sign(Key);
        OfflineReading reading = Read(signed);

        Assert.Equal((OfflineReceiptStatus.Genuine, receipt), (reading.Status, reading.Receipt));
        Assert.Equal(signed, reading.Receipt!.Sign(Key));
        Assert.InRange(signed.Length, 1, OfflineReceipt.MaxBytes);
    }, iter: 1_000);

    [Fact]
    public void Every_single_flipped_bit_is_refused()
    {
        byte[] signed = Second.Sign(Key);
        for (int bit = 0; bit < 8 * signed.Length; bit++)
        {
            byte[] flipped = [.. signed];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            OfflineReading reading = Read(flipped);
            Assert.True(reading.Status != OfflineReceiptStatus.Genuine && reading.Receipt is null, $"bit {bit}");
        }
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        byte[] signed = First.Sign(Key);
        for (int length = 0; length < signed.Length; length++)
        {
            Assert.Equal(OfflineReceiptStatus.WrongForm, Read(signed[..length]).Status);
        }
        Assert.Equal(VoucherCodeStatus.TrailingBytes, Read([.. signed, 0]).Form);
        Assert.Equal(OfflineReceiptStatus.TooLong, Read(new byte[OfflineReceipt.MaxBytes + 1]).Status);
    }

    [Fact]
    public void Key_and_name_of_the_device_decide()
    {
        byte[] signed = First.Sign(Key);

        Assert.Equal(OfflineReceiptStatus.BadSignature, OfflineReceipt.Read(signed, Region, Device, Other.PublicKey).Status);
        Assert.Equal(OfflineReceiptStatus.OtherDevice, OfflineReceipt.Read(signed, Region, "0123456789AC", Key.PublicKey).Status);
        Assert.Equal(OfflineReceiptStatus.OtherDevice, OfflineReceipt.Read(signed, "430212", Device, Key.PublicKey).Status);
    }

    /// <summary>A voucher's code is no receipt, whoever signed it.</summary>
    [Fact]
    public void Code_of_a_voucher_is_no_receipt()
    {
        var claims = new VoucherClaims(
            Region, Device, "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 20, "MEAL", new DateOnly(2026, 11, 30), 17);
        string code = VoucherCode.Sign(claims, Key.VoucherSigner(VoucherSigner.NameOf("timebank.example", Region)));
        byte[] bytes = SimpleBase.Base45.Default.Decode(code.AsSpan(VoucherCode.Prefix.Length));

        Assert.Equal((OfflineReceiptStatus.WrongForm, VoucherCodeStatus.OtherHeader), (Read(bytes).Status, Read(bytes).Form));
    }

    public static TheoryData<string, OfflineReceipt> Wrong => new()
    {
        { "counter 0", First with { Counter = 0 } },
        { "a first with one before", First with { Previous = Digest.Of("x"u8) } },
        { "a second without", First with { Counter = 2 } },
        { "no code", First with { Code = "0123" } },
        { "long code", First with { Code = VoucherCode.Prefix + new string('A', VoucherCode.MaxLength) } },
        { "no item", First with { Item = "" } },
        { "item in capitals", First with { Item = "MEAL" } },
        { "long item", First with { Item = new string('a', 41) } },
        { "quantity 0", First with { Quantity = 0 } },
        { "quantity", First with { Quantity = 1_001 } },
        { "price 0", First with { PriceFen = 0 } },
        { "price below 0", First with { PriceFen = -1 } },
        { "insurance", First with { InsuranceFen = 3_001 } },
        { "insurance below 0", First with { InsuranceFen = -1 } },
        { "place", First with { Place = 24 } },
        { "nothing taken", First with { FromVoucher = 0 } },
        { "before 1970", First with { Clock = DateTimeOffset.UnixEpoch.AddSeconds(-1) } },
        { "list", First with { ListNumber = -1 } },
        { "synced", First with { Synced = 1 } },
        { "beyond 2^53", First with { FromVoucher = MaxNumber + 1 } },
        { "device", First with { Device = "0123456789AU" } },
        { "provider", First with { Provider = "short" } },
        { "region", First with { Region = "43021" } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_not_signed(string what, OfflineReceipt receipt) =>
        Assert.True(Record.Exception(() => receipt.Sign(Key)) is ArgumentException, what);

    /// <summary>A device's own key may sign anything: what it signs is read as strictly as what comes from nobody.</summary>
    public static TheoryData<string, OfflineReceiptStatus, VoucherCodeStatus> Payloads => new()
    {
        { "not a map", OfflineReceiptStatus.WrongForm, VoucherCodeStatus.WrongShape },
        { "unknown field", OfflineReceiptStatus.UnknownField, VoucherCodeStatus.Genuine },
        { "previous of a first", OfflineReceiptStatus.UnknownField, VoucherCodeStatus.Genuine },
        { "missing field", OfflineReceiptStatus.MissingField, VoucherCodeStatus.Genuine },
        { "text as price", OfflineReceiptStatus.WrongType, VoucherCodeStatus.Genuine },
        { "price 0", OfflineReceiptStatus.OutOfRange, VoucherCodeStatus.Genuine },
        { "provider of 61 bits", OfflineReceiptStatus.OutOfRange, VoucherCodeStatus.Genuine },
        { "nested", OfflineReceiptStatus.WrongForm, VoucherCodeStatus.TooDeep },
    };

    [Theory, MemberData(nameof(Payloads))]
    public void Content_is_read_strictly(string what, OfflineReceiptStatus status, VoucherCodeStatus form)
    {
        SortedDictionary<int, object> fields = new()
        {
            [1] = 5L, [2] = 1L, [4] = CodeText, [5] = "meal", [6] = 1L, [7] = 100L, [8] = 0L, [9] = 1L, [10] = 1L, [11] = 9L, [12] = 0L,
            [13] = 0L,
        };
        switch (what)
        {
            case "unknown field": fields[14] = 1L; break;
            case "previous of a first": fields[3] = new byte[32]; break;
            case "missing field": fields.Remove(12); break;
            case "text as price": fields[7] = "100"; break;
            case "price 0": fields[7] = 0L; break;
            case "provider of 61 bits": fields[1] = 1L << 60; break;
            case "nested": fields[7] = new Dictionary<int, object>(); break;
        }
        byte[] signed = Signed(what == "not a map" ? [0x01] : Map(fields));

        OfflineReading reading = Read(signed);
        Assert.Equal((status, form), (reading.Status, reading.Form));
    }

    /// <summary>The bytes of one receipt, made by hand and signed by OpenSSL: a page in a browser makes the same.</summary>
    [Fact]
    public void Bytes_of_a_receipt_do_not_change()
    {
        Assert.Equal(
            "8450a20127044b069083000443214c74254ba0585cad011b052d8d73e1194e950202035820a7937b64b8caa58f03721bb6bacf5c78cb23"
                + "5febe0e70b1b84cd99541461a08e0468544256313a414243056a6d65616c2d6c756e6368060207190bb8080009010a020b1a692c22200c"
                + "110d015840d4e3e7b373744e013c2ac689b7bbe784fc8296e94822681e11967a2e8b142081e0ab28c4ef2b92d2f5f1d48b86d9c64cf703"
                + "925c334e19eca6f61b13e6bf3706",
            Convert.ToHexStringLower(Second.Sign(Key)));
    }

    [Fact]
    public void List_reads_back_and_only_under_its_key()
    {
        (TerminalList list, NoteSigner signer) = List();
        string note = new SignedNote(list.ToText(), [signer.Sign(list.ToText(), default)]).ToString();

        TerminalList read = TerminalList.Read(note, signer.Key);
        Assert.Equal(list.ToText(), read.ToText());
        Assert.Equal(["0123456789AB"], read.Devices);
        Assert.Throws<FormatException>(() => TerminalList.Read(note, Other.Signer(list.Origin).Key));
        Assert.Throws<FormatException>(() => TerminalList.Read(note.Replace("limits 5000", "limits 9000"), signer.Key));
        string unknown = list.ToText() + "bonus 1\n";
        Assert.Throws<FormatException>(
            () => TerminalList.Read(new SignedNote(unknown, [signer.Sign(unknown, default)]).ToString(), signer.Key));
    }

    /// <summary>The region signed it, and it is none: the reader says so as of any other text.</summary>
    [Theory]
    [InlineData(" 24\n", " 2147483648\n")]
    [InlineData("\n1764500000\n", "\n253402300800\n")]
    [InlineData("\n1764500000\n", "\n9223372036854775807\n")]
    [InlineData("item lunch 1 ", "item lunch 2147483648 ")]
    [InlineData("ratio 1 50\n", "ratio 1 2147483648\n")]
    [InlineData("ratio 2 40\n", "ratio 2147483648 40\n")]
    [InlineData("ratio 1 50\n", "ratio 1 50\nratio 1 60\n")]
    [InlineData("device ", "check 2147483648 0 1\ndevice ")]
    [InlineData("device ", "check 0 0 2147483648\ndevice ")]
    public void List_with_a_number_that_is_out_of_range_is_no_list(string old, string changed)
    {
        (TerminalList list, NoteSigner signer) = List();
        string text = list.ToText().Replace(old, changed, StringComparison.Ordinal);
        Assert.NotEqual(list.ToText(), text);

        Assert.Throws<FormatException>(
            () => TerminalList.Read(new SignedNote(text, [signer.Sign(text, default)]).ToString(), signer.Key));
    }

    [Theory]
    [InlineData(10_000, 0, 1, 100_000, 5_000, 5_000)]
    [InlineData(10_000, 0, 1, 3_000, 3_000, 7_000)]
    [InlineData(10_000, 4_000, 2, 100_000, 2_400, 3_600)]
    [InlineData(30_000, 0, 1, 100_000, 10_000, 20_000)]
    public void Money_voucher_pays_its_ratio_up_to_ceiling_and_rest(
        long price, long insurance, int place, long left, long fromVoucher, long elder)
    {
        VoucherClaims claims = new(Region, Device, "a1b2c3d4e5f6", VoucherClaims.BitsOf([2]), 5_000, "CNY", new DateOnly(2026, 11, 30), 17);
        TerminalList list = List().List;

        Assert.Equal((fromVoucher, elder), list.Share(list.Items[1], claims, 1, price, insurance, place, left));
        Assert.Null(list.Share(list.Items[0], claims, 1, price, insurance, place, left));
    }

    private static (TerminalList List, NoteSigner Signer) List()
    {
        NoteSigner signer = Key.Signer(TerminalList.NameOf($"timebank.example/{Region}"));
        return (new TerminalList(signer.Key.Name, 7, DateTimeOffset.FromUnixTimeSeconds(1_764_500_000), 5_000, 50_000, 24,
            [Key.VoucherSigner(VoucherSigner.NameOf("timebank.example", Region)).Key],
            [new("lunch", 1, "MEAL", 1_500, 1_200), new("bath", 2, "CNY", 20_000, 0)],
            ImmutableSortedDictionary<int, int>.Empty.Add(1, 50).Add(2, 40), [Device], ["ZZZZZZZZZZZZ"]), signer);
    }

    private static OfflineReading Read(byte[] signed) => OfflineReceipt.Read(signed, Region, Device, Key.PublicKey);

    private static byte[] Map(SortedDictionary<int, object> fields)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(fields.Count);
        foreach ((int key, object value) in fields)
        {
            writer.WriteInt32(key);
            if (value is long number) writer.WriteInt64(number);
            else if (value is string text) writer.WriteTextString(text);
            else if (value is byte[] bytes) writer.WriteByteString(bytes);
            else
            {
                writer.WriteStartMap(0);
                writer.WriteEndMap();
            }
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Any payload under a real header and signature: what a device that was tampered with could send.</summary>
    private static byte[] Signed(byte[] payload)
    {
        var reader = new CborReader(First.Sign(Key));
        reader.ReadStartArray();
        byte[] header = reader.ReadByteString();
        var structure = new CborWriter();
        structure.WriteStartArray(4);
        structure.WriteTextString("Signature1");
        structure.WriteByteString(header);
        structure.WriteByteString([]);
        structure.WriteByteString(payload);
        structure.WriteEndArray();
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(Sign(structure.Encode()));
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static byte[] Sign(byte[] message)
    {
        using var key = NSec.Cryptography.Key.Import(NSec.Cryptography.SignatureAlgorithm.Ed25519, Seed,
            NSec.Cryptography.KeyBlobFormat.RawPrivateKey);
        return NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, message);
    }
}
