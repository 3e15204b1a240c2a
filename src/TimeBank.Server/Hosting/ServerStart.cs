using Orleans.Runtime;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>What an operator reads where the server can't start.</summary>
public static class ServerStart
{
    public const int CannotStart = 3;

    /// <summary>The reason in a sentence; null where it is a bug, which shows its stack.</summary>
    public static string? Explain(Exception error) => error switch
    {
        InvalidOperationException or OrleansConfigurationException or SchemaMismatchException or StorageUnavailableException or IOException or UnauthorizedAccessException => error.Message,
        _ => null,
    };
}
