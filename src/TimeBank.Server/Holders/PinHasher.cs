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

    /// <summary>The hash of a PIN in its usual text, <c>$argon2id$v=19$m=…,t=…,p=1$salt$hash</c>.</summary>
    public async Task<string> HashAsync(RegionCode region, OpaqueId elder, string pin)
    {
        byte[] salt = random(SaltBytes);
        string keyed = vault.SearchHashes(region, Field, $"{elder} {pin}")[0];
        byte[] hash = await DeriveAsync(cost, keyed, salt);
        string costs = string.Create(CultureInfo.InvariantCulture, $"m={cost.MemoryKiB},t={cost.Passes},p=1");
        return string.Join('$', "", Form, Version, costs, Convert.ToBase64String(salt), Convert.ToBase64String(hash));
    }

    /// <summary>Whether it is the PIN of a hash. A vault with several master keys tries each: the hash may be of an older one.</summary>
    /// <exception cref="FormatException">The text is no such hash.</exception>
    public async Task<bool> IsRightAsync(string stored, RegionCode region, OpaqueId elder, string pin)
    {
        if (stored.Split('$') is not ["", Form, Version, var costs, var salt, var hash]) throw new FormatException("No hash of a PIN.");
        if (costs.Split(',', '=') is not ["m", var memory, "t", var passes, "p", "1"]) throw new FormatException("No hash of a PIN.");
        var paid = new PinCost(int.Parse(memory, CultureInfo.InvariantCulture), int.Parse(passes, CultureInfo.InvariantCulture));
        byte[] wanted = Convert.FromBase64String(hash);
        foreach (string keyed in vault.SearchHashes(region, Field, $"{elder} {pin}"))
        {
            byte[] derived = await DeriveAsync(paid, keyed, Convert.FromBase64String(salt));
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
