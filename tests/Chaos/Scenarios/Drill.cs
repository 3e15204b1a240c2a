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
    private LedgerSnapshot _before = null!;
    private Task[] _work = [];
    private readonly SortedDictionary<int, (ServerProcess Server, Connection Connection)> _lives = [];
    private readonly List<Connection> _connections = [];

    private Drill(Machine machine)
    {
        _machine = machine;
        _log = new RequestLog(machine.Log);
        _district = new District(machine.Data, machine.Start);
    }

    public int Answered => _callers.Sum(caller => caller.Answered.Count);

    public int Unanswered => _callers.Sum(caller => caller.Unanswered);

    /// <summary>When a request was last not answered, as a timestamp.</summary>
    public long LastUnanswered => _callers.Max(caller => caller.LastUnanswered);

    /// <summary>The requests for these entries that were answered last, of all callers.</summary>
    public IReadOnlyList<Mutation> Latest(string code, int count) =>
        [.. _callers.SelectMany(caller => caller.Answered).Where(pair => pair.Mutation.Code == code)
            .OrderByDescending(pair => pair.Answer.Index).Take(count).Select(pair => pair.Mutation)];

    /// <summary>To a server that lives.</summary>
    public Connection Connection => _lives.Values.First().Connection;

    /// <summary>Makes a district on a new machine and lets its callers begin.</summary>
    public static async Task<Drill> BeginAsync(Machine machine, int seed)
    {
        var drill = new Drill(machine);
        await drill.StartServerAsync();
        drill._callers = await drill._district.SettleAsync(drill.Connection.Invoker, seed);
        drill._before = await LedgerSnapshot.ReadAsync(machine);
        drill._work = [.. drill._callers.Select(caller => caller.WorkAsync(drill._gate, drill._log, drill._stop.Token))];
        return drill;
    }

    /// <param name="at">Which of a cluster's servers.</param>
    /// <param name="open">Whether callers are let to it.</param>
    public async Task StartServerAsync(int at = 0, bool open = true)
    {
        ServerProcess server = await _machine.StartAsync(at);
        var connection = new Connection(server.Address);
        lock (_lives)
        {
            _connections.Add(connection);
            _lives[at] = (server, connection);
            if (open) _gate.Open([.. _lives.Values.Select(life => life.Connection)]);
        }
    }

    /// <summary>kill -9, while calls are in flight.</summary>
    public async Task KillServerAsync(int at = 0)
    {
        // Calls in flight are cut off. New ones wait for the next life; where another server lives, nobody tells them that this one
        // doesn't.
        if (_lives.Count == 1) _gate.Close();
        _lives.Remove(at, out var life);
        await life.Server.DisposeAsync();
    }

    public Task PauseServerAsync(int at) => _lives[at].Server.PauseAsync();

    public Task ResumeServerAsync(int at) => _lives[at].Server.ResumeAsync();

    /// <summary>Waits until so many more requests were answered.</summary>
    /// <exception cref="ChaosFinding">A caller found something, or the server doesn't answer.</exception>
    public Task AnswersAsync(int more)
    {
        int goal = Answered + more;
        return UntilAsync(() => Answered >= goal, $"{more} more requests are answered");
    }

    /// <summary>Waits until every caller was answered something that it asked from now on.</summary>
    /// <exception cref="ChaosFinding">A caller found something, or isn't answered.</exception>
    public Task EveryoneAsync()
    {
        // What is answered next may have been asked before.
        int[] goals = [.. _callers.Select(caller => caller.Answered.Count + 2)];
        return UntilAsync(() => _callers.Zip(goals).All(pair => pair.First.Answered.Count >= pair.Second), "every caller is answered");
    }

    /// <exception cref="ChaosFinding">A caller found something, or it doesn't come about within a minute.</exception>
    public Task UntilAsync(Func<bool> reached, string what) => UntilAsync(() => Task.FromResult(reached()), what);

    /// <exception cref="ChaosFinding">A caller found something, or it doesn't come about within a minute.</exception>
    public async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!await reached())
        {
            foreach (Task ended in _work.Where(work => work.IsCompleted)) await ended;
            if (patience.IsCancellationRequested) throw new ChaosFinding(
                $"Within a minute it didn't come about that "
                    + $"{what}.\n{string.Join("\n\n", _lives.Values.Select(life => life.Server.SaidLast))}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    /// <summary>Lets every caller finish, asks again what was answered before, kills the servers and audits the database.</summary>
    /// <returns>What was found sound, in a line.</returns>
    public async Task<string> EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_work).WaitAsync(TimeSpan.FromMinutes(2));
        (Mutation Mutation, Answer Answer)[] answered = [.. _callers.SelectMany(caller => caller.Answered)];
        await ReplayAsync(answered);
        foreach (int at in _lives.Keys.ToArray()) await KillServerAsync(at);
        await _before.CheckAsync(_machine, answered);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{answered.Length:N0} answered: {answered.Count(pair => pair.Answer.Index >= 0):N0} entries, "
                + $"{answered.Count(pair => !pair.Answer.Accepted):N0} refusals; {Unanswered:N0} times no answer; each there once, verify "
                + $"passes, totals tie");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach ((ServerProcess server, _) in _lives.Values) await server.DisposeAsync();
        foreach (Connection connection in _connections) connection.Dispose();
        _district.Dispose();
        _log.Dispose();
        _stop.Dispose();
    }

    /// <summary>The latest requests of all get the same answers again, refusals too, from whatever server is asked.</summary>
    private async Task ReplayAsync((Mutation Mutation, Answer Answer)[] answered)
    {
        int turn = 0;
        foreach ((Mutation mutation, Answer answer) in answered.Chunk(Math.Max(1, answered.Length / Replays)).Select(chunk => chunk[^1]))
        {
            Answer? again = await Caller.SendAsync(mutation, await _gate.ConnectionAsync(turn++), _ => { });
            if (again != answer) throw new ChaosFinding(
                $"{mutation.Code} {mutation.RequestId} was answered with {answer} and then with {again}.");
        }
    }
}
