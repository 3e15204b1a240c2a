using Orleans.Runtime;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>Tells what can't be reached now from what is wrong.</summary>
internal static class Outage
{
    /// <summary>Whether the database, or the server that runs a grain, wasn't reached. What was asked may have been done.</summary>
    public static bool Is(Exception error) =>
        error is TimeoutException or OrleansMessageRejectionException
        // That the others have taken this server for dead is told by an exception without a type of its own.
        || error.GetType() == typeof(OrleansException)
        || StorageFault.IsOutage(error);
}
