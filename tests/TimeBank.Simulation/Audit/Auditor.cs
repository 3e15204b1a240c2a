using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// Sees every stored batch and every answer, and compares both with its own model. It never acts in the world; it only reports.
/// </summary>
internal sealed class Auditor(World world, Disk disk)
{
    private readonly Dictionary<EntryId, List<Intent>> _asked = [];
    private readonly Dictionary<EntryId, Fate> _fates = [];
    private readonly List<StoredBytes> _stored = [];
    private int _acknowledged;
    private long _time;

    public Model Model { get; } = new();

    public IReadOnlyList<StoredBytes> Stored => _stored;

    public IReadOnlyDictionary<EntryId, Fate> Fates => _fates;

    public IReadOnlyCollection<EntryId> AskedIds => _asked.Keys;

    /// <summary>The time of the last entry, in microseconds.</summary>
    public long LastTime => _time;

    /// <summary>The refusals and notes so far, chained by the auditor's own code.</summary>
    public NaiveChain Remembered { get; } = new();

    /// <summary>Takes note of a command before a caller sends it, to any writer and any number of times.</summary>
    public void Wants(Intent intent)
    {
        if (!_asked.TryGetValue(intent.Id, out List<Intent>? intents))
        {
            _asked[intent.Id] = intents = [];
            disk.MayPoison(intent.Id);
        }
        if (!intents.Exists(other => other.Command == intent.Command)) intents.Add(intent);
    }

    public Asked Asks(WriterProcess process, EntryId? id)
    {
        if (id is { } asked) process.Asked(asked);
        return new Asked(
            process, id is { } known ? _fates.GetValueOrDefault(known) : null, process.Waiting, process.Troubles, process.Strangers,
                process.IsBehind, process.Acknowledged, _acknowledged);
    }

    /// <summary>Checks a process's answer to a command: the outcome must be durable and equal to what was stored.</summary>
    public void Answers(Asked asked, Intent intent, Outcome outcome)
    {
        Fate? fate = _fates.GetValueOrDefault(intent.Id);
        if (Wrong(asked, intent, outcome, fate) is { } wrong) throw world.Report(
            $"{asked.Of} answered {intent} with {Text(outcome)}: {wrong}; stored is {fate?.ToString() ?? "nothing"}");
        if (outcome.Entry is { } entry) Acknowledge(asked.Of, (int)entry.Index + 1);
        world.Tally.Add(outcome.Refusal is { } refusal ? $"answer {refusal.Reason}" : "answer accepted");
    }

    /// <summary>Checks a dry run, if nothing was written meanwhile: it must equal the model's prediction.</summary>
    public void AnswersTry(Asked asked, Intent intent, DryRun dryRun, int reading)
    {
        Fate? fate = _fates.GetValueOrDefault(intent.Id);
        if (!asked.WasAlone || fate != asked.Fate) return;
        world.Tally.Add("trials");
        Outcome outcome = dryRun.Outcome;
        bool isTried = fate is null && outcome.Refusal?.Reason is not (Reason.QueueFull or Reason.StoreUnavailable)
            && (intent.Want.Kind == WantKind.Refuse || Shapes.Wrong(intent.Want) is null);
        string? wrong = isTried ? DryRuns.Wrong(Model, intent, dryRun, asked.Of.Clock.Since(reading), _time)
            : Wrong(asked, intent, outcome, fate);
        if (wrong is not null) throw world.Report($"{asked.Of} says that {intent} would give {Text(outcome)}: {wrong}");
    }

    public void AnswersFind(Asked asked, EntryId id, Outcome? outcome)
    {
        Fate? fate = _fates.GetValueOrDefault(id);
        if (outcome is null)
        {
            bool mustKnow = asked.Fate is not null && (asked.WasAlone || asked.Fate.Index < asked.Acknowledged);
            if (mustKnow) throw world.Report($"{asked.Of} doesn't know {id}, which was stored as {fate} before it was asked");
            return;
        }
        if (fate is null || Differs(outcome, fate) is not null) throw world.Report(
            $"{asked.Of} gives {Text(outcome)} for {id}; stored is {fate?.ToString() ?? "nothing"}");
    }

    public void AnswersAccounts(Asked asked, IReadOnlyList<string> paths, IReadOnlyList<Account> accounts)
    {
        bool Fits(string path, int entries)
        {
            Account? account = accounts.FirstOrDefault(found => found.Path.Text == path);
            Book? book = Model.Find(path, entries);
            return book is null ? account is null : account is not null && Comparison.Differs(book, account) is null;
        }

        IEnumerable<int> moments = Enumerable.Range(asked.Least, Model.Size - asked.Least + 1);
        bool fits = asked.WasAlone
            ? moments.Any(entries => paths.All(path => Fits(path, entries)))
            : paths.All(path => moments.Any(entries => Fits(path, entries)));
        world.Tally.Add(asked.WasAlone ? "reads of one moment" : "reads of a writer that isn't alone");
        if (!fits)
        {
            throw world.Report(
                $"{asked.Of} reads [{string.Join("; ", accounts)}] for {string.Join(", ", paths)}, which they never were "
                    + $"{(asked.WasAlone ? "together " : "")}after {asked.Least} to {Model.Size} entries; last they are "
                    + $"[{string.Join("; ", paths.Select(path => Model.Find(path)))}]");
        }
    }

    /// <summary>Checks a stored batch: each entry and refusal must be what the model predicts at its place.</summary>
    public void Stores(LedgerAppend append, WriterProcess by)
    {
        if (append.Before.Size != Model.Size || !Remembered.Is(append.Before.Remembered)
            || append.Entries.Count + append.Remembered.Count == 0)
        {
            throw world.Report(
                $"{by} stored a batch on a head of {append.Before.Size} entries and {append.Before.Remembered} remembered; there are "
                    + $"{Model.Size} and {Remembered}");
        }
        var batch = new StoredBatch(world, this, by, append);
        foreach (AppendedEntry appended in append.Entries)
        {
            batch.PlaceRefusals(Written.Read(appended.Bytes).Seals?.Count ?? Remembered.Count);
            batch.Place(appended);
        }
        batch.PlaceRefusals(long.MaxValue);
        batch.Finish();
    }

    public Intent? IntentOf(EntryId id, string command) =>
        _asked.GetValueOrDefault(id)?.Find(intent => intent.Command.ToString() == command);

    public void Settle(Fate fate)
    {
        if (!_fates.TryAdd(fate.Intent.Id, fate)) throw world.Report(
            $"{fate.Intent.Id} is stored twice: as {_fates[fate.Intent.Id]} and as {fate}");
        if (fate.Index is null) Remembered.Add(fate);
        else Remembered.Seal();
    }

    public void Keep(StoredBytes bytes, long time)
    {
        _stored.Add(bytes);
        _time = time;
    }

    private void Acknowledge(WriterProcess process, int entries)
    {
        // A writer that is behind may know another writer's entry by its id without knowing the balances after it.
        if (!process.IsBehind) process.Acknowledged = Math.Max(process.Acknowledged, entries);
        _acknowledged = Math.Max(_acknowledged, entries);
    }

    private string? Wrong(Asked asked, Intent intent, Outcome outcome, Fate? fate)
    {
        if (outcome.Id != intent.Id || outcome.RequestDigest != intent.Command) return "that is of another command";
        switch (outcome.Refusal?.Reason)
        {
            case Reason.QueueFull: return asked.Waiting > asked.Of.MaxQueue ? null : $"only {asked.Waiting} waited of {asked.Of.MaxQueue}";
            case Reason.StoreUnavailable: return asked.Of.Troubles > asked.Troubles ? null : "nothing was wrong with the store";
            case Reason.InternalError: return disk.IsPoison(intent.Id) ? null : "nothing was wrong with it";
            case Reason.RequestIdReused:
                return fate is not null && fate.Intent.Command != intent.Command
                ? null : "no other command is stored under the id";
        }
        Refusal? shape = intent.Want.Kind == WantKind.Refuse ? null : Shapes.Wrong(intent.Want);
        // This refusal is not stored, so nothing stops a writer that does not know yet what another writer stored under the id.
        bool mayNotKnow = asked.Fate is null || !asked.WasAlone;
        if (shape is not null && shape == outcome.Refusal && mayNotKnow) return null;
        if (fate is null) return shape is null ? "nothing of the kind is stored" : $"it is {shape.Reason} by shape";
        if (fate.Intent.Command != intent.Command) return "the id is another command's";
        if (asked.Fate is not null && !outcome.Replayed) return "it had been decided before";
        return Differs(outcome, fate);
    }

    private string? Differs(Outcome outcome, Fate fate)
    {
        if (outcome.RequestDigest != fate.Intent.Command) return "another command's";
        if (outcome.Refusal != fate.Refusal) return "another refusal";
        if (outcome.Entry?.Index != fate.Index) return "another entry";
        bool sameBytes = outcome.Entry is not { } entry || EntryCodec.Encode(entry).AsSpan().SequenceEqual(_stored[(int)entry.Index].Bytes);
        return sameBytes ? null : "other bytes";
    }

    private static string Text(Outcome outcome) =>
        $"{(outcome.Refusal is { } refusal ? $"{refusal.Reason} ({refusal.Detail})" : outcome.Entry is { } entry ? $"entry {entry.Index}"
            : "a note")}{(outcome.Replayed ? " again" : "")}";
}
