using Orleans.Providers;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// A demonstration's clock. It stands still where the scenario set it. After the scenario's end it follows the system's clock; if it is
/// ahead of that, it stands until the system's clock catches up, because the journal already has entries of its time. Each server of a
/// cluster has one, and the scenario's grain sets them all.
/// </summary>
public sealed class ScenarioClock(DateTimeOffset start) : TimeProvider, IControllable
{
    /// <summary>The name under which a server keeps its clock for the scenario's grain.</summary>
    public const string Name = "scenario-clock";

    /// <summary>
    /// The last day that a demonstration may reach. Deadlines need days after it, and the calendar ends with 9999. And a journal never goes
    /// back: after an entry of a far year the real clock could never write to it again.
    /// </summary>
    public static readonly DateOnly LastDay = new(2099, 12, 31);

    private long _utcTicks = start.UtcTicks;
    private volatile bool _finished;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset Start { get; } = start;

    /// <summary>Completes at the next <see cref="Set"/>.</summary>
    public Task Moved => Volatile.Read(ref _moved).Task;

    /// <summary>True if the clock is past <see cref="LastDay"/>: older builds had no such limit.</summary>
    public bool IsBeyondEnd => IsBeyond(GetUtcNow());

    public static bool IsBeyond(DateTimeOffset time) => time >= ChinaTime.StartOf(LastDay.AddDays(1));

    public override DateTimeOffset GetUtcNow()
    {
        var set = new DateTimeOffset(Interlocked.Read(ref _utcTicks), TimeSpan.Zero);
        // Do not wait for the system's clock to reach a day past the last one: follow it at once.
        return _finished && System.GetUtcNow() is var real && (real > set || IsBeyond(set)) ? real : set;
    }

    Task<object?> IControllable.ExecuteCommand(int command, object? arg)
    {
        Set((ScenarioRecord)arg!);
        return Task.FromResult<object?>(null);
    }

    /// <summary>Sets the clock. Only the scenario's grain and a server's start call this; the grain keeps the clock from going
    /// back.</summary>
    public void Set(ScenarioRecord scenario)
    {
        (DateTimeOffset now, bool finished) = (scenario.Now, scenario.Finished);
        Interlocked.Exchange(ref _utcTicks, now.UtcTicks);
        _finished = finished;
        Interlocked.Exchange(ref _moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
