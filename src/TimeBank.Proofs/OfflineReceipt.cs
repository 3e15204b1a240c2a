using System.Buffers.Binary;
using System.Globalization;

namespace TimeBank.Proofs;

/// <summary>
/// What a terminal without a network accepted from one voucher: a COSE_Sign1 by the device's Ed25519 key, in the same deterministic CBOR as
/// a voucher's code. Each receipt has the hash of the device's one before, so a device that was restored from a copy shows.
/// </summary>
/// <param name="Region">The region's code, six digits. It stands in the key id, with the device.</param>
/// <param name="Device">The device's id: twelve letters and digits.</param>
/// <param name="Provider">The provider's id.</param>
/// <param name="Counter">1, 2, 3 and so on, without a gap, for as long as the device lives.</param>
/// <param name="Previous">The SHA-256 of the device's receipt before, as signed; null for the first one alone.</param>
/// <param name="Code">The voucher's code as the device read it: it proves what the voucher's region had promised.</param>
/// <param name="Item">The service list's item.</param>
/// <param name="Quantity">How many of it, 1 to 1,000.</param>
/// <param name="PriceFen">The price of all of them.</param>
/// <param name="InsuranceFen">The part that long-term-care insurance pays; at most the price.</param>
/// <param name="Place">The contract's place of service; 0: not said.</param>
/// <param name="FromVoucher">What the device took from the voucher, in the voucher's unit.</param>
/// <param name="Clock">The device's clock, in whole seconds: a claim, and no more.</param>
/// <param name="ListNumber">The number of the last signed list that the device knew.</param>
/// <param name="Synced">The counter of the last receipt that the server had answered by then; 0: none.</param>
public sealed record OfflineReceipt(string Region, string Device, string Provider, long Counter, Digest? Previous, string Code, string Item,
    long Quantity, long PriceFen, long InsuranceFen, int Place, long FromVoucher, DateTimeOffset Clock, long ListNumber, long Synced)
{
    /// <summary>The longest receipt, in bytes.</summary>
    public const int MaxBytes = 600;

    public const int MaxQuantity = 1_000;

    private const int ProviderKey = 1, CounterKey = 2, PreviousKey = 3, CodeKey = 4, ItemKey = 5, QuantityKey = 6, PriceKey = 7,
        InsuranceKey = 8, PlaceKey = 9, FromVoucherKey = 10, ClockKey = 11, ListKey = 12, SyncedKey = 13;
    private const int RegionDigits = 6, RegionBytes = 3, KeyIdBytes = RegionBytes + sizeof(long), IdBits = 60, MaxItemLength = 40;
    private const int MaxPlace = 23;

    /// <summary>Counters, fen and numbers of lists end here, so that a browser's numbers can hold them.</summary>
    private const long MaxNumber = (1L << 53) - 1, MaxSeconds = 253_402_300_799;

    /// <summary>The receipt, signed. The same receipt and key always give the same bytes.</summary>
    /// <exception cref="ArgumentException">A field is out of range.</exception>
    public byte[] Sign(SigningKey device)
    {
        if (!IsInRange()) throw new ArgumentException("One of the receipt's fields is out of range: see what each may hold.");
        return CoseSign1.Write(KeyIdOf(Region, Device), Encode(), device.Sign);
    }

    /// <summary>What the next receipt has as <see cref="Previous"/>.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> signed) => Digest.Of(signed);

    /// <summary>The beginning of a device key's SHA-256, in groups that people can compare.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> publicKey) =>
        string.Join('-', Digest.Of(publicKey).ToString()[..16].Chunk(4).Select(digits => new string(digits)));

    /// <summary>Reads a receipt of a known device. Nothing of its content is looked at before the device's key has verified it.</summary>
    public static OfflineReading Read(ReadOnlySpan<byte> signed, string region, string device, ReadOnlySpan<byte> publicKey)
    {
        if (signed.Length > MaxBytes) return new(OfflineReceiptStatus.TooLong);
        VoucherCodeStatus form = CoseSign1.Open(signed.ToArray(), KeyIdBytes, out CoseSign1 opened);
        if (form != VoucherCodeStatus.Genuine) return new(OfflineReceiptStatus.WrongForm, form);
        if (!opened.KeyId.AsSpan().SequenceEqual(KeyIdOf(region, device))) return new(OfflineReceiptStatus.OtherDevice);
        if (!opened.IsSignedBy(publicKey)) return new(OfflineReceiptStatus.BadSignature);
        form = FlatMap.Read(opened.Payload, out SortedDictionary<int, object> fields);
        if (form == VoucherCodeStatus.UnknownField) return new(OfflineReceiptStatus.UnknownField);
        return form == VoucherCodeStatus.Genuine ? Decode(fields, region, device) : new(OfflineReceiptStatus.WrongForm, form);
    }

    private static OfflineReading Decode(SortedDictionary<int, object> fields, string region, string device)
    {
        // A first receipt has nothing before it, and every other one has: which of the two it is, its counter says.
        IEnumerable<int> expected = Enumerable.Range(ProviderKey, SyncedKey).Where(
            key => key != PreviousKey || fields.GetValueOrDefault(CounterKey) is not 1L);
        if (fields.Keys.Except(expected).Any()) return new(OfflineReceiptStatus.UnknownField);
        if (expected.Except(fields.Keys).Any()) return new(OfflineReceiptStatus.MissingField);
        byte[]? previous = fields.GetValueOrDefault(PreviousKey) as byte[];
        bool isTyped = fields.All(field => field.Key switch
        {
            PreviousKey => field.Value is byte[],
            CodeKey or ItemKey => field.Value is string,
            _ => field.Value is long,
        });
        if (!isTyped) return new(OfflineReceiptStatus.WrongType);
        long Number(int key) => (long)fields[key];
        if (previous is not null && previous.Length != Digest.Size || Number(ProviderKey) is < 0 or >= 1L << IdBits
            || Number(PlaceKey) is < 0 or > MaxPlace || Number(ClockKey) is < 0 or > MaxSeconds)
        {
            return new(OfflineReceiptStatus.OutOfRange);
        }
        var read = new OfflineReceipt(region, device, VoucherNumber.FromValue(Number(ProviderKey)), Number(CounterKey),
            previous is null ? null : new Digest(previous), (string)fields[CodeKey], (string)fields[ItemKey], Number(QuantityKey),
            Number(PriceKey), Number(InsuranceKey), (int)Number(PlaceKey), Number(FromVoucherKey),
            DateTimeOffset.FromUnixTimeSeconds(Number(ClockKey)), Number(ListKey), Number(SyncedKey));
        return read.IsInRange() ? new(OfflineReceiptStatus.Genuine, Receipt: read) : new(OfflineReceiptStatus.OutOfRange);
    }

    private bool IsInRange() => Region.Length == RegionDigits && Region.All(char.IsAsciiDigit)
        && VoucherNumber.IsId(Device) && VoucherNumber.IsId(Provider)
        && Counter is >= 1 and <= MaxNumber && (Previous is null) == (Counter == 1)
        && Code.Length <= VoucherCode.MaxLength && Code.StartsWith(VoucherCode.Prefix, StringComparison.Ordinal)
        && Item.Length is >= 1 and <= MaxItemLength
        && Item.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && Quantity is >= 1 and <= MaxQuantity && PriceFen is >= 1 and <= MaxNumber && InsuranceFen >= 0 && InsuranceFen <= PriceFen
        && Place is >= 0 and <= MaxPlace && FromVoucher is >= 1 and <= MaxNumber
        && Clock.ToUnixTimeSeconds() is >= 0 and <= MaxSeconds && ListNumber is >= 0 and <= MaxNumber
        && Synced >= 0 && Synced < Counter;

    private byte[] Encode() => FlatMap.Write([
        (ProviderKey, VoucherNumber.Value(Provider)), (CounterKey, Counter), (PreviousKey, Previous?.ToArray()), (CodeKey, Code),
        (ItemKey, Item), (QuantityKey, Quantity), (PriceKey, PriceFen), (InsuranceKey, InsuranceFen), (PlaceKey, (long)Place),
        (FromVoucherKey, FromVoucher), (ClockKey, Clock.ToUnixTimeSeconds()), (ListKey, ListNumber), (SyncedKey, Synced)]);

    private static byte[] KeyIdOf(string region, string device)
    {
        byte[] id = new byte[1 + KeyIdBytes];
        BinaryPrimitives.WriteUInt32BigEndian(id, uint.Parse(region, CultureInfo.InvariantCulture));
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(1 + RegionBytes), VoucherNumber.Value(device));
        return id[1..];
    }
}

/// <summary>What a receipt says, or why it is refused.</summary>
/// <param name="Form">Of <see cref="OfflineReceiptStatus.WrongForm"/>: the rule that the bytes break.</param>
/// <param name="Receipt">Set only if the receipt is genuine.</param>
public sealed record OfflineReading(
    OfflineReceiptStatus Status, VoucherCodeStatus Form = VoucherCodeStatus.Genuine, OfflineReceipt? Receipt = null);

/// <summary>The result of reading a receipt: genuine, or the first rule that it breaks.</summary>
public enum OfflineReceiptStatus
{
    /// <summary>Signed by the device's key. That says nothing about what its voucher still has.</summary>
    Genuine,

    /// <summary>More bytes than any receipt has.</summary>
    TooLong,

    /// <summary>The bytes are no COSE_Sign1 in deterministic CBOR; the reading's form says which rule they break.</summary>
    WrongForm,

    /// <summary>The signed header names another region or device.</summary>
    OtherDevice,

    /// <summary>The device's key did not make the signature.</summary>
    BadSignature,

    /// <summary>A field that this version doesn't know; a first receipt has none before it.</summary>
    UnknownField,

    /// <summary>A field is missing.</summary>
    MissingField,

    /// <summary>A field has another type.</summary>
    WrongType,

    /// <summary>A field's value is beyond what the field can hold.</summary>
    OutOfRange,
}
