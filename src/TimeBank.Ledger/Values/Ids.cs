using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>
/// The id of a party, an order or a voucher: 12 letters and digits of Crockford's base 32. It says nothing about the person it names. It is
/// derived from the entry or request that first named the thing, so a retry gives the same id.
/// </summary>
public readonly record struct OpaqueId
{
    public const int Length = 12;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    private OpaqueId(string text) => Text = text;

    public string Text { get; }

    public static OpaqueId From(EntryId id) => new(string.Create(Length, id.Value, static (letters, bits) =>
    {
        for (int at = 0; at < letters.Length; at++, bits >>= 5) letters[at] = Alphabet[(int)(bits & 31)];
    }));

    public static OpaqueId Parse(string text) => TryParse(text, out OpaqueId id)
        ? id : throw new FormatException($"'{text}' is not an id: 12 letters and digits.");

    public static bool TryParse([NotNullWhen(true)] string? text, out OpaqueId id)
    {
        id = default;
        if (text is not { Length: Length } || text.AsSpan().ContainsAnyExcept(Letters)) return false;
        id = new OpaqueId(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}

/// <summary>
/// A name that staff choose for a fund or a programme, such as <c>lottery</c>: 1 to 40 small letters, digits and hyphens.
/// </summary>
public readonly record struct Slug
{
    public const int MaxLength = 40;
    private static readonly SearchValues<char> Letters = SearchValues.Create("-0123456789abcdefghijklmnopqrstuvwxyz");

    private Slug(string text) => Text = text;

    public string Text { get; }

    public static Slug Parse(string text) => TryParse(text, out Slug slug)
        ? slug : throw new FormatException($"'{text}' is not a name: 1 to 40 small letters, digits and hyphens.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Slug slug)
    {
        slug = default;
        if (text is null || text.Length is 0 or > MaxLength || text.AsSpan().ContainsAnyExcept(Letters)) return false;
        slug = new Slug(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}

/// <summary>
/// The id of a journal entry and its idempotency key, for ever: 128 bits derived from the acting party, the request id that the caller
/// chose, and the step of the work. The acting party is part of it, so that no caller can block or probe another caller's ids.
/// </summary>
/// <remarks>
/// If the request id is a UUID of version 7 (RFC 9562), the entry id begins with its 48 bits of time: ids of the same hour then lie side by
/// side in the database index. The other 80 bits come from the hash. For any other UUID all 128 bits come from the hash.
/// </remarks>
public readonly record struct EntryId(UInt128 Value)
{
    public const int Size = 16;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    private const int HashedBits = 80;

    public static EntryId Of(string actor, Guid request, string step = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        // A line break separates the hashed parts: an actor with a line break in it could name another party's ids.
        if (actor.Contains('\n')) throw new ArgumentException("An actor has no line break.", nameof(actor));
        EntryId hashed = Hash($"{actor}\n{request:D}\n{step}");
        // The bits of the UUID's variant, then of its version.
        return request is { Variant: >= 8 and <= 11, Version: 7 } ? hashed.Beside(Bits(request)) : hashed;
    }

    /// <summary>The id of a further entry of the same work, such as one voucher of an issue run.</summary>
    public EntryId Step(string step) => Hash($"{this}\n{step}");

    public static EntryId Parse(string hex) => TryParse(hex, out EntryId id)
        ? id : throw new FormatException($"'{hex}' is not an entry id: 32 hexadecimal digits.");

    public static bool TryParse(string? hex, out EntryId id)
    {
        id = default;
        // The framework's parser ignores NULs at the end, so two texts would give one id.
        if (hex is not { Length: 2 * Size } || hex.AsSpan().ContainsAnyExcept(HexDigits)
            || !UInt128.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value)) return false;
        id = new EntryId(value);
        return true;
    }

    /// <exception cref="ArgumentException">The bytes are not 16.</exception>
    public static EntryId FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes))
            : throw new ArgumentException($"An entry id has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    /// <summary>The same 128 bits as a UUID, as some databases store them.</summary>
    public Guid ToGuid()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new Guid(bytes, bigEndian: true);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return Convert.ToHexStringLower(bytes);
    }

    private EntryId Beside(EntryId other) =>
        new((other.Value >> HashedBits << HashedBits) | (Value << (8 * Size - HashedBits) >> (8 * Size - HashedBits)));

    private static EntryId Bits(Guid request)
    {
        Span<byte> bytes = stackalloc byte[Size];
        request.TryWriteBytes(bytes, bigEndian: true, out _);
        return FromBytes(bytes);
    }

    private static EntryId Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return FromBytes(hash[..Size]);
    }
}
