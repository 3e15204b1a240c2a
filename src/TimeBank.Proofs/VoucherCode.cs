using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using SimpleBase;

namespace TimeBank.Proofs;

/// <summary>
/// A voucher's code on paper or a screen: <c>TBV1:</c> and the base45 (RFC 9285) of a COSE_Sign1 (RFC 9052) in deterministic CBOR. It
/// proves that a voucher is genuine, and not that it is unspent. One voucher in one state has exactly one code for each key.
/// </summary>
public static class VoucherCode
{
    /// <summary>The length of the longest code, in letters of a QR code's alphanumeric mode. Version 10 at level Q holds 221.</summary>
    public const int MaxLength = 200;

    public const string Prefix = "TBV1:";

    private static readonly SearchValues<char> Base45Letters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:");

    /// <exception cref="ArgumentException">The claims are out of range, or of another region than the signer.</exception>
    public static string Sign(VoucherClaims claims, VoucherSigner signer)
    {
        if (claims.Region != signer.Region) throw new ArgumentException(
            $"The voucher is of region {claims.Region} and the key of {signer.Region}.", nameof(claims));
        if (!claims.IsInRange()) throw new ArgumentException(
            "One of the voucher's claims is out of range: see what each may hold.", nameof(claims));
        string code = $"{Prefix}{Base45.Default.Encode(CoseSign1.Write(signer.KeyId, claims.Encode(), signer.Sign))}";
        return code.Length <= MaxLength ? code : throw new ArgumentException("The voucher's claims make too long a code.", nameof(claims));
    }

    /// <summary>Reads a code. Nothing of its content is looked at before one of the keys has verified its signature.</summary>
    /// <param name="text">From a scanner, an attacker's as well as anybody's.</param>
    /// <param name="keys">The voucher keys that the reader trusts, of one region or of many. Keys of another kind are ignored.</param>
    public static VoucherReading Read(string text, IReadOnlyCollection<VerifierKey> keys)
    {
        if (text.Length > MaxLength) return new(VoucherCodeStatus.TooLong);
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return new(VoucherCodeStatus.OtherPrefix);
        if (text.AsSpan(Prefix.Length).ContainsAnyExcept(Base45Letters)) return new(VoucherCodeStatus.WrongLetter);
        byte[] bytes;
        try
        {
            bytes = Base45.Default.Decode(text.AsSpan(Prefix.Length));
        }
        catch (ArgumentException)
        {
            return new(VoucherCodeStatus.NotBase45);
        }
        VoucherCodeStatus status = CoseSign1.Open(bytes, VoucherSigner.KeyIdBytes, out CoseSign1 sealedCode);
        if (status != VoucherCodeStatus.Genuine) return new(status);
        byte[] keyId = sealedCode.KeyId;
        VerifierKey[] named = [.. keys.Where(key => VoucherSigner.KeyIdOf(key) is { } id && id.AsSpan().SequenceEqual(keyId))];
        if (named.Length == 0) return new(VoucherCodeStatus.UnknownKey, KeyId: Convert.ToHexStringLower(keyId));
        // Ids are short, so two keys may have the same one.
        if (named.FirstOrDefault(key => sealedCode.IsSignedBy(key.PublicKey)) is not { } signer) return new(
            VoucherCodeStatus.BadSignature, KeyId: Convert.ToHexStringLower(keyId));
        status = VoucherClaims.Decode(sealedCode.Payload, VoucherSigner.RegionOf(signer)!, out VoucherClaims? claims);
        return new(status, claims, signer, Convert.ToHexStringLower(keyId));
    }
}

/// <summary>What a code says, or why it is refused.</summary>
/// <param name="Claims">Set only if the code is genuine.</param>
/// <param name="Signer">The key that signed it; null unless one did.</param>
/// <param name="KeyId">The key id in the code, ten hexadecimal digits; empty where the reading didn't come so far.</param>
public sealed record VoucherReading(VoucherCodeStatus Status, VoucherClaims? Claims = null, VerifierKey? Signer = null, string KeyId = "");

/// <summary>What a region says about a voucher in its code.</summary>
/// <param name="Region">The region's code, six digits. It is in the code as a part of the key's id.</param>
/// <param name="Voucher">The voucher's id: twelve letters and digits.</param>
/// <param name="ElderPseudonym">Twelve hexadecimal digits that stand for the owner; only the region can tell who that is.</param>
/// <param name="ServiceTypeBits">The kinds of service that it pays for: bit n for the contract's service type n, 1 to 31.</param>
/// <param name="OfflineAmount">
/// How much of it may be accepted without a network, over all devices; 0: nothing. Fen up to 2^32 − 1, other units up to 65,535.
/// </param>
/// <param name="Unit"><c>CNY</c> for a money voucher (the amount is in fen), else the unit's two to eight capital letters.</param>
/// <param name="UseBy">The last possible day of a service, up to 2149-06-06.</param>
/// <param name="Serial">
/// The index of the voucher's last journal entry when the code was made, below 2^32. Of two codes of one voucher, the one with the higher
/// serial is newer.
/// </param>
public sealed record VoucherClaims(string Region, string Voucher, string ElderPseudonym, uint ServiceTypeBits, long OfflineAmount,
    string Unit, DateOnly UseBy, long Serial)
{
    public const string Money = "CNY";

    public const int PseudonymBytes = 6;

    private const int VoucherKey = 1, ElderKey = 2, ServicesKey = 3, FenKey = 4, UnitsKey = 5, UnitKey = 6, UseByKey = 7, SerialKey = 8;
    private const int VoucherBits = 60, MinUnitLetters = 2, MaxUnitLetters = 8;
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>True: an amount of money; false: a number of units, such as meals.</summary>
    public bool IsMoney => Unit == Money;

    /// <summary>The contract's service types, ascending.</summary>
    public IEnumerable<int> ServiceTypes => Enumerable.Range(1, 31).Where(type => (ServiceTypeBits >> type & 1) == 1);

    /// <summary>The largest amount of a unit that a code can hold.</summary>
    public static long MaxAmount(string unit) => unit == Money ? uint.MaxValue : ushort.MaxValue;

    /// <summary>The bits of service types.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A type is not from 1 to 31.</exception>
    public static uint BitsOf(IEnumerable<int> serviceTypes) => serviceTypes.Aggregate(0u, (bits, type) => type is >= 1 and <= 31
        ? bits | 1u << type : throw new ArgumentOutOfRangeException(nameof(serviceTypes), type, "Service types are from 1 to 31."));

    internal bool IsInRange() => VoucherNumber.IsId(Voucher)
        && ElderPseudonym.Length == 2 * PseudonymBytes && ElderPseudonym.All(char.IsAsciiHexDigitLower)
        && ServiceTypeBits > 0 && (ServiceTypeBits & 1) == 0
        && OfflineAmount >= 0 && OfflineAmount <= MaxAmount(Unit)
        && Unit.Length is >= MinUnitLetters and <= MaxUnitLetters && Unit.All(char.IsAsciiLetterUpper)
        && UseBy >= Epoch && UseBy.DayNumber - Epoch.DayNumber <= ushort.MaxValue
        && Serial is >= 0 and <= uint.MaxValue;

    internal byte[] Encode() => FlatMap.Write([
        (VoucherKey, VoucherNumber.Value(Voucher)),
        (ElderKey, Convert.FromHexString(ElderPseudonym)),
        (ServicesKey, (long)ServiceTypeBits),
        (FenKey, IsMoney ? OfflineAmount : null),
        (UnitsKey, IsMoney ? null : OfflineAmount),
        (UnitKey, IsMoney ? null : Unit),
        (UseByKey, (long)(UseBy.DayNumber - Epoch.DayNumber)),
        (SerialKey, Serial)]);

    /// <summary>Reads a payload whose signature is already verified.</summary>
    internal static VoucherCodeStatus Decode(byte[] payload, string region, out VoucherClaims? claims)
    {
        claims = null;
        VoucherCodeStatus status = FlatMap.Read(payload, out SortedDictionary<int, object> fields);
        if (status != VoucherCodeStatus.Genuine) return status;
        bool isMoney = fields.ContainsKey(FenKey);
        int[] expected = isMoney ? [VoucherKey, ElderKey, ServicesKey, FenKey, UseByKey, SerialKey]
            : [VoucherKey, ElderKey, ServicesKey, UnitsKey, UnitKey, UseByKey, SerialKey];
        if (fields.Keys.Except(expected).Any()) return VoucherCodeStatus.UnknownField;
        if (expected.Except(fields.Keys).Any()) return VoucherCodeStatus.MissingField;
        if (fields[VoucherKey] is not long voucher || fields[ElderKey] is not byte[] elder || fields[ServicesKey] is not long services
            || fields[isMoney ? FenKey : UnitsKey] is not long amount || fields[UseByKey] is not long useBy
            || fields[SerialKey] is not long serial) return VoucherCodeStatus.WrongShape;
        if (!isMoney && fields[UnitKey] is not string) return VoucherCodeStatus.WrongShape;
        string unit = isMoney ? Money : (string)fields[UnitKey];
        if (voucher >> VoucherBits != 0 || services is < 0 or > uint.MaxValue || useBy is < 0 or > ushort.MaxValue
            || (!isMoney && unit == Money)) return VoucherCodeStatus.OutOfRange;
        var read = new VoucherClaims(region, VoucherNumber.FromValue(voucher), Convert.ToHexStringLower(elder), (uint)services, amount,
            unit, Epoch.AddDays((int)useBy), serial);
        if (!read.IsInRange()) return VoucherCodeStatus.OutOfRange;
        claims = read;
        return VoucherCodeStatus.Genuine;
    }
}

/// <summary>
/// A region's key that signs voucher codes. Its name is <c>{origin}/{region}/vouchers</c>, so that it is never taken for a journal's.
/// </summary>
public sealed class VoucherSigner
{
    /// <summary>The region's code in three bytes, big-endian, and the first two bytes of the verifier key's id.</summary>
    public const int KeyIdBytes = 5;

    private const int RegionDigits = 6, RegionBytes = 3;
    private const string NameEnd = "/vouchers";
    private readonly Ed25519Sign _sign;
    private readonly byte[] _keyId;

    internal VoucherSigner(VerifierKey key, Ed25519Sign sign)
    {
        (Key, _sign) = (key, sign);
        _keyId = KeyIdOf(key) ?? throw new FormatException(
            $"A voucher key's name ends in a region and {NameEnd}, and '{key.Name}' doesn't.");
    }

    /// <summary>What those who check vouchers need.</summary>
    public VerifierKey Key { get; }

    public string Region => RegionOf(Key)!;

    public ReadOnlySpan<byte> KeyId => _keyId;

    /// <summary>The name of a region's voucher keys.</summary>
    public static string NameOf(string origin, string region) => $"{origin}/{region}{NameEnd}";

    /// <summary>The region whose vouchers a key signs; null for a key of another kind.</summary>
    public static string? RegionOf(VerifierKey key)
    {
        if (key.Type != SignatureType.Ed25519 || !key.Name.EndsWith(NameEnd, StringComparison.Ordinal)) return null;
        string rest = key.Name[..^NameEnd.Length];
        return rest.Length > RegionDigits && rest[^(RegionDigits + 1)] == '/' && rest[^RegionDigits..].All(char.IsAsciiDigit)
            ? rest[^RegionDigits..] : null;
    }

    /// <summary>The id of a voucher key in a code's header; null for a key of another kind.</summary>
    public static byte[]? KeyIdOf(VerifierKey key)
    {
        if (RegionOf(key) is not { } region) return null;
        byte[] id = new byte[1 + RegionBytes + sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(id, uint.Parse(region, CultureInfo.InvariantCulture));
        BinaryPrimitives.WriteUInt32BigEndian(id.AsSpan(1 + RegionBytes), key.Id);
        return id[1..(1 + KeyIdBytes)];
    }

    /// <summary>
    /// The same key under the name of the lists for terminals. A note's text and a code's signed bytes never begin alike, so neither is
    /// taken for the other.
    /// </summary>
    public NoteSigner TerminalSigner() => new(
        VerifierKey.Of(TerminalList.NameOf(Key.Name[..^NameEnd.Length]), SignatureType.Ed25519, Key.PublicKey), _sign);

    internal byte[] Sign(byte[] message) => _sign(message);
}
