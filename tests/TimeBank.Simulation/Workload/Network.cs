using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The network between callers and writers. It delays, loses, doubles and reorders calls and answers.</summary>
internal sealed class Network(World world, Fleet fleet, Auditor auditor, FaultPlan plan)
{
    /// <summary>Null where no answer came in time.</summary>
    public Task<Outcome?> SubmitAsync(Intent intent, long timeout)
    {
        return SendAsync<Outcome?>("submit", timeout, async (process, answer) =>
        {
            Asked asked = auditor.Asks(process, intent.Id);
            Outcome outcome = await process.Writer.SubmitAsync(intent.Proposal);
            auditor.Answers(asked, intent, outcome);
            answer(outcome);
        });
    }

    /// <summary>Null where no answer came in time, or where the id is unknown.</summary>
    public Task<Outcome?> FindAsync(EntryId id) => FindAsync<Outcome?>(id, outcome => outcome, null);

    /// <summary>Null where no answer came in time. An answer has no outcome where the id is unknown.</summary>
    public Task<Found?> LookUpAsync(EntryId id) => FindAsync<Found?>(id, outcome => new Found(outcome), null);

    private Task<T?> FindAsync<T>(EntryId id, Func<Outcome?, T> known, T unknown) =>
        SendAsync<T>("find", 5_000_000, async (process, answer) =>
    {
        T found = unknown;
        Asked asked = auditor.Asks(process, null) with { Fate = auditor.Fates.GetValueOrDefault(id) };
        try
        {
            Outcome? outcome = await process.Writer.FindAsync(id);
            auditor.AnswersFind(asked, id, outcome);
            found = known(outcome);
        }
        catch (StorageUnavailableException)
        {
            RequireReason(asked);
        }
        answer(found);
    });

    /// <summary>Asks for a dry run of a command.</summary>
    public Task TryAsync(Intent intent) => SendAsync<bool>("try", 5_000_000, async (process, answer) =>
    {
        Asked asked = auditor.Asks(process, null) with { Fate = auditor.Fates.GetValueOrDefault(intent.Id) };
        (int entries, int reading) = (auditor.Model.Size, process.Clock.Count);
        DryRun dryRun = await process.Writer.DryRunAsync(intent.Proposal);
        if (auditor.Model.Size == entries) auditor.AnswersTry(asked, intent, dryRun, reading);
        answer(true);
    });

    /// <summary>Null where no answer came in time, or where the store could not be read.</summary>
    public Task<IReadOnlyList<Account>?> AccountsAsync(IReadOnlyList<string> paths) =>
        SendAsync<IReadOnlyList<Account>?>("accounts", 5_000_000, async (process, answer) =>
    {
        IReadOnlyList<Account>? accounts = null;
        Asked asked = auditor.Asks(process, null);
        try
        {
            accounts = await process.Writer.AccountsAsync([.. paths.Select(AccountPath.Parse)]);
            auditor.AnswersAccounts(asked, paths, accounts);
        }
        catch (StorageUnavailableException)
        {
            RequireReason(asked);
        }
        answer(accounts);
    });

    private void RequireReason(Asked asked)
    {
        bool hasReason = asked.Of.Troubles > asked.Troubles || asked.Waiting > asked.Of.MaxQueue;
        if (!hasReason) throw world.Report($"{asked.Of} refused a read while nothing was wrong");
    }

    private Task<T?> SendAsync<T>(string what, long timeout, Func<WriterProcess, Action<T>, Task> call)
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.After(timeout, $"{what} times out", () =>
        {
            if (answer.TrySetResult(default)) world.Tally.Add("no answer in time");
        });
        int times = 1;
        if (Strikes("requests lost", plan.LostRequests)) times = 0;
        else if (Strikes("requests doubled", plan.DoubledRequests)) times = 2;
        for (int time = 0; time < times; time++) world.After(Latency(), $"{what} arrives", () => Deliver(call, answer));
        return answer.Task;
    }

    private void Deliver<T>(Func<WriterProcess, Action<T>, Task> call, TaskCompletionSource<T?> answer)
    {
        WriterProcess process = fleet.Route();
        if (!process.IsAlive) return;
        process.Run(async () =>
        {
            process.Waiting++;
            await call(process, result =>
            {
                if (!Strikes("answers lost", plan.LostAnswers)) world.After(Latency(), "an answer arrives", () =>
                    answer.TrySetResult(result));
            });
            process.Waiting--;
        });
    }

    private bool Strikes(string fault, int permille)
    {
        if (fleet.IsCalm || !world.Chance.Permille(permille)) return false;
        world.Tally.Add(fault);
        return true;
    }

    private long Latency() => world.Chance.Permille(20) ? world.Chance.Between(1_000, 100_000) : world.Chance.Between(50, 1_000);
}

/// <summary>The answer to a look-up of an id.</summary>
internal sealed record Found(Outcome? Outcome);
