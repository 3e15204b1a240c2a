using System.Globalization;
using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Runs callers on a machine while a scenario breaks things, and audits the database afterwards.</summary>
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

    /// <summary>The timestamp of the last request without an answer.</summary>
    public long LastUnanswered => _callers.Max(caller => caller.LastUnanswered);

    /// <summary>The timestamp of the last answer.</summary>
    public long LastAnswered => _callers.Max(caller => caller.LastAnswered);

    /// <summary>All answered requests that wrote an entry.</summary>
    public IReadOnlyList<(Mutation Mutation, Answer Answer)> Acknowledged =>
        [.. _callers.SelectMany(caller => caller.Answered.ToArray()).Where(pair => pair.Answer.Index >= 0)];

    /// <summary>The latest answered requests with this entry code, of all callers.</summary>
    public IReadOnlyList<Mutation> Latest(string code, int count) =>
        [.. _callers.SelectMany(caller => caller.Answered).Where(pair => pair.Mutation.Code == code)
            .OrderByDescending(pair => pair.Answer.Index).Take(count).Select(pair => pair.Mutation)];

    /// <summary>A connection to a running server.</summary>
    public Connection Connection => _lives.Values.First().Connection;

    /// <summary>Makes a district on a new machine and lets its callers begin.</summary>
    /// <param name="prepare">What to do in between; null for nothing.</param>
    public static async Task<Drill> BeginAsync(Machine machine, int seed, Func<Drill, Task>? prepare = null)
    {
        var drill = new Drill(machine);
        await drill.StartServerAsync();
        drill._callers = await drill._district.SettleAsync(drill.Connection.Invoker, seed);
        if (prepare is not null) await prepare(drill);
        drill._before = await LedgerSnapshot.ReadAsync(machine);
        drill._work = [.. drill._callers.Select(caller => caller.WorkAsync(drill._gate, drill._log, drill._stop.Token))];
        return drill;
    }

    /// <summary>Starts a cluster of two in the place of the server that was alone.</summary>
    public async Task FormClusterAsync(CutNetwork? network = null)
    {
        await KillServerAsync();
        _machine.FormCluster(2, network);
        await StartServerAsync(0);
        await StartServerAsync(1);
    }

    /// <summary>Begins to ask the running servers for their health.</summary>
    public Watch Watch() => new(() =>
    {
        lock (_lives) return [.. _lives.Values.Select(life => life.Connection)];
    });

    /// <summary>Reads something at a running server, as somebody who may.</summary>
    public Task ReadAsync() => _district.ReadAsync(Connection.Invoker);

    /// <param name="at">The number of the server in its cluster.</param>
    /// <param name="open">True to let callers use it.</param>
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

    /// <summary>Kills a server with <c>kill -9</c>, while calls are in flight.</summary>
    public async Task KillServerAsync(int at = 0)
    {
        // Calls in flight are cut off. After the last server new calls wait for the next one; if another server runs, the callers find out
        // by themselves that this one does not.
        if (_lives.Count == 1) _gate.Close();
        await Remove(at).DisposeAsync();
    }

    /// <summary>Tells a server to end (SIGTERM), and waits until it has answered what it was asked, and ended.</summary>
    public async Task DrainServerAsync(int at)
    {
        int code = await _lives[at].Server.DrainAsync();
        await using ServerProcess server = Remove(at);
        if (code != 0) throw new ChaosFinding($"The server that was drained ended with {code}.\n{server.SaidLast}");
    }

    /// <summary>Waits until a server ends by itself.</summary>
    public async Task EndedServerAsync(int at)
    {
        await _lives[at].Server.EndAsync();
        await Remove(at).DisposeAsync();
    }

    public Task PauseServerAsync(int at) => _lives[at].Server.PauseAsync();

    public Task ResumeServerAsync(int at) => _lives[at].Server.ResumeAsync();

    /// <summary>Waits until this many more requests were answered.</summary>
    /// <exception cref="ChaosFinding">A caller found a broken promise, or the server does not answer.</exception>
    public Task AnswersAsync(int more)
    {
        int goal = Answered + more;
        return UntilAsync(() => Answered >= goal, $"{more} more requests are answered");
    }

    /// <summary>Waits until every caller has an answer to a request that it sent from now on.</summary>
    /// <exception cref="ChaosFinding">A caller found a broken promise, or got no answer.</exception>
    public Task EveryoneAsync()
    {
        // The next answer may belong to a request sent before, so wait for the second.
        int[] goals = [.. _callers.Select(caller => caller.Answered.Count + 2)];
        return UntilAsync(() => _callers.Zip(goals).All(pair => pair.First.Answered.Count >= pair.Second), "every caller is answered");
    }

    /// <exception cref="ChaosFinding">A caller found a broken promise, or the condition does not hold within a minute.</exception>
    public Task UntilAsync(Func<bool> reached, string what) => UntilAsync(() => Task.FromResult(reached()), what);

    /// <exception cref="ChaosFinding">A caller found a broken promise, or the condition does not hold within a minute.</exception>
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

    /// <summary>Lets every caller finish, repeats answered requests, kills the servers and audits the database.</summary>
    /// <returns>The sound result, in one line.</returns>
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

    private ServerProcess Remove(int at)
    {
        lock (_lives)
        {
            _lives.Remove(at, out var life);
            return life.Server;
        }
    }

    /// <summary>Repeats a sample of all answered requests, refusals too, at each server in turn: the answers must be the same.</summary>
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
