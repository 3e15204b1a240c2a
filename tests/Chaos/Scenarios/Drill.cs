using System.Globalization;
using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Callers at work on a machine while a scenario breaks things, and the audit after it.</summary>
internal sealed class Drill : IAsyncDisposable
{
    private const int Replays = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Machine _machine;
    private readonly RequestLog _log;
    private readonly District _district;
    private readonly Gate _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<Caller> _callers = [];
    private Books _before = null!;
    private Task _work = Task.CompletedTask;
    private ServerProcess? _server;
    private Connection? _connection;

    private Drill(Machine machine)
    {
        _machine = machine;
        _log = new RequestLog(machine.Log);
        _district = new District(machine.Data);
    }

    public int Answered => _callers.Sum(caller => caller.Answered.Count);

    public int Unanswered => _callers.Sum(caller => caller.Unanswered);

    /// <summary>The requests for these entries that were answered last, of all callers.</summary>
    public IReadOnlyList<Mutation> Latest(string code, int count) =>
        [.. _callers.SelectMany(caller => caller.Answered).Where(pair => pair.Mutation.Code == code).OrderByDescending(pair => pair.Answer.Index).Take(count).Select(pair => pair.Mutation)];

    public Connection Connection => _connection!;

    /// <summary>Makes a district on a new machine and lets its callers begin.</summary>
    public static async Task<Drill> BeginAsync(Machine machine, int seed)
    {
        var drill = new Drill(machine);
        await drill.StartServerAsync();
        drill._callers = await drill._district.SettleAsync(drill.Connection.Invoker, seed);
        drill._before = await Books.ReadAsync(machine);
        drill._work = Task.WhenAll(drill._callers.Select(caller => caller.WorkAsync(drill._gate, drill._log, drill._stop.Token)));
        return drill;
    }

    /// <param name="open">Whether callers are let to it.</param>
    public async Task StartServerAsync(bool open = true)
    {
        _server = await _machine.StartAsync();
        _connection = new Connection(_server.Address);
        if (open) _gate.Open(_connection);
    }

    /// <summary>kill -9, while calls are in flight.</summary>
    public async Task KillServerAsync()
    {
        // New calls wait for the next life; those in flight are cut off.
        _gate.Close();
        await _server!.DisposeAsync();
        _connection!.Dispose();
        _server = null;
    }

    /// <summary>Waits until so many more requests were answered.</summary>
    /// <exception cref="ChaosFinding">A caller found something, or the server doesn't answer.</exception>
    public Task AnswersAsync(int more)
    {
        int goal = Answered + more;
        return UntilAsync(() => Answered >= goal, $"{more} more requests are answered");
    }

    /// <exception cref="ChaosFinding">A caller found something, or it doesn't come about within a minute.</exception>
    public Task UntilAsync(Func<bool> reached, string what) => UntilAsync(() => Task.FromResult(reached()), what);

    /// <exception cref="ChaosFinding">A caller found something, or it doesn't come about within a minute.</exception>
    public async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!await reached())
        {
            if (_work.IsCompleted) await _work;
            if (patience.IsCancellationRequested) throw new ChaosFinding($"Within a minute it didn't come about that {what}.\n{_server?.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    /// <summary>Lets every caller finish, asks again what was answered before, kills the server and audits the database.</summary>
    /// <returns>What was found sound, in a line.</returns>
    public async Task<string> EndAsync()
    {
        await _stop.CancelAsync();
        await _work.WaitAsync(TimeSpan.FromMinutes(2));
        (Mutation Mutation, Answer Answer)[] answered = [.. _callers.SelectMany(caller => caller.Answered)];
        await ReplayAsync(answered);
        await KillServerAsync();
        await _before.CheckAsync(_machine, answered);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{answered.Length:N0} answered: {answered.Count(pair => pair.Answer.Index >= 0):N0} entries, {answered.Count(pair => !pair.Answer.Accepted):N0} refusals; {Unanswered:N0} times no answer; each there once, verify passes, totals tie");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_server is not null) await _server.DisposeAsync();
        _connection?.Dispose();
        _district.Dispose();
        _log.Dispose();
        _stop.Dispose();
    }

    /// <summary>The latest requests of all get the same answers again, refusals too.</summary>
    private async Task ReplayAsync((Mutation Mutation, Answer Answer)[] answered)
    {
        foreach ((Mutation mutation, Answer answer) in answered.Chunk(Math.Max(1, answered.Length / Replays)).Select(chunk => chunk[^1]))
        {
            Answer? again = await Caller.SendAsync(mutation, Connection, _ => { });
            if (again != answer) throw new ChaosFinding($"{mutation.Code} {mutation.RequestId} was answered with {answer} and then with {again}.");
        }
    }
}
