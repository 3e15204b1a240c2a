namespace TimeBank.Simulation;

/// <summary>
/// Where the office's state is kept: compared and replaced in one write, as grain storage does it. A write fails, or is stored and reported
/// as failed; that of a dead process arrives or not.
/// </summary>
internal sealed class Shelf(World world, FaultPlan plan)
{
    /// <summary>What is stored, for the auditor and for people who look at lists.</summary>
    public OfficeState Stored { get; private set; } = new();

    public long Version { get; private set; }

    public bool MayFail { get; set; } = !plan.IsQuiet;

    public Task<(OfficeState State, long Version)> ReadAsync() => AskAsync("office reads", () => true, () => (Stored, Version));

    /// <exception cref="OfficeUnavailableException">It was not stored, or nobody knows.</exception>
    public Task<long> WriteAsync(OfficeState state, long version, Func<bool> isAlive) => AskAsync("office writes", isAlive, () =>
    {
        if (Strikes("office write fails", plan.AppendFails)) throw new OfficeUnavailableException();
        if (Version != version) throw new OfficeUnavailableException();
        (Stored, Version) = (state, version + 1);
        return Strikes("office write stored, then fails", plan.CommitsThenFails) ? throw new OfficeUnavailableException() : Version;
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
        if (!MayFail || !world.Chance.Permille(permille)) return false;
        world.Tally.Add(fault);
        return true;
    }
}

/// <summary>The outcome is unknown, or nothing could be done now: whoever asked tries again under the same id.</summary>
internal sealed class OfficeUnavailableException() : Exception("Nobody knows.");
