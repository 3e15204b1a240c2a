using System.Formats.Cbor;
using CsCheck;
using QRCoder;
using SimpleBase;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class VoucherCodeTests
{
    private const string Region = "430211";
    private static readonly DateOnly LastDay = new(2149, 6, 6);
    private static readonly VoucherSigner Ours = SignerOf(Region), Next = SignerOf(Region, seed: 2);

    private static readonly VoucherClaims Meals = new(Region, "0123456789AB", "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 20, "MEAL",
        new DateOnly(2026, 11, 30), 17);

    private static readonly VoucherClaims Money =
        Meals with { Unit = VoucherClaims.Money, OfflineAmount = 5_000, ServiceTypeBits = VoucherClaims.BitsOf([1, 2, 3, 4, 5, 6, 7]) };

    /// <summary>Every field as large as it may be.</summary>
    private static readonly VoucherClaims Largest = new("999999", "ZZZZZZZZZZZZ", "ffffffffffff", uint.MaxValue - 1, ushort.MaxValue,
        "WWWWWWWW", LastDay, uint.MaxValue);

    private static readonly Gen<VoucherClaims> AnyClaims =
        from voucher in Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZ"].Array[12]
        from elder in Gen.Byte.Array[VoucherClaims.PseudonymBytes]
        from types in Gen.UInt.Where(bits => (bits & ~1u) != 0)
        from isMoney in Gen.Bool
        from fen in Gen.UInt
        from units in Gen.UShort
        from unit in Gen.Char['A', 'Z'].Array[2, 8]
        from day in Gen.UShort
        from serial in Gen.UInt
        select new VoucherClaims(Region, new string(voucher), Convert.ToHexStringLower(elder), types & ~1u, isMoney ? fen : units,
            isMoney ? VoucherClaims.Money : new string(unit) is VoucherClaims.Money ? "MEAL" : new string(unit),
            new DateOnly(1970, 1, 1).AddDays(day), serial);

    [Fact]
    public void Every_claim_reads_back_and_no_code_is_longer_than_promised() => AnyClaims.Sample(claims =>
    {
        string code = VoucherCode.Sign(claims, Ours);
        VoucherReading reading = VoucherCode.Read(code, [Next.Key, Ours.Key]);

        Assert.Equal((VoucherCodeStatus.Genuine, claims, Ours.Key), (reading.Status, reading.Claims, reading.Signer));
        Assert.Equal(code, VoucherCode.Sign(reading.Claims!, Ours));
        Assert.InRange(code.Length, 1, VoucherCode.MaxLength);
    }, iter: 2_000);

    /// <summary>The largest case is measured, not estimated: 200 letters, which a QR code carries in its alphanumeric mode.</summary>
    [Fact]
    public void Largest_code_has_200_letters_and_fits_version_12_at_level_Q()
    {
        string code = VoucherCode.Sign(Largest, SignerOf("999999"));
        using var maker = new QRCodeGenerator();
        using QRCodeData drawn = maker.CreateQrCode(code, QRCodeGenerator.ECCLevel.Q);

        Assert.Equal(VoucherCode.MaxLength, code.Length);
        Assert.InRange(drawn.Version, 1, 12);
        Assert.Equal(Largest, VoucherCode.Read(code, [SignerOf("999999").Key]).Claims);
        Assert.InRange(VoucherCode.Sign(Money, Ours).Length, 1, 190);
    }

    /// <summary>
    /// The bytes of one code, made by Node's crypto and by hand: a printed voucher is read for as long as it can be used.
    /// </summary>
    [Fact]
    public void Bytes_of_a_code_do_not_change()
    {
        byte[] cose = BytesOf(VoucherCode.Sign(Meals, Ours));

        Assert.Equal(
            "844aa2012704450690839a44a05823a7011b000443214c74254b0246a1b2c3d4e5f60302051406644d45414c0719513308115840"
                + "c5afafd5d5aa9fc0ec4457cb3124b2b44e6d06cf3a4531e5d814b11c9be650e220de6895da41507f38c1dde554c351cb3578dc26074814dd294c"
                + "7174771f4a0f",
            Convert.ToHexStringLower(cose));
    }

    [Fact]
    public void Two_keys_with_one_id_are_both_tried()
    {
        // Two bytes of the id are the key's own: among some hundred keys two collide.
        Dictionary<string, (VoucherSigner Signer, byte[] Seed)> seen = [];
        (VoucherSigner One, VoucherSigner Other)? pair = null;
        for (int seed = 0; pair is null; seed++)
        {
            byte[] bytes = [.. BitConverter.GetBytes(seed), .. new byte[28]];
            VoucherSigner signer = SignerOf(Region, bytes);
            string id = Convert.ToHexString(signer.KeyId);
            if (seen.TryGetValue(id, out var earlier)) pair = (earlier.Signer, signer);
            else seen.Add(id, (signer, bytes));
        }
        (VoucherSigner one, VoucherSigner other) = pair.Value;

        foreach (VoucherSigner signer in new[] { one, other })
        {
            VoucherReading reading = VoucherCode.Read(VoucherCode.Sign(Meals, signer), [one.Key, other.Key]);
            Assert.Equal((VoucherCodeStatus.Genuine, signer.Key), (reading.Status, reading.Signer));
        }
        Assert.Equal(VoucherCodeStatus.BadSignature, VoucherCode.Read(VoucherCode.Sign(Meals, one), [other.Key]).Status);
    }

    [Fact]
    public void Old_keys_still_verify_after_a_rotation() => Assert.All(new[] { Ours, Next }, signer =>
        Assert.Equal(Meals, VoucherCode.Read(VoucherCode.Sign(Meals, signer), [Next.Key, Ours.Key]).Claims));

    [Fact]
    public void Key_of_another_kind_or_region_verifies_nothing()
    {
        string code = VoucherCode.Sign(Meals, Ours);
        VerifierKey journal = VerifierKey.Of("timebank.example/430211", SignatureType.Ed25519, Ours.Key.PublicKey),
            witness = VerifierKey.Of(Ours.Key.Name, SignatureType.Cosignature, Ours.Key.PublicKey),
            neighbour = VerifierKey.Of(VoucherSigner.NameOf("timebank.example", "430212"), SignatureType.Ed25519, Ours.Key.PublicKey);

        Assert.Equal(VoucherCodeStatus.UnknownKey, VoucherCode.Read(code, [journal, witness, neighbour]).Status);
        Assert.Equal(VoucherCodeStatus.UnknownKey, VoucherCode.Read(code, []).Status);
        // Which region's key is missing, the id says: 430211 is 0x069083.
        Assert.StartsWith("069083", VoucherCode.Read(code, []).KeyId, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VoucherCode.Sign(Meals with { Region = "430212" }, Ours));
    }

    [Fact]
    public void Every_single_flipped_bit_is_refused()
    {
        byte[] cose = BytesOf(VoucherCode.Sign(Money, Ours));
        for (int bit = 0; bit < 8 * cose.Length; bit++)
        {
            byte[] flipped = [.. cose];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            VoucherReading reading = VoucherCode.Read(CodeOf(flipped), [Ours.Key]);
            Assert.True(reading.Status != VoucherCodeStatus.Genuine && reading.Claims is null && reading.Signer is null, $"bit {bit}");
        }
    }

    [Fact]
    public void Every_single_other_letter_is_refused()
    {
        string code = VoucherCode.Sign(Money, Ours);
        for (int at = 0; at < code.Length; at++)
        {
            foreach (char letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:abz\0\né券")
            {
                if (letter == code[at]) continue;
                Assert.NotEqual(VoucherCodeStatus.Genuine, VoucherCode.Read($"{code[..at]}{letter}{code[(at + 1)..]}", [Ours.Key]).Status);
            }
        }
    }

    [Fact]
    public void Every_code_that_is_cut_short_is_refused()
    {
        string code = VoucherCode.Sign(Money, Ours);
        for (int length = 0; length < code.Length; length++)
        {
            Assert.NotEqual(VoucherCodeStatus.Genuine, VoucherCode.Read(code[..length], [Ours.Key]).Status);
        }
    }

    [Fact]
    public void Random_bytes_are_refused_and_never_fail() => Gen.Byte.Array[0, 129].Sample(bytes =>
        VoucherCode.Read(CodeOf(bytes), [Ours.Key]).Status is not (VoucherCodeStatus.Genuine or VoucherCodeStatus.NotBase45), iter: 20_000);

    [Theory]
    [InlineData("", VoucherCodeStatus.OtherPrefix)]
    [InlineData("TBV1", VoucherCodeStatus.OtherPrefix)]
    [InlineData("tbv1:BB8", VoucherCodeStatus.OtherPrefix)]
    [InlineData("TBV2:BB8", VoucherCodeStatus.OtherPrefix)]
    [InlineData("HC1:BB8", VoucherCodeStatus.OtherPrefix)]
    [InlineData(" TBV1:BB8", VoucherCodeStatus.OtherPrefix)]
    [InlineData("https://timebank.example/TBV1:BB8", VoucherCodeStatus.OtherPrefix)]
    [InlineData("TBV1:bb8", VoucherCodeStatus.WrongLetter)]
    [InlineData("TBV1:BB8\n", VoucherCodeStatus.WrongLetter)]
    [InlineData("TBV1:BB\u00e9", VoucherCodeStatus.WrongLetter)]
    [InlineData("TBV1:GGW", VoucherCodeStatus.NotBase45)]
    [InlineData("TBV1:::", VoucherCodeStatus.NotBase45)]
    [InlineData("TBV1::::", VoucherCodeStatus.NotBase45)]
    [InlineData("TBV1:BB8B", VoucherCodeStatus.NotBase45)]
    [InlineData("TBV1:", VoucherCodeStatus.NotCbor)]
    [InlineData("TBV1:FGW", VoucherCodeStatus.NotCbor)]
    public void What_is_no_code_is_refused(string text, VoucherCodeStatus status) =>
        Assert.Equal(status, VoucherCode.Read(text, [Ours.Key]).Status);

    [Fact]
    public void Four_thousand_letters_are_refused_unread() =>
        Assert.Equal(VoucherCodeStatus.TooLong, VoucherCode.Read($"TBV1:{new string('B', 4_091)}", [Ours.Key]).Status);

    [Fact]
    public void Lower_case_of_a_genuine_code_is_refused()
    {
        string code = VoucherCode.Sign(Meals, Ours);

        Assert.Equal(VoucherCodeStatus.OtherPrefix, VoucherCode.Read(code.ToLowerInvariant(), [Ours.Key]).Status);
        Assert.Equal(VoucherCodeStatus.WrongLetter,
            VoucherCode.Read($"{code[..5]}{code[5..].ToLowerInvariant()}", [Ours.Key]).Status);
    }

    /// <summary>What surrounds the content, broken by rule, with a signature that is otherwise right.</summary>
    [Theory]
    [InlineData("d284Ha0PS", VoucherCodeStatus.WrongShape)] // the tag of a COSE_Sign1
    [InlineData("83Ha0P", VoucherCodeStatus.WrongShape)] // three parts
    [InlineData("9fHa0PSff", VoucherCodeStatus.IndefiniteLength)]
    [InlineData("9804Ha0PS", VoucherCodeStatus.NotShortest)]
    [InlineData("84Ha0PS00", VoucherCodeStatus.TrailingBytes)]
    [InlineData("84Ha10126PS", VoucherCodeStatus.UnprotectedHeader)]
    [InlineData("84HbfffPS", VoucherCodeStatus.IndefiniteLength)]
    [InlineData("84Hb800PS", VoucherCodeStatus.NotShortest)]
    [InlineData("84H80PS", VoucherCodeStatus.WrongShape)]
    [InlineData("84Ha0f6S", VoucherCodeStatus.WrongShape)] // the payload is elsewhere
    [InlineData("84Ha0P40", VoucherCodeStatus.WrongShape)] // no signature
    [InlineData("84Ha0P", VoucherCodeStatus.NotCbor)]
    [InlineData("a0", VoucherCodeStatus.WrongShape)]
    public void Envelope_is_refused_by_the_rule_that_it_breaks(string form, VoucherCodeStatus status)
    {
        (byte[] header, byte[] payload, byte[] signature) = Parts(VoucherCode.Sign(Meals, Ours));
        string built = string.Concat(form.Select(letter => letter switch
        {
            'H' => $"4a{Convert.ToHexStringLower(header)}",
            'P' => $"58{payload.Length:x2}{Convert.ToHexStringLower(payload)}",
            'S' => $"5840{Convert.ToHexStringLower(signature)}",
            var digit => $"{digit}",
        }));

        Assert.Equal(status, VoucherCode.Read(CodeOf(Convert.FromHexString(built)), [Ours.Key]).Status);
    }

    [Theory]
    [InlineData("a2012604K", VoucherCodeStatus.OtherAlgorithm)] // ES256
    [InlineData("a20139010304K", VoucherCodeStatus.OtherAlgorithm)]
    [InlineData("a201614504K", VoucherCodeStatus.OtherAlgorithm)]
    [InlineData("a104K", VoucherCodeStatus.OtherAlgorithm)]
    [InlineData("a10127", VoucherCodeStatus.OtherHeader)]
    [InlineData("a20127044401020304", VoucherCodeStatus.OtherHeader)]
    [InlineData("a201270405", VoucherCodeStatus.OtherHeader)]
    [InlineData("a30127020104K", VoucherCodeStatus.OtherHeader)] // crit
    [InlineData("a30127030004K", VoucherCodeStatus.OtherHeader)] // a content type
    [InlineData("a3012704K182001", VoucherCodeStatus.OtherHeader)]
    [InlineData("a204K0127", VoucherCodeStatus.KeysOutOfOrder)]
    [InlineData("a30127012704K", VoucherCodeStatus.DuplicateKey)]
    [InlineData("a3012704K0127", VoucherCodeStatus.DuplicateKey)]
    [InlineData("bf012704Kff", VoucherCodeStatus.IndefiniteLength)]
    [InlineData("a201380704K", VoucherCodeStatus.NotShortest)]
    [InlineData("a218012704K", VoucherCodeStatus.NotShortest)]
    [InlineData("a2012704K00", VoucherCodeStatus.TrailingBytes)]
    [InlineData("", VoucherCodeStatus.NotCbor)]
    [InlineData("a2012704450102030405", VoucherCodeStatus.UnknownKey)]
    public void Header_is_refused_by_the_rule_that_it_breaks(string form, VoucherCodeStatus status)
    {
        byte[] header = Convert.FromHexString(form.Replace("K", $"45{Convert.ToHexStringLower(Ours.KeyId)}", StringComparison.Ordinal));

        Assert.Equal(status, VoucherCode.Read(Resign(header, Parts(VoucherCode.Sign(Meals, Ours)).Payload), [Ours.Key]).Status);
    }

    /// <summary>Contents that the issuer itself would have signed. V, E and T stand for the fields before the amount.</summary>
    [Theory]
    [InlineData("a7VET051406644d45414c0719511a0811", VoucherCodeStatus.Genuine)]
    [InlineData("a6VET041913880719511a0811", VoucherCodeStatus.Genuine)]
    [InlineData("a6VET04000719511a0811", VoucherCodeStatus.Genuine)]
    [InlineData("a6VTE041913880719511a0811", VoucherCodeStatus.KeysOutOfOrder)]
    [InlineData("a7VET04191388041913880719511a0811", VoucherCodeStatus.DuplicateKey)]
    [InlineData("a7VET041913880719511a08110400", VoucherCodeStatus.DuplicateKey)]
    [InlineData("bfVET041913880719511a0811ff", VoucherCodeStatus.IndefiniteLength)]
    [InlineData("a7VET0514067f644d45414cff0719511a0811", VoucherCodeStatus.IndefiniteLength)]
    [InlineData("a6VET041a000013880719511a0811", VoucherCodeStatus.NotShortest)]
    [InlineData("a6VET18041913880719511a0811", VoucherCodeStatus.NotShortest)]
    [InlineData("b806VET041913880719511a0811", VoucherCodeStatus.NotShortest)]
    [InlineData("a7VET05140678044d45414c0719511a0811", VoucherCodeStatus.NotShortest)]
    [InlineData("a7VET05140662ff410719511a0811", VoucherCodeStatus.NotShortest)] // no UTF-8
    [InlineData("a6VET04811913880719511a0811", VoucherCodeStatus.TooDeep)]
    [InlineData("a6VET04a00719511a0811", VoucherCodeStatus.TooDeep)]
    [InlineData("a6VET041913880719511a081100", VoucherCodeStatus.TrailingBytes)]
    [InlineData("a6VET04f945120719511a0811", VoucherCodeStatus.WrongShape)] // a float
    [InlineData("a6VET04f50719511a0811", VoucherCodeStatus.WrongShape)]
    [InlineData("a6VET04c1000719511a0811", VoucherCodeStatus.WrongShape)] // a tag
    [InlineData("a6VET0464313030300719511a0811", VoucherCodeStatus.WrongShape)]
    [InlineData("a6VET04200719511a0811", VoucherCodeStatus.OutOfRange)] // −1 fen
    [InlineData("a6VET041b00000001000000000719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a6VET041bffffffffffffffff0719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a7VET051a0001000006644d45414c0719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a7VET051406646d65616c0719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a7VET05140663434e590719511a0811", VoucherCodeStatus.OutOfRange)] // money as a unit
    [InlineData("a6VET04191388071a000100000811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a6VE0300041913880719511a0811", VoucherCodeStatus.OutOfRange)] // pays for nothing
    [InlineData("a6VE0301041913880719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a6V0245a1b2c3d4e5T041913880719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a6011b1000000000000000ET041913880719511a0811", VoucherCodeStatus.OutOfRange)]
    [InlineData("a7VET041913880719511a08110900", VoucherCodeStatus.UnknownField)]
    [InlineData("a7VET041913880719511a0811181800", VoucherCodeStatus.UnknownField)]
    [InlineData("a7VET0419138805140719511a0811", VoucherCodeStatus.UnknownField)] // two amounts
    [InlineData("a7VET0419138806644d45414c0719511a0811", VoucherCodeStatus.UnknownField)]
    [InlineData("a6VET05140719511a0811", VoucherCodeStatus.MissingField)]
    [InlineData("a5VET0719511a0811", VoucherCodeStatus.MissingField)]
    [InlineData("a5VET041913880811", VoucherCodeStatus.MissingField)]
    [InlineData("a0", VoucherCodeStatus.MissingField)]
    [InlineData("80", VoucherCodeStatus.WrongShape)]
    [InlineData("a6VET041913880719511a08", VoucherCodeStatus.NotCbor)]
    public void Content_is_refused_by_the_rule_that_it_breaks(string form, VoucherCodeStatus status)
    {
        byte[] payload = Convert.FromHexString(form.Replace("V", $"011b{ValueOf(Meals.Voucher)}", StringComparison.Ordinal)
            .Replace("E", "0246a1b2c3d4e5f6", StringComparison.Ordinal).Replace("T", "0302", StringComparison.Ordinal));
        byte[] header = Parts(VoucherCode.Sign(Meals, Ours)).Header;

        VoucherReading reading = VoucherCode.Read(Resign(header, payload), [Ours.Key]);

        Assert.Equal((status, status == VoucherCodeStatus.Genuine), (reading.Status, reading.Claims is not null));
        // Without the signature nothing of it is looked at.
        Assert.Equal(VoucherCodeStatus.BadSignature, VoucherCode.Read(Resign(header, payload, Next), [Ours.Key]).Status);
    }

    [Theory]
    [InlineData("region"), InlineData("voucher"), InlineData("elder"), InlineData("types"), InlineData("unit"), InlineData("fen")]
    [InlineData("units"), InlineData("day"), InlineData("serial"), InlineData("below nothing")]
    public void Nothing_out_of_range_is_signed(string what) => Assert.Throws<ArgumentException>(() => VoucherCode.Sign(what switch
    {
        "region" => Meals with { Region = "43021" },
        "voucher" => Meals with { Voucher = "0123456789AU" },
        "elder" => Meals with { ElderPseudonym = "A1B2C3D4E5F6" },
        "types" => Meals with { ServiceTypeBits = 1 },
        "unit" => Meals with { Unit = "Meal" },
        "fen" => Money with { OfflineAmount = 1L << 32 },
        "units" => Meals with { OfflineAmount = 1 << 16 },
        "day" => Meals with { UseBy = LastDay.AddDays(1) },
        "serial" => Meals with { Serial = 1L << 32 },
        _ => Meals with { OfflineAmount = -1 },
    }, Ours));

    [Theory]
    [InlineData("timebank.example/430211")]
    [InlineData("timebank.example/43021/vouchers")]
    [InlineData("430211/vouchers")]
    [InlineData("timebank.example/43021x/vouchers")]
    [InlineData("timebank.example/430211/vouchers/")]
    public void Name_of_another_kind_makes_no_voucher_key(string name)
    {
        using SigningKey key = SigningKey.Read(SigningKey.Create())[0];

        Assert.Throws<FormatException>(() => key.VoucherSigner(name));
    }

    [Fact]
    public void Every_status_has_words_of_its_own_in_both_languages()
    {
        (string Chinese, string English)[] words = [.. Enum.GetValues<VoucherCodeStatus>().Select(VoucherWords.Of)];

        Assert.Equal(words.Length, words.Select(word => word.Chinese).Distinct().Count());
        Assert.Equal(words.Length, words.Select(word => word.English).Distinct().Count());
    }

    private static VoucherSigner SignerOf(string region, byte seed = 1) => SignerOf(region, [.. Enumerable.Repeat(seed, 32)]);

    private static VoucherSigner SignerOf(string region, byte[] seed)
    {
        // PKCS #8 of an Ed25519 key is its seed after 16 fixed bytes (RFC 8410).
        string pem = Convert.ToBase64String([.. Convert.FromHexString("302e020100300506032b657004220420"), .. seed]);
        return SigningKey.Read($"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n")[0]
            .VoucherSigner(VoucherSigner.NameOf("timebank.example", region));
    }

    private static string ValueOf(string voucher) =>
        voucher.Aggregate(0L, (value, letter) => (value << 5) | (long)"0123456789ABCDEFGHJKMNPQRSTVWXYZ".IndexOf(letter)).ToString("x16");

    private static string CodeOf(byte[] cose) => $"{VoucherCode.Prefix}{Base45.Default.Encode(cose)}";

    private static byte[] BytesOf(string code) => Base45.Default.Decode(code.AsSpan(VoucherCode.Prefix.Length));

    private static (byte[] Header, byte[] Payload, byte[] Signature) Parts(string code)
    {
        var reader = new CborReader(BytesOf(code));
        reader.ReadStartArray();
        byte[] header = reader.ReadByteString();
        reader.SkipValue();
        return (header, reader.ReadByteString(), reader.ReadByteString());
    }

    /// <summary>A code of any header and content, whose signature is right.</summary>
    private static string Resign(byte[] header, byte[] payload, VoucherSigner? by = null)
    {
        var signed = new CborWriter();
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(header);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(Signing.Sign(by == Next ? (byte)2 : (byte)1, signed.Encode()));
        writer.WriteEndArray();
        return CodeOf(writer.Encode());
    }
}
