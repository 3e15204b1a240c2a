namespace NSec.Cryptography;

/// <summary>
/// What can be told of a curve point from its 32 bytes (RFC 8032, 5.1.2): the y coordinate, little-endian, with the sign of x in the top bit.
/// Everything here is public data, so nothing needs constant time.
/// </summary>
internal static class EncodedPoint
{
    // The y coordinates of the eight points whose order divides 8: 0, 1, -1 and the two of order 8; then p and p + 1, which are 0 and 1 written
    // in the only other way that fits 255 bits.
    private static readonly byte[][] SmallOrderY =
    [
        Convert.FromHexString("0000000000000000000000000000000000000000000000000000000000000000"),
        Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000"),
        Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        Convert.FromHexString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Convert.FromHexString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ];

    public static bool HasSmallOrder(ReadOnlySpan<byte> point)
    {
        foreach (byte[] y in SmallOrderY)
        {
            if (point[..31].SequenceEqual(y.AsSpan(0, 31)) && (point[31] & 0x7f) == y[31])
                return true;
        }
        return false;
    }

    /// <summary>Whether y is below p = 2^255 - 19, whose bytes are ed, then thirty ff, then 7f.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> point) =>
        (point[31] & 0x7f) != 0x7f || point[1..31].ContainsAnyExcept((byte)0xff) || point[0] < 0xed;
}
