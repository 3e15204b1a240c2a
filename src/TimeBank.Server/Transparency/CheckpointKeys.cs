using System.Collections.Concurrent;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The Ed25519 keys that sign checkpoints, each under the name of every region. They come from the settings, or else from a file. A server
/// that listens on loopback only makes the file at its first start.
/// </summary>
public sealed class CheckpointKeys : ICheckpointKeys, IDisposable
{
    private const string FileName = "checkpoint-keys.pem";
    private readonly string _prefix;
    private readonly IReadOnlyList<SigningKey> _keys;
    private readonly ConcurrentDictionary<RegionCode, IReadOnlyList<NoteSigner>> _signers = new();

    private CheckpointKeys(string prefix, IReadOnlyList<SigningKey> keys) => (_prefix, _keys) = (prefix, keys);

    /// <exception cref="InvalidOperationException">The keys are missing, invalid or readable by others; the message says how to mend
    /// it.</exception>
    public static CheckpointKeys Open(TimeBankOptions options) => new(OriginOf(options), ReadKeys(
        options.CheckpointKeys, nameof(TimeBankOptions.CheckpointKeys), FileOf(options), nameof(TimeBankOptions.CheckpointKeyFile),
        options.IsLocal));

    /// <summary>The name under which the server signs; a region's code follows.</summary>
    internal static string OriginOf(TimeBankOptions options)
    {
        string prefix = options.Origin.Trim('/');
        if (prefix.Length == 0 || prefix.Contains("//", StringComparison.Ordinal)
            || prefix.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == '+'))
        {
            throw new InvalidOperationException(
                $"TimeBank:Origin must be a URL without its scheme, such as timebank.example, and not '{options.Origin}'.");
        }
        return prefix;
    }

    /// <summary>Keys from a setting, or else from a file.</summary>
    internal static IReadOnlyList<SigningKey> ReadKeys(string pem, string setting, string file, string fileSetting, bool mayCreate)
    {
        try
        {
            return SigningKey.Read(pem.Length > 0 ? pem : Read(file, fileSetting, mayCreate));
        }
        catch (FormatException error)
        {
            throw new InvalidOperationException($"{(pem.Length > 0 ? $"TimeBank:{setting}" : file)}: {error.Message}");
        }
    }

    /// <summary>The existing keys; null if there are none. Makes no file.</summary>
    /// <exception cref="InvalidOperationException">As in <see cref="Open"/>.</exception>
    public static CheckpointKeys? Find(TimeBankOptions options) => options.CheckpointKeys.Length > 0 || File.Exists(FileOf(options))
        ? Open(options) : null;

    public string OriginOf(RegionCode region) => $"{_prefix}/{region}";

    public IReadOnlyList<NoteSigner> Of(RegionCode region) =>
        _signers.GetOrAdd(region, code => [.. _keys.Select(key => key.Signer(OriginOf(code)))]);

    public NoteStatus Check(RegionCode region, SignedNote note) =>
        note.Check([.. Of(region).Select(signer => signer.Key)], SigningKey.Check);

    public void Dispose()
    {
        foreach (SigningKey key in _keys) key.Dispose();
    }

    private static string FileOf(TimeBankOptions options) => options.CheckpointKeyFile.Length > 0
        ? options.CheckpointKeyFile : Path.Combine(options.Data, FileName);

    // Unless all is local, the operator provides the key: one that the server made by the way could be lost by the way, without a backup.
    private static string Read(string file, string fileSetting, bool mayCreate) => mayCreate || File.Exists(file)
        ? OwnerOnlyFile.ReadOrCreate(file, SigningKey.Create)
        : throw new InvalidOperationException(
        $"{file} is missing: make a key with `openssl genpkey -algorithm ed25519 -out {file}` and `chmod 600 {file}`, or name another "
            + $"file as TimeBank:{fileSetting}.");
}

/// <summary>Sets up the signing of journal heads, and the guard against an older database.</summary>
public static class TransparencySetup
{
    /// <summary>The name of the checkpoints' folder in the data folder.</summary>
    internal const string CheckpointsName = "checkpoints";

    public static void AddTimeBankTransparency(this IServiceCollection services, TimeBankOptions options)
    {
        CheckpointKeys keys = CheckpointKeys.Open(options);
        VoucherKeys voucherKeys = VoucherKeys.Open(options);
        // Factories, because the host disposes only services that it made.
        services.AddSingleton<ICheckpointKeys>(_ => keys);
        services.AddSingleton(_ => voucherKeys);
        services.AddSingleton<ISignedHeads>(options.CheckpointFolder());
        services.AddSingleton(provider => new CheckpointSigner(
            provider.GetRequiredService<ITreeStore>(), provider.GetRequiredService<ISignedHeads>(),
                provider.GetRequiredService<ICheckpointKeys>(),
            TimeProvider.System, provider.GetRequiredService<ILogger<CheckpointSigner>>()));
        services.AddSingleton(provider => new JournalBell(provider.GetRequiredService<CheckpointSigner>()));
        services.AddSingleton<IJournalWatch>(provider => provider.GetRequiredService<JournalBell>());
        services.AddSingleton<ProofReader>();
        services.AddHostedService<JournalWaker>();
    }

    /// <summary>The folder that keeps the last signed checkpoints outside the database.</summary>
    public static CheckpointFolder CheckpointFolder(this TimeBankOptions options) => options.Checkpoints.Length > 0
        ? new CheckpointFolder(options.Checkpoints)
        : new CheckpointFolder(Path.Combine(options.Data, CheckpointsName), ownerOnly: true);
}
