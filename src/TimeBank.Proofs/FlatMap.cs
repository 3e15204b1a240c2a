using System.Formats.Cbor;

namespace TimeBank.Proofs;

/// <summary>
/// A CBOR map without depth: small numbers as keys; numbers, bytes or text as values; in the one deterministic encoding of RFC 8949, 4.2.
/// </summary>
internal static class FlatMap
{
    /// <summary>The largest key, which still has one byte.</summary>
    private const int MaxKey = 23;

    /// <param name="values">Of the types long, byte[] and string; null: left out.</param>
    public static byte[] Write(IEnumerable<(int Key, object? Value)> values)
    {
        (int Key, object? Value)[] written = [.. values.Where(pair => pair.Value is not null)];
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(written.Length);
        foreach ((int key, object? value) in written)
        {
            writer.WriteInt32(key);
            if (value is long number) writer.WriteInt64(number);
            else if (value is byte[] bytes) writer.WriteByteString(bytes);
            else writer.WriteTextString((string)value!);
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <returns><see cref="VoucherCodeStatus.Genuine"/> where the map is sound; else the rule that it breaks.</returns>
    public static VoucherCodeStatus Read(ReadOnlyMemory<byte> encoded, out SortedDictionary<int, object> values)
    {
        values = [];
        var reader = new CborReader(encoded, CborConformanceMode.Lax);
        try
        {
            if (reader.PeekState() != CborReaderState.StartMap) return VoucherCodeStatus.WrongShape;
            if (reader.ReadStartMap() is not { } count) return VoucherCodeStatus.IndefiniteLength;
            int last = -1;
            for (int at = 0; at < count; at++)
            {
                if (reader.PeekState() != CborReaderState.UnsignedInteger) return VoucherCodeStatus.WrongShape;
                ulong key = reader.ReadUInt64();
                if (key > MaxKey) return VoucherCodeStatus.UnknownField;
                if (values.ContainsKey((int)key)) return VoucherCodeStatus.DuplicateKey;
                if ((int)key < last) return VoucherCodeStatus.KeysOutOfOrder;
                last = (int)key;
                VoucherCodeStatus status = Value(reader, out object? value);
                if (status != VoucherCodeStatus.Genuine) return status;
                values.Add(last, value!);
            }
            reader.ReadEndMap();
        }
        catch (CborContentException)
        {
            return VoucherCodeStatus.NotCbor;
        }
        catch (OverflowException)
        {
            return VoucherCodeStatus.OutOfRange;
        }
        if (reader.BytesRemaining > 0) return VoucherCodeStatus.TrailingBytes;
        // What is left is a number or a length that has a shorter form: whatever it is, the one encoding is another.
        return encoded.Span.SequenceEqual(Write(values.Select(pair => (pair.Key, (object?)pair.Value))))
            ? VoucherCodeStatus.Genuine : VoucherCodeStatus.NotShortest;
    }

    private static VoucherCodeStatus Value(CborReader reader, out object? value)
    {
        value = null;
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                value = reader.ReadInt64();
                return VoucherCodeStatus.Genuine;
            case CborReaderState.ByteString:
                value = reader.ReadByteString();
                return VoucherCodeStatus.Genuine;
            case CborReaderState.TextString:
                // Bytes that are no UTF-8 read as U+FFFD here; the comparison with the one encoding finds them.
                value = reader.ReadTextString();
                return VoucherCodeStatus.Genuine;
            case CborReaderState.StartIndefiniteLengthByteString or CborReaderState.StartIndefiniteLengthTextString:
                return VoucherCodeStatus.IndefiniteLength;
            case CborReaderState.StartArray or CborReaderState.StartMap:
                return VoucherCodeStatus.TooDeep;
            default:
                return VoucherCodeStatus.WrongShape;
        }
    }
}
