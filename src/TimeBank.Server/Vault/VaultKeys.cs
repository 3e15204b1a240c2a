using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// The master keys of the vault: a file of lines, each of them 32 random bytes in base64. The first key wraps; all of them unwrap, so that
/// keys can be exchanged one after the other.
/// </summary>
public sealed class VaultKeys : IDisposable
{
    public const int KeySize = 32;

    private const string FileName = "vault.key";

    private VaultKeys(ImmutableArray<VaultKey> keys) => All = keys;

    public ImmutableArray<VaultKey> All { get; }

    public VaultKey Current => All[0];

    /// <summary>The keys' ids, for messages.</summary>
    public string Names => string.Join(", ", All.Select(key => key.Name));

    /// <summary>A new key, as a line of the file.</summary>
    public static string Create(VaultRandom random) => $"{Convert.ToBase64String(random(KeySize))}\n";

    /// <summary>Reads the lines of the file. Empty lines and those that begin with # are left out.</summary>
    /// <exception cref="FormatException">There is no key, or something else. The message does not repeat it.</exception>
    public static VaultKeys Read(string text)
    {
        string[] lines = [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))];
        ImmutableArray<VaultKey> keys = [.. lines.Select(Key)];
        if (keys.IsEmpty) throw new FormatException("There is no key: each line has one, 32 bytes in base64.");
        if (keys.DistinctBy(key => key.Id).Count() < keys.Length) throw new FormatException("A key stands there twice.");
        return new VaultKeys(keys);
    }

    /// <summary>The keys that the settings name.</summary>
    /// <exception cref="InvalidOperationException">They are missing, invalid or readable by others; the message says how to mend
    /// it.</exception>
    public static VaultKeys Open(TimeBankOptions options, VaultRandom random)
    {
        string file = options.VaultKeyFile.Length > 0 ? options.VaultKeyFile : Path.Combine(options.Data, FileName);
        // Unless all is local, the operator provides the key, and keeps a copy of it. Servers of one cluster must not make a key each.
        bool mayCreate = options.IsLocal && options.Cluster.Length == 0;
        if (!mayCreate && !File.Exists(file))
        {
            throw new InvalidOperationException(
                $"{file} is missing: make a key with `openssl rand -base64 32 > {file}` and `chmod 600 {file}`, keep a copy of it apart "
                    + "from the database, and give it to all servers; or name another file as TimeBank:VaultKeyFile.");
        }
        try
        {
            return Read(OwnerOnlyFile.ReadOrCreate(file, () => Create(random)));
        }
        catch (FormatException error)
        {
            throw new InvalidOperationException($"{file}: {error.Message}");
        }
    }

    public void Dispose()
    {
        foreach (VaultKey key in All) key.Dispose();
    }

    /// <summary>What names a key in an envelope. It says nothing about the key.</summary>
    internal static uint IdOf(byte[] key) => BinaryPrimitives.ReadUInt32BigEndian(Derive(key, "id"));

    internal static byte[] Derive(byte[] key, string use) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: System.Text.Encoding.ASCII.GetBytes($"timebank vault {use} 1"));

    private static VaultKey Key(string line)
    {
        byte[] bytes = new byte[KeySize + 1];
        return Convert.TryFromBase64String(line, bytes, out int length) && length == KeySize
            ? new VaultKey(bytes[..KeySize]) : throw new FormatException("One of the lines is no key: 32 bytes in base64.");
    }
}

/// <summary>A master key. It is used through keys that are derived from it, one for each use.</summary>
public sealed class VaultKey(byte[] master) : IDisposable
{
    public uint Id { get; } = VaultKeys.IdOf(master);

    /// <summary>The id as people and rows write it: eight hexadecimal digits.</summary>
    public string Name => $"{Id:x8}";

    /// <summary>Wraps the parties' data keys.</summary>
    public byte[] WrappingKey { get; } = VaultKeys.Derive(master, "wrap");

    /// <summary>Makes the hashes by which values are found.</summary>
    public byte[] SearchKey { get; } = VaultKeys.Derive(master, "search");

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(WrappingKey);
        CryptographicOperations.ZeroMemory(SearchKey);
    }
}

/// <summary>Sets up the vault.</summary>
public static class VaultSetup
{
    /// <exception cref="InvalidOperationException">As in <see cref="VaultKeys.Open"/>.</exception>
    public static void AddTimeBankVault(this IServiceCollection services, TimeBankOptions options)
    {
        VaultKeys keys = VaultKeys.Open(options, RandomNumberGenerator.GetBytes);
        // A factory, because the host disposes only services that it made.
        services.AddSingleton(_ => new Vault(keys, RandomNumberGenerator.GetBytes));
        services.AddSingleton(all => new PinHasher(
            all.GetRequiredService<Vault>(), RandomNumberGenerator.GetBytes, PinCost.Recommended));
    }
}
