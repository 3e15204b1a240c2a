using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Keeps personal data unreadable for whoever has the database alone. Each party has a random data key, which is stored wrapped under a
/// master key that lies in a file; its values are sealed under the data key. Where the wrapped key is gone, its values are gone.
/// </summary>
/// <remarks>
/// AES-256-GCM throughout, with random nonces of 96 bits. What a text is sealed for (region, party, field) is its associated data, so that
/// a text copied to another place doesn't open there. The class has no state but its keys, and is thread-safe.
/// </remarks>
public sealed class Vault(VaultKeys keys, VaultRandom random) : IDisposable
{
    internal const byte KeyFormat = 1, ValueFormat = 2;

    internal const int NonceSize = 12, TagSize = 16;

    /// <summary>A new data key for a party, wrapped: what is stored beside the party's sealed values.</summary>
    public string NewKey(VaultParty party)
    {
        byte[] key = random(VaultKeys.KeySize);
        try
        {
            return Wrap(key, party);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The same data key under the current master key; the same text where it already is.</summary>
    /// <exception cref="VaultException">The key can't be unwrapped.</exception>
    public string Rewrap(string wrapped, VaultParty party) => WithKey(wrapped, party,
        key => IdOf(wrapped, KeyFormat, $"The data key of {party}") == keys.Current.Id ? wrapped : Wrap(key, party));

    /// <summary>Seals a value under a party's data key.</summary>
    /// <param name="field">What the value is; it opens under this name alone.</param>
    public string Seal(string wrapped, VaultParty party, string field, string value) => WithKey(wrapped, party,
        key => Encrypt(key, ValueFormat, VaultKeys.IdOf(key), Place(party, field), Encoding.UTF8.GetBytes(value)));

    /// <summary>Opens a sealed value.</summary>
    /// <exception cref="VaultException">It was sealed under another key or for another place, or was changed since.</exception>
    public string Open(string wrapped, VaultParty party, string field, string sealedValue)
    {
        string what = $"{party} {field}";
        return WithKey(wrapped, party, key => IdOf(sealedValue, ValueFormat, what) == VaultKeys.IdOf(key)
            ? Encoding.UTF8.GetString(Decrypt(key, Place(party, field), sealedValue, what))
            : throw new VaultException($"{what} was sealed under another data key, which may have been erased."));
    }

    /// <summary>Unwraps a party's data key once, for work on many values. Dispose of it soon: the key is in memory meanwhile.</summary>
    /// <exception cref="VaultException">The key can't be unwrapped.</exception>
    public VaultSession Session(string wrapped, VaultParty party) => new(Unwrap(wrapped, party), party, random);

    /// <summary>
    /// The keyed hashes by which a value is found, the current master key's first. Store the first one; look for all of them, since an
    /// older row has the hash of an older key. Equal values of a region and field have equal hashes.
    /// </summary>
    public IReadOnlyList<string> SearchHashes(RegionCode region, string field, string value) =>
        [.. KeyedHashes(region, field, value).Select(hash => hash.Hash)];

    /// <summary>The same, each with its master key's id, for rows that say beside the hash on which key they hang.</summary>
    public IReadOnlyList<KeyedHash> KeyedHashes(RegionCode region, string field, string value) =>
        [.. keys.All.Select(key => new KeyedHash(key.Name, Convert.ToHexStringLower(
            HMACSHA256.HashData(key.SearchKey, Parts("search", region.ToString(), field, value)))))];

    /// <summary>The ids of the master keys, the current one first.</summary>
    public IReadOnlyList<string> KeyIds => [.. keys.All.Select(key => key.Name)];

    public void Dispose() => keys.Dispose();

    private string Wrap(byte[] dataKey, VaultParty party) =>
        Encrypt(keys.Current.WrappingKey, KeyFormat, keys.Current.Id, Place(party, ""), dataKey);

    /// <summary>Does something with a party's data key, which is in memory no longer than that.</summary>
    private T WithKey<T>(string wrapped, VaultParty party, Func<byte[], T> work)
    {
        byte[] key = Unwrap(wrapped, party);
        try
        {
            return work(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] Unwrap(string wrapped, VaultParty party)
    {
        string what = $"The data key of {party}";
        uint id = IdOf(wrapped, KeyFormat, what);
        VaultKey master = keys.All.FirstOrDefault(key => key.Id == id) ?? throw new VaultException(
            $"{what} is wrapped under the master key {id:x8}, which isn't among this server's ({keys.Names}).");
        return Decrypt(master.WrappingKey, Place(party, ""), wrapped, what);
    }

    /// <summary>The format, the id of the key, the nonce, the encrypted value and its tag, in base64.</summary>
    private string Encrypt(byte[] key, byte format, uint keyId, byte[] place, byte[] value)
    {
        using var aes = new AesGcm(key, TagSize);
        return Convert.ToBase64String(Encrypt(aes, format, keyId, random, place, value));
    }

    internal static byte[] Encrypt(AesGcm aes, byte format, uint keyId, VaultRandom random, byte[] place, ReadOnlySpan<byte> value)
    {
        byte[] envelope = new byte[1 + sizeof(uint) + NonceSize + value.Length + TagSize];
        envelope[0] = format;
        BinaryPrimitives.WriteUInt32BigEndian(envelope.AsSpan(1), keyId);
        random(NonceSize).CopyTo(envelope.AsSpan(1 + sizeof(uint)));
        var parts = new Envelope(envelope);
        aes.Encrypt(parts.Nonce, value, parts.Value, parts.Tag, [.. parts.Head, .. place]);
        return envelope;
    }

    private static byte[] Decrypt(byte[] key, byte[] place, string text, string what)
    {
        using var aes = new AesGcm(key, TagSize);
        return Decrypt(aes, place, Convert.FromBase64String(text), what);
    }

    internal static byte[] Decrypt(AesGcm aes, byte[] place, byte[] envelope, string what)
    {
        var parts = new Envelope(envelope);
        byte[] value = new byte[parts.Value.Length];
        try
        {
            aes.Decrypt(parts.Nonce, parts.Value, parts.Tag, value, [.. parts.Head, .. place]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new VaultException($"{what} was changed, or was sealed for another place or under another key.");
        }
        return value;
    }

    /// <exception cref="VaultException">The text is no envelope of this format.</exception>
    private static uint IdOf(string text, byte format, string what)
    {
        byte[] bytes = new byte[text.Length];
        // Only what was written is an envelope: blanks and other paddings would decode to the same bytes.
        if (!Convert.TryFromBase64String(text, bytes, out int length) || Convert.ToBase64String(bytes, 0, length) != text)
        {
            throw NoEnvelope(what);
        }
        return IdOf(bytes.AsSpan(0, length), format, what);
    }

    /// <exception cref="VaultException">The bytes are no envelope of this format.</exception>
    internal static uint IdOf(ReadOnlySpan<byte> envelope, byte format, string what) =>
        envelope.Length < 1 + sizeof(uint) + NonceSize + TagSize || envelope[0] != format
            ? throw NoEnvelope(what) : BinaryPrimitives.ReadUInt32BigEndian(envelope[1..]);

    private static VaultException NoEnvelope(string what) => new($"{what} is no envelope of the vault, or one of a newer build.");

    private static byte[] Place(VaultParty party, string field) => Parts("seal", party.Region.ToString(), party.Party, field);

    /// <summary>Parts with their lengths before them, so that no two lists of parts are the same bytes.</summary>
    internal static byte[] Parts(params ReadOnlySpan<string> parts)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string part in parts)
        {
            byte[] text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            bytes.Write(length);
            bytes.Write(text);
        }
        return bytes.ToArray();
    }

    /// <summary>Where the parts of an envelope lie.</summary>
    private readonly struct Envelope(byte[] bytes)
    {
        private const int HeadSize = 1 + sizeof(uint);

        public Span<byte> Head => bytes.AsSpan(0, HeadSize);

        public Span<byte> Nonce => bytes.AsSpan(HeadSize, NonceSize);

        public Span<byte> Value => bytes.AsSpan((HeadSize + NonceSize)..^TagSize);

        public Span<byte> Tag => bytes.AsSpan(^TagSize..);
    }
}

/// <summary>A keyed hash, and the id of the master key that made it: eight hexadecimal digits, which say nothing about the key.</summary>
[GenerateSerializer, Immutable, Alias("timebank.keyed-hash")]
public sealed record KeyedHash([property: Id(0)] string KeyId, [property: Id(1)] string Hash);

/// <summary>
/// An unwrapped data key, which seals and opens a party's values as bytes. Each is an envelope like those of <see cref="Vault"/>.
/// </summary>
public sealed class VaultSession(byte[] key, VaultParty party, VaultRandom random) : IDisposable
{
    // Each draw costs as much as sealing a short value.
    private const int DrawnAtOnce = 4_096;

    private readonly AesGcm _aes = new(key, Vault.TagSize);

    private readonly uint _id = VaultKeys.IdOf(key);

    // The same bytes as of Vault.Place; the party's part once.
    private readonly byte[] _place = Vault.Parts("seal", party.Region.ToString(), party.Party);

    private byte[] _drawn = [];
    private int _given;

    /// <param name="field">What the value is; it opens under this name alone.</param>
    public byte[] Seal(string field, ReadOnlySpan<byte> value) =>
        Vault.Encrypt(_aes, Vault.ValueFormat, _id, Draw, Place(field), value);

    /// <exception cref="VaultException">It was sealed under another key or for another place, or was changed since.</exception>
    public byte[] Open(string field, byte[] sealedValue)
    {
        string what = $"{party} {field}";
        return Vault.IdOf(sealedValue, Vault.ValueFormat, what) == _id
            ? Vault.Decrypt(_aes, Place(field), sealedValue, what)
            : throw new VaultException($"{what} was sealed under another data key, which may have been erased.");
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Random bytes, each given once.</summary>
    private byte[] Draw(int count)
    {
        if (_drawn.Length - _given < count) (_drawn, _given) = (random(DrawnAtOnce), 0);
        byte[] next = _drawn[_given..(_given + count)];
        _given += count;
        return next;
    }

    private byte[] Place(string field) => [.. _place, .. Vault.Parts(field)];
}

/// <summary>Whose data they are: a party of a region.</summary>
/// <param name="Party">As in resource names below the region, such as <c>providers/0123456789AB</c>.</param>
public readonly record struct VaultParty(RegionCode Region, string Party)
{
    public override string ToString() => $"regions/{Region}/{Party}";
}

/// <summary>So many bytes that nobody can guess.</summary>
public delegate byte[] VaultRandom(int count);

/// <summary>Something in the vault can't be opened. The message names the place, never a value.</summary>
public sealed class VaultException(string message) : Exception(message);
