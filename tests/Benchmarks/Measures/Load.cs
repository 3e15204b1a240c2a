using System.Diagnostics;

namespace TimeBank.Benchmarks.Measures;

/// <summary>Callers in a closed loop: each asks, waits for its answer, and asks again.</summary>
internal static class Load
{
    /// <summary>Runs the callers for a time and measures each operation.</summary>
    /// <param name="call">One operation of a caller, given the caller's number from 0. Throws for a wrong answer.</param>
    /// <param name="scheduler">The scheduler of the callers; null for the thread pool.</param>
    public static async Task<Round> RunAsync(int callers, TimeSpan time, Func<int, Task> call, TaskScheduler? scheduler = null)
    {
        long start = Stopwatch.GetTimestamp(), end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        List<long>[] all = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller =>
            Task.Factory.StartNew(() => AskAsync(caller), CancellationToken.None, TaskCreationOptions.None,
                scheduler ?? TaskScheduler.Default).Unwrap()));
        return Round.Of([.. all.SelectMany(latencies => latencies)], Stopwatch.GetElapsedTime(start).TotalSeconds,
            Stopwatch.Frequency / 1_000.0);

        async Task<List<long>> AskAsync(int caller)
        {
            var latencies = new List<long>();
            for (long asked = Stopwatch.GetTimestamp(); asked < end;)
            {
                await call(caller);
                long answered = Stopwatch.GetTimestamp();
                latencies.Add(answered - asked);
                asked = answered;
            }
            return latencies;
        }
    }
}
