using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What one hash costs whoever tries PINs, and us.</summary>
public sealed record PinCost(int MemoryKiB, int Passes)
{
    /// <summary>
    /// RFC 9106, section 4, the second recommended option: 64 MiB and three passes. It has four lanes; libsodium has one, so the same
    /// memory is worked through by one thread. No setting makes it less.
    /// </summary>
    public const int RecommendedMemoryKiB = 64 * 1024, RecommendedPasses = 3;

    public static PinCost Recommended { get; } = new(RecommendedMemoryKiB, RecommendedPasses);
}

/// <summary>
/// Hashes PINs by Argon2id. Six digits have a million values, which no cost protects from whoever holds the hash for a night. So the PIN
/// first goes through the vault's keyed hash: the database alone tells nothing about it.
/// </summary>
/// <remarks>
/// A hash takes a tenth of a second of one processor, and its memory. It runs beside the grains' own threads, and few at once, so that
/// other calls go on meanwhile.
/// </remarks>
public sealed class PinHasher(Vault vault, VaultRandom random, PinCost cost) : IDisposable
{
    private const int SaltBytes = 16, HashBytes = 32;
    private const string Field = "pin", Form = "argon2id", Version = "v=19";

    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The id of the master key by which PINs are hashed now.</summary>
    public string CurrentKey => vault.KeyIds[0];

    /// <summary>Whether a hash of this master key can be looked at. Null: it isn't known which, and each key is tried.</summary>
    public bool HasKey(string? keyId) => keyId is null || vault.KeyIds.Contains(keyId);

    /// <summary>
    /// The hash of a PIN in its usual text, <c>$argon2id$v=19$m=…,t=…,p=1$salt$hash</c>, and the master key's id beside it.
    /// </summary>
    public async Task<KeyedHash> HashAsync(RegionCode region, OpaqueId elder, string pin)
    {
        byte[] salt = random(SaltBytes);
        KeyedHash keyed = vault.KeyedHashes(region, Field, $"{elder} {pin}")[0];
        byte[] hash = await DeriveAsync(cost, keyed.Hash, salt);
        string costs = string.Create(CultureInfo.InvariantCulture, $"m={cost.MemoryKiB},t={cost.Passes},p=1");
        return new KeyedHash(
            keyed.KeyId, string.Join('$', "", Form, Version, costs, Convert.ToBase64String(salt), Convert.ToBase64String(hash)));
    }

    /// <summary>Whether it is the PIN of a hash.</summary>
    /// <param name="keyId">The master key of the hash. Null: it was made before the id stood beside it, and each key is tried.</param>
    /// <exception cref="FormatException">The text is no such hash.</exception>
    public async Task<bool> IsRightAsync(string stored, string? keyId, RegionCode region, OpaqueId elder, string pin)
    {
        if (stored.Split('$') is not ["", Form, Version, var costs, var salt, var hash]) throw new FormatException("No hash of a PIN.");
        if (costs.Split(',', '=') is not ["m", var memory, "t", var passes, "p", "1"]) throw new FormatException("No hash of a PIN.");
        var paid = new PinCost(int.Parse(memory, CultureInfo.InvariantCulture), int.Parse(passes, CultureInfo.InvariantCulture));
        byte[] wanted = Convert.FromBase64String(hash);
        foreach (KeyedHash keyed in vault.KeyedHashes(region, Field, $"{elder} {pin}"))
        {
            if (keyId is not null && keyed.KeyId != keyId) continue;
            byte[] derived = await DeriveAsync(paid, keyed.Hash, Convert.FromBase64String(salt));
            if (CryptographicOperations.FixedTimeEquals(derived, wanted)) return true;
        }
        return false;
    }

    public void Dispose() => _turns.Dispose();

    private async Task<byte[]> DeriveAsync(PinCost paid, string keyed, byte[] salt)
    {
        PasswordBasedKeyDerivationAlgorithm argon = PasswordBasedKeyDerivationAlgorithm.Argon2id(
            new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = paid.MemoryKiB, NumberOfPasses = paid.Passes });
        await _turns.WaitAsync();
        try
        {
            return await Task.Run(() => argon.DeriveBytes(Encoding.ASCII.GetBytes(keyed), salt, HashBytes));
        }
        finally
        {
            _turns.Release();
        }
    }
}
