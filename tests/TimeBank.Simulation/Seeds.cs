namespace TimeBank.Simulation;

/// <summary>Runs many seeds, one world each, as many at a time as there are threads.</summary>
internal sealed class Seeds(ulong from, int count, bool onSqlite, int threads, TextWriter? trace, bool stopsAtFirst = false)
{
    private const int ProgressEvery = 100;

    private readonly Lock _lock = new();
    private readonly Tally _tally = new();
    private int _next;
    private int _found;
    private int _done;

    /// <summary>True where there was no finding.</summary>
    public bool Run(TextWriter output)
    {
        // Our own threads: a world must not use the thread pool, not even share it.
        Thread[] running =
            [.. Enumerable.Range(0, Math.Min(threads, count)).Select(_ => new Thread(() => Work(output), maxStackSize: 16 << 20))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();

        output.WriteLine(
            $"{_done} seeds from {from}{(onSqlite ? " on SQLite" : "")}: {_tally["steps"]} steps, {_tally["entries"]} entries, "
                + $"{_tally["refusals stored"]} refusals, {_found} findings");
        output.WriteLine(
            $"  {string.Join(", ", _tally.Counts.Where(count => count.Key is not ("steps" or "entries" or "refusals stored"))
                .Select(count => $"{count.Key}: {count.Value}"))}");
        return _found == 0;
    }

    private void Work(TextWriter output)
    {
        while (true)
        {
            int at = Interlocked.Increment(ref _next) - 1;
            if (at >= count || (stopsAtFirst && Volatile.Read(ref _found) > 0)) return;
            Simulated simulated = Simulation.Run(from + (ulong)at, onSqlite, trace);
            lock (_lock)
            {
                _done++;
                _tally.Add(simulated.Tally);
                _tally.Add("steps", simulated.Steps);
                if (simulated.Finding is { } finding)
                {
                    _found++;
                    output.WriteLine(
                        $"seed {simulated.Seed}: {finding}\n  again: ./timebank simulate --from {simulated.Seed} --seeds "
                            + $"1{(onSqlite ? " --sqlite" : "")} --trace");
                }
                if (_done % ProgressEvery == 0 && _done < count) output.WriteLine($"{_done} of {count} seeds, {_found} findings");
            }
        }
    }
}
