using System.Formats.Cbor;

namespace TimeBank.Proofs;

/// <summary>
/// An untagged COSE_Sign1 (RFC 9052) in deterministic CBOR: Ed25519, a key id in the signed header, an empty unsigned header, no external
/// data. Voucher codes and offline receipts have this form.
/// </summary>
internal readonly struct CoseSign1
{
    private const int AlgorithmLabel = 1, KeyIdLabel = 4, EdDsa = -8, Parts = 4, SignatureBytes = 64;
    private readonly byte[] _header, _signature;

    private CoseSign1(byte[] header, byte[] payload, byte[] signature, byte[] keyId) =>
        (_header, Payload, _signature, KeyId) = (header, payload, signature, keyId);

    public byte[] KeyId { get; }

    /// <summary>The content. Look at it only after <see cref="IsSignedBy"/> has said yes.</summary>
    public byte[] Payload { get; }

    public bool IsSignedBy(ReadOnlySpan<byte> publicKey) => SigningKey.Check(publicKey, Signed(_header, Payload), _signature);

    public static byte[] Write(ReadOnlySpan<byte> keyId, byte[] payload, Func<byte[], byte[]> sign)
    {
        byte[] header = FlatMap.Write([(AlgorithmLabel, (long)EdDsa), (KeyIdLabel, keyId.ToArray())]);
        return Envelope(header, payload, sign(Signed(header, payload)));
    }

    /// <summary>Reads the form, and nothing of the payload.</summary>
    /// <returns><see cref="VoucherCodeStatus.Genuine"/> where the form is sound; else the rule that it breaks.</returns>
    public static VoucherCodeStatus Open(byte[] bytes, int keyIdBytes, out CoseSign1 opened)
    {
        opened = default;
        VoucherCodeStatus status = Open(bytes, out byte[] header, out byte[] payload, out byte[] signature);
        if (status != VoucherCodeStatus.Genuine) return status;
        status = ReadHeader(header, keyIdBytes, out byte[] keyId);
        if (status == VoucherCodeStatus.Genuine) opened = new CoseSign1(header, payload, signature, keyId);
        return status;
    }

    private static VoucherCodeStatus Open(byte[] bytes, out byte[] header, out byte[] payload, out byte[] signature)
    {
        header = payload = signature = [];
        var reader = new CborReader(bytes, CborConformanceMode.Lax);
        try
        {
            if (reader.PeekState() != CborReaderState.StartArray) return VoucherCodeStatus.WrongShape;
            if (reader.ReadStartArray() is not { } parts) return VoucherCodeStatus.IndefiniteLength;
            if (parts != Parts) return VoucherCodeStatus.WrongShape;
            VoucherCodeStatus status = Bytes(reader, out header);
            if (status != VoucherCodeStatus.Genuine) return status;
            if (reader.PeekState() != CborReaderState.StartMap) return VoucherCodeStatus.WrongShape;
            if (reader.ReadStartMap() is not { } unprotected) return VoucherCodeStatus.IndefiniteLength;
            if (unprotected > 0) return VoucherCodeStatus.UnprotectedHeader;
            reader.ReadEndMap();
            status = Bytes(reader, out payload);
            if (status != VoucherCodeStatus.Genuine) return status;
            status = Bytes(reader, out signature);
            if (status != VoucherCodeStatus.Genuine) return status;
            reader.ReadEndArray();
        }
        catch (CborContentException)
        {
            return VoucherCodeStatus.NotCbor;
        }
        if (reader.BytesRemaining > 0) return VoucherCodeStatus.TrailingBytes;
        if (signature.Length != SignatureBytes) return VoucherCodeStatus.WrongShape;
        return bytes.AsSpan().SequenceEqual(Envelope(header, payload, signature))
            ? VoucherCodeStatus.Genuine : VoucherCodeStatus.NotShortest;
    }

    private static VoucherCodeStatus Bytes(CborReader reader, out byte[] bytes)
    {
        bytes = [];
        CborReaderState state = reader.PeekState();
        if (state == CborReaderState.StartIndefiniteLengthByteString) return VoucherCodeStatus.IndefiniteLength;
        if (state != CborReaderState.ByteString) return VoucherCodeStatus.WrongShape;
        bytes = reader.ReadByteString();
        return VoucherCodeStatus.Genuine;
    }

    private static VoucherCodeStatus ReadHeader(byte[] header, int keyIdBytes, out byte[] keyId)
    {
        keyId = [];
        VoucherCodeStatus status = FlatMap.Read(header, out SortedDictionary<int, object> labels);
        if (status == VoucherCodeStatus.UnknownField) return VoucherCodeStatus.OtherHeader;
        if (status != VoucherCodeStatus.Genuine) return status;
        if (labels.GetValueOrDefault(AlgorithmLabel) is not (long)EdDsa) return VoucherCodeStatus.OtherAlgorithm;
        if (labels.Count != 2 || labels.GetValueOrDefault(KeyIdLabel) is not byte[] id || id.Length != keyIdBytes)
        {
            return VoucherCodeStatus.OtherHeader;
        }
        keyId = id;
        return VoucherCodeStatus.Genuine;
    }

    private static byte[] Envelope(byte[] header, byte[] payload, byte[] signature)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(Parts);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The Sig_structure of RFC 9052, 4.4.</summary>
    private static byte[] Signed(byte[] header, byte[] payload)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(Parts);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(header);
        writer.WriteByteString([]);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
