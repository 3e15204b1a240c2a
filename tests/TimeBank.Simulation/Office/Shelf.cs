namespace TimeBank.Simulation;

/// <summary>
/// Where a server keeps its state: compared and replaced in one write, as grain storage does it. A write fails, or is stored and reported
/// as failed; that of a dead process arrives or not.
/// </summary>
/// <param name="name">Whose state it is, for the trace.</param>
/// <param name="stored">What is stored at first.</param>
internal sealed class Shelf<TState>(World world, FaultPlan plan, string name, TState stored, Func<bool> mayFail)
{
    /// <summary>What is stored, for the auditor and for people who look at lists.</summary>
    public TState Stored { get; private set; } = stored;

    public long Version { get; private set; }

    public Task<(TState State, long Version)> ReadAsync() => AskAsync($"{name} reads", () => true, () => (Stored, Version));

    /// <exception cref="OfficeUnavailableException">It was not stored, or nobody knows.</exception>
    public Task<long> WriteAsync(TState state, long version, Func<bool> isAlive) => AskAsync($"{name} writes", isAlive, () =>
    {
        if (Strikes($"{name} write fails", plan.AppendFails)) throw new OfficeUnavailableException();
        if (Version != version) throw new OfficeUnavailableException();
        (Stored, Version) = (state, version + 1);
        return Strikes($"{name} write stored, then fails", plan.CommitsThenFails) ? throw new OfficeUnavailableException() : Version;
    });

    private Task<T> AskAsync<T>(string what, Func<bool> isAlive, Func<T> arrives)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.After(world.Chance.Between(20, 2_000), what, () =>
        {
            if (!isAlive() && world.Chance.Permille(500)) return;
            try
            {
                T result = arrives();
                world.After(world.Chance.Between(20, 2_000), $"{what}: answered", () => answer.SetResult(result));
            }
            catch (OfficeUnavailableException lost)
            {
                world.After(world.Chance.Between(20, 2_000), $"{what}: failed", () => answer.SetException(lost));
            }
        });
        return answer.Task;
    }

    private bool Strikes(string fault, int permille)
    {
        if (!mayFail() || !world.Chance.Permille(permille)) return false;
        world.Tally.Add(fault);
        return true;
    }
}

/// <summary>The outcome is unknown, or nothing could be done now: whoever asked tries again under the same id.</summary>
internal sealed class OfficeUnavailableException() : Exception("Nobody knows.");
