using System.Text;

namespace Orleans.Runtime;

/// <summary>The UTF-8 bytes of a part of a grain's identity, with their hash.</summary>
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly byte[]? bytes;
    private readonly int hash;

    public IdSpan(byte[] value)
    {
        bytes = value;
        hash = unchecked((int)StableHash.ComputeHash(value));
    }

    public bool IsDefault => bytes is null or [];

    public static IdSpan Create(string id) => new(Encoding.UTF8.GetBytes(id));

    public ReadOnlySpan<byte> AsSpan() => bytes;

    public bool Equals(IdSpan other) => hash == other.hash && AsSpan().SequenceEqual(other.bytes);

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => hash;

    public int CompareTo(IdSpan other) => AsSpan().SequenceCompareTo(other.bytes);

    public override string ToString() => bytes is null ? "" : Encoding.UTF8.GetString(bytes);

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
