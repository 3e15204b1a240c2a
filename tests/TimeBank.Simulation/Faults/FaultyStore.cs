using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// One process's connection to the disk. A request arrives late; its answer comes later still, in any order, or is untrue.
/// </summary>
internal sealed class FaultyStore(World world, Disk disk, FaultPlan plan, WriterProcess process) : ILedgerStore
{
    private readonly ILedgerStore _store = disk.Open();

    // The head that an append would leave of which the process doesn't know whether it was stored. It asks for the head next.
    private LedgerHead? _uncertain;

    public ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) => AskAsync("ReadHead", () =>
    {
        LedgerHead? after = _uncertain;
        _uncertain = null;
        MayFailToRead();
        LedgerHead head = disk.ReadHead(_store, region);
        // It only asks whether its append was stored. If it wasn't, the process answers from its old memory until it asks once more.
        if (after is null || head.IsAt(after)) process.HeadSeen();
        return head;
    });

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        AskAsync("Prefetch", () =>
    {
        MayFailToRead();
        return disk.Prefetch(_store, region, keys);
    });

    public ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation) =>
        AskAsync($"Append {append.Before.Size}+{append.Entries.Count}/{append.Remembered.Count}", () =>
    {
        _uncertain = append.After;
        if (Strikes("append fails", plan.AppendFails)) throw Lost();
        if (Strikes("fails, then commits", plan.FailsThenCommits))
        {
            world.After(world.Chance.Between(100, world.Chance.Permille(300) ? 20_000_000 : 50_000), $"{process} late append", () =>
                LandLate(append));
            throw Lost();
        }
        bool fails = Strikes("commits, then fails", plan.CommitsThenFails);
        bool stored;
        try
        {
            stored = disk.Append(_store, append, process, isTold: !fails);
        }
        catch (AppendRefusedException)
        {
            _uncertain = null;
            throw;
        }
        if (fails) throw Lost();
        _uncertain = null;
        if (!stored)
        {
            world.Tally.Add("lost to another writer");
            process.Troubles++;
        }
        return stored;
    });

    private void LandLate(LedgerAppend append)
    {
        try
        {
            if (disk.Append(_store, append, process, isTold: false)) world.Tally.Add("late append stored");
        }
        catch (Exception refused) when (refused is AppendRefusedException or StorageUnavailableException)
        {
            world.Note($"{process} late append: {refused.Message}");
        }
    }

    private ValueTask<T> AskAsync<T>(string what, Func<T> arrives)
    {
        world.RequireOwnThread($"The store's {what}");
        if (world.Chance.Permille(plan.Instant)) return Instant(what, arrives);
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.After(Latency(), $"{process} {what} arrives", () => Arrive(what, arrives, answer));
        return new ValueTask<T>(answer.Task);
    }

    private ValueTask<T> Instant<T>(string what, Func<T> arrives)
    {
        world.Note($"{process} {what} at once");
        try
        {
            return ValueTask.FromResult(arrives());
        }
        catch (Exception error) when (error is StorageUnavailableException or AppendRefusedException)
        {
            process.Troubles++;
            return ValueTask.FromException<T>(error);
        }
    }

    private void Arrive<T>(string what, Func<T> arrives, TaskCompletionSource<T> answer)
    {
        // A request of a dead process may arrive or not.
        if (!process.IsAlive && world.Chance.Permille(500)) return;
        try
        {
            T result = arrives();
            world.After(Latency(), $"{process} {what} answered", () => answer.SetResult(result));
        }
        catch (Exception error) when (error is StorageUnavailableException or AppendRefusedException)
        {
            process.Troubles++;
            world.After(Latency(), $"{process} {what} failed: {(error is AppendRefusedException ? error.GetType().Name : error.Message)}",
                () => answer.SetException(error));
        }
    }

    private void MayFailToRead()
    {
        if (Strikes("read fails", plan.ReadFails)) throw Lost();
    }

    private bool Strikes(string fault, int permille)
    {
        if (!process.MayFail || !world.Chance.Permille(permille)) return false;
        world.Tally.Add(fault);
        return true;
    }

    private long Latency()
    {
        long usual = world.Chance.Between(20, 2_000);
        return process.MayFail && world.Chance.Permille(plan.Slow) ? usual * 1_000 : usual;
    }

    private static StorageUnavailableException Lost() => new("The connection was lost.");
}
