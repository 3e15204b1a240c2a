using System.Net.Sockets;
using Orleans.Runtime;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>What an operator reads where the server can't start: one line, which says what is wrong and what to do.</summary>
public static class ServerStart
{
    public const int CannotStart = 3;

    private const string Addresses = "Name addresses of this machine, and ports that its account may use.";

    /// <summary>The reason in a line; null where it is a bug, which shows its stack.</summary>
    public static string? Explain(Exception error) => Sentence(error)?.ReplaceLineEndings(" ").Trim();

    private static string? Sentence(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Sentence(only),
        UnauthorizedAccessException => $"{error.Message} The account that runs the server, {Environment.UserName}, needs the right to it.",
        // The listener's own text names the address.
        IOException { InnerException: SocketException or Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"{error.Message} Stop what listens there, or give TimeBank:Grpc, TimeBank:Http or TimeBank:Silo another port.",
        SocketException => $"The server can't listen at TimeBank:Grpc, TimeBank:Http or TimeBank:Silo: {error.Message}. {Addresses}",
        InvalidDataException => $"appsettings.json beside the program can't be read: {error.InnerException?.Message ?? error.Message}",
        InvalidOperationException or OrleansConfigurationException or SchemaMismatchException => error.Message,
        StorageUnavailableException or IOException => error.Message,
        _ => null,
    };
}
