using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The finance office of a world: its server, which crashes, its shelf, its bank, and the way to them. Calls and answers are lost, doubled
/// and late.
/// </summary>
internal sealed class Office
{
    private const int MostAttempts = 12, MostAttemptsAtLast = 40;
    private const long Patience = 4_000_000, LastPatience = 3_600_000_000;

    private readonly World _world;
    private readonly Network _network;
    private readonly Auditor _auditor;
    private readonly FaultPlan _plan;
    private readonly Shelf<OfficeState> _shelf;
    private readonly List<OfficeStep> _steps = [];
    private readonly Dictionary<EntryId, OfficeAnswer> _answers = [];
    private readonly List<(EntryId Id, DateOnly Day, Draft Draft)> _entries = [];
    private OfficeServer _server;
    private int _servers, _ids;
    private bool _isCalm;

    public Office(World world, Network network, Auditor auditor, FaultPlan plan)
    {
        (_world, _network, _auditor, _plan) = (world, network, auditor, plan);
        _shelf = new Shelf<OfficeState>(world, plan, "office", new OfficeState(), () => !_isCalm && !plan.IsQuiet);
        Bank = new OfficeBank(world);
        _server = NewServer();
    }

    public OfficeBank Bank { get; }

    /// <summary>What is stored, as lists show it.</summary>
    public OfficeState Stored => _shelf.Stored;

    /// <summary>The office's calendar.</summary>
    public DateOnly Today { get; private set; } = new(2026, 10, 1);

    public void MayCrash()
    {
        if (_isCalm || !_server.IsAlive || _plan.CrashPerMillion == 0 || _world.Chance.Below(1_000_000) >= _plan.CrashPerMillion) return;
        _server.Crash();
        _world.After(_world.Chance.Between(100, 500_000), "the office opens again", () => _server = NewServer());
    }

    public void Calm()
    {
        _isCalm = true;
        Bank.PaysAll = true;
    }

    public void PassDays(int days)
    {
        Today = Today.AddDays(days);
        for (int day = 0; day < days; day++) Bank.Pass(Today);
    }

    public EntryId NewId() => EntryId.Of("OFFICE", new Guid(++_ids, 0, 0, new byte[8]));

    /// <summary>Asks for a step until its answer is known. Null where somebody gave up; <see cref="SettleAsync"/> asks again.</summary>
    public async Task<OfficeAnswer?> AskAsync(OfficeStep step)
    {
        if (!_steps.Contains(step)) _steps.Add(step);
        for (int attempt = 1; attempt <= (_isCalm ? MostAttemptsAtLast : MostAttempts); attempt++)
        {
            if (await SendAsync(step) is { } answer)
            {
                // What a line says comes again until it is recorded, so only its last answer stands.
                bool isAgain = _answers.TryGetValue(step.Id, out OfficeAnswer? before) && step.Kind != OfficeStepKind.RecordLine;
                if (isAgain && $"{before}" != $"{answer}") throw _world.Report($"the office answered {step} first {before}, then {answer}");
                _answers[step.Id] = answer;
                _world.Tally.Add($"office {step.Kind}{(answer.Refused is null ? "" : " refused")}");
                return answer;
            }
            await _world.DelayAsync(_world.Chance.Between(100, 200_000), "somebody asks the office again");
        }
        return _isCalm ? throw _world.Report($"the office never answers {step}, though nothing fails any more") : null;
    }

    /// <summary>Writes an entry that needs no state of the office, until its outcome is known. Null where somebody gave up.</summary>
    public async Task<Outcome?> WriteAsync(EntryId id, DateOnly day, Draft draft)
    {
        if (!_entries.Exists(entry => entry.Id == id)) _entries.Add((id, day, draft));
        Intent intent = OfficeIntents.Make(_auditor, _world, id, "CLERK", day, draft);
        for (int attempt = 1; attempt <= (_isCalm ? MostAttemptsAtLast : MostAttempts); attempt++)
        {
            Outcome? outcome = await _network.SubmitAsync(intent, Patience);
            if (OfficeIntents.IsKnown(outcome)) return outcome;
            await _world.DelayAsync(_world.Chance.Between(100, 200_000), "a clerk tries again");
        }
        return _isCalm ? throw _world.Report($"nobody answers {intent}, though nothing fails any more") : null;
    }

    /// <summary>Asks for everything once more that has no answer, in the order in which it was asked.</summary>
    public async Task SettleAsync()
    {
        foreach ((EntryId id, DateOnly day, Draft draft) in _entries.ToArray()) await WriteAsync(id, day, draft);
        foreach (OfficeStep step in _steps.Where(step => !_answers.ContainsKey(step.Id)).ToArray()) await AskAsync(step);
    }

    /// <summary>Asks for everything again: nothing may change.</summary>
    public async Task RepeatAsync()
    {
        int entries = _auditor.Model.Size;
        foreach (OfficeStep step in _steps.ToArray()) await AskAsync(step);
        foreach ((EntryId id, DateOnly day, Draft draft) in _entries.ToArray()) await WriteAsync(id, day, draft);
        if (_auditor.Model.Size != entries) throw _world.Report("the office wrote something new when it was asked again");
    }

    private Task<OfficeAnswer?> SendAsync(OfficeStep step)
    {
        var answer = new TaskCompletionSource<OfficeAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.After(_isCalm ? LastPatience : Patience, "the office doesn't answer", () => answer.TrySetResult(null));
        int times = Strikes(_plan.LostRequests) ? 0 : Strikes(_plan.DoubledRequests) ? 2 : 1;
        for (int time = 0; time < times; time++)
        {
            _world.After(_world.Chance.Between(50, 1_000), $"the office is asked: {step}", () =>
            {
                if (_server.IsAlive) _server.Carry(step, result =>
                {
                    if (!Strikes(_plan.LostAnswers)) _world.After(_world.Chance.Between(50, 1_000), "the office answers", () =>
                        answer.TrySetResult(result));
                });
            });
        }
        return answer.Task;
    }

    private bool Strikes(int permille) => !_isCalm && _world.Chance.Permille(permille);

    private OfficeServer NewServer() => new(_world, _network, _auditor, _shelf, $"office-{++_servers}");
}
