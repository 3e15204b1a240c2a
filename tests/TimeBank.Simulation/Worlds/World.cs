namespace TimeBank.Simulation;

/// <summary>
/// One thread, a virtual clock, and a seed that draws the next event. A step is one continuation of a process or one event that is due.
/// Time passes only between steps.
/// </summary>
internal sealed class World(ulong seed, TextWriter? reader) : IDisposable
{
    private const long MostSteps = 5_000_000;

    /// <summary>How long a busy machine may delay a continuation, in microseconds.</summary>
    private const long LongestPause = 5_000;

    private readonly List<Turn> _ready = [];
    private readonly PriorityQueue<(string What, Action Event), (long Due, long Order)> _due = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

    public Chance Chance { get; } = new(seed);

    public Trace Trace { get; } = new(reader);

    public Tally Tally { get; } = new();

    /// <summary>Microseconds since the world began.</summary>
    public long Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>The first error. The world stops there.</summary>
    public string? Finding { get; private set; }

    /// <summary>
    /// Records an error and returns an exception for it. The code under test may catch the exception, so recording is needed.
    /// </summary>
    public FindingException Report(string finding)
    {
        if (Finding is null) Note($"FINDING {finding}");
        Finding ??= finding;
        return new FindingException(finding);
    }

    public void Note(string line) => Trace.Write($"{Steps} {Now} {line}");

    /// <summary>Reports code under test that runs outside its process: the seed would no longer decide what happens.</summary>
    public void RequireOwnThread(string where)
    {
        if (Environment.CurrentManagedThreadId != _thread || SynchronizationContext.Current is not Turns) throw Report(
            $"{where} was called from outside the simulated processes");
    }

    public void Ready(Turn turn)
    {
        // Report without throwing: an exception on a pool thread would end the program before it prints the finding.
        if (Environment.CurrentManagedThreadId != _thread) Report($"a continuation of {turn.Of.Name} was posted from another thread");
        else if (turn.Of.IsAlive) _ready.Add(turn);
    }

    public void After(long microseconds, string what, Action happens) => _due.Enqueue((what, happens), (Now + microseconds, _order++));

    public Task DelayAsync(long microseconds, string what)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(microseconds, what, passed.SetResult);
        return passed.Task;
    }

    /// <summary>Runs <paramref name="work"/> in the process <paramref name="of"/> up to its first wait.</summary>
    public static void Run(Turns of, Action work)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(of);
        try
        {
            work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs until no event is left, or until there is a finding.</summary>
    public void RunToEnd(Action afterEachStep)
    {
        while (Finding is null && Step()) afterEachStep();
    }

    public void Dispose() => Trace.Dispose();

    private bool Step()
    {
        _ready.RemoveAll(turn => !turn.Of.IsAlive);
        // Sometimes let an outside event overtake ready continuations, as on a busy machine.
        bool comesFirst = _due.TryPeek(out _, out (long Due, long Order) first) && first.Due <= Now + LongestPause && Chance.Permille(50);
        bool runs = _ready.Count > 0 && !comesFirst;
        if (!runs && _due.Count == 0) return false;
        if (++Steps > MostSteps) throw Report($"no end after {MostSteps} steps");
        if (runs)
        {
            int at = Chance.Below(_ready.Count);
            Turn turn = _ready[at];
            _ready.RemoveAt(at);
            Run(turn.Of, () => turn.Call(turn.State));
            return true;
        }
        _due.TryDequeue(out (string What, Action Event) next, out (long Due, long Order) when);
        Now = Math.Max(Now, when.Due);
        Note(next.What);
        next.Event();
        return true;
    }
}
