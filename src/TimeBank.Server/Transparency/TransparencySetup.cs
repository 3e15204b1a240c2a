using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>Signing the heads of the journals, and guarding them against an older database.</summary>
public static class TransparencySetup
{
    /// <summary>The folder of checkpoints in the data folder.</summary>
    internal const string CheckpointsName = "checkpoints";

    public static void AddTimeBankTransparency(this IServiceCollection services, TimeBankOptions options)
    {
        CheckpointKeys keys = CheckpointKeys.Open(options);
        // By factories, so that the host ends them when it has stopped.
        services.AddSingleton<ICheckpointKeys>(_ => keys);
        services.AddSingleton<ISignedHeads>(options.CheckpointFolder());
        services.AddSingleton<IJournalWatch>(provider => new CheckpointSigner(
            provider.GetRequiredService<ITreeStore>(), provider.GetRequiredService<ISignedHeads>(), provider.GetRequiredService<ICheckpointKeys>(),
            TimeProvider.System, provider.GetRequiredService<ILogger<CheckpointSigner>>()));
        services.AddSingleton<ProofReader>();
        services.AddHostedService<JournalWaker>();
    }

    /// <summary>Where the last signed checkpoints are kept beside the database.</summary>
    public static CheckpointFolder CheckpointFolder(this TimeBankOptions options) => options.Checkpoints.Length > 0
        ? new CheckpointFolder(options.Checkpoints)
        : new CheckpointFolder(Path.Combine(options.Data, CheckpointsName), ownerOnly: true);
}
