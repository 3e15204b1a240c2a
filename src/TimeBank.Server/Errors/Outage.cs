using Orleans.Runtime;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>Tells what can't be reached now from what is wrong.</summary>
internal static class Outage
{
    /// <summary>
    /// Whether the database, or the server that runs a grain, wasn't reached. What was asked may have been done. That something was
    /// cancelled, where the caller
    /// cancelled nothing, says that whoever waited for it inside has given up.
    /// </summary>
    public static bool Is(Exception error) =>
        StorageFault.IsOutage(error)
        || error is TimeoutException or OperationCanceledException or OrleansMessageRejectionException
        // That the others have taken this server for dead is told by an exception without a type of its own; one around another says what
        // the other one says.
        || (error.GetType() == typeof(OrleansException) && error.InnerException is null or TimeoutException or OperationCanceledException);
}
