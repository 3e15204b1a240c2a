using System.Collections.Concurrent;

namespace TimeBank.Platform.Tests.Orleans;

/// <summary>Lets a test and the grains of its silo, which run in one process, wait for each other. A signal stays raised.</summary>
internal static class Signals
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Raised = new();

    public static void Raise(string name) => Of(name).TrySetResult();

    /// <summary>Gives up after half a minute, so that a broken promise fails and does not hang.</summary>
    public static Task WhenRaised(string name) => Of(name).Task.WaitAsync(TimeSpan.FromSeconds(30));

    private static TaskCompletionSource Of(string name) =>
        Raised.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
