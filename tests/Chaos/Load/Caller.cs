using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using TimeBank.V1;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Chaos.Load;

/// <summary>
/// A person at work with the server: sends one request after the other, and each one until it is answered. A caller's requests depend only
/// on its seed and its own earlier answers, so it knows what the next answer must be.
/// </summary>
internal abstract class Caller(District district, string name, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(50);

    // Any other status with a reason is the server's final answer.
    private static readonly StatusCode[] Outages =
        [StatusCode.Unavailable, StatusCode.ResourceExhausted, StatusCode.DeadlineExceeded, StatusCode.Cancelled];

    private readonly List<(Mutation Mutation, Answer Answer)> _answered = [];
    private int _requests;

    public IReadOnlyList<(Mutation Mutation, Answer Answer)> Answered => _answered;

    /// <summary>The number of sent requests without an answer.</summary>
    public int Unanswered { get; private set; }

    /// <summary>The timestamp of the last one.</summary>
    public long LastUnanswered { get; private set; }

    /// <summary>The timestamp of the last answer.</summary>
    public long LastAnswered { get; private set; }

    protected District District => district;

    protected string Name => name;

    protected Random Dice { get; } = new(seed);

    /// <summary>Works until told to stop, then finishes the current request.</summary>
    /// <exception cref="ChaosFinding">The server accepted what it should refuse, or the other way round, or had an error.</exception>
    public async Task WorkAsync(Gate gate, RequestLog log, CancellationToken stop)
    {
        // Leave the starting thread, so that all callers begin at once.
        await Task.Yield();
        while (!stop.IsCancellationRequested && Next() is { } mutation)
        {
            log.Sent(mutation);
            Answer answer = await AskAsync(mutation, gate, log);
            log.Answered(mutation, answer);
            if (answer.Accepted != mutation.Acceptable) throw new ChaosFinding(
                $"{mutation.Code} {mutation.RequestId} of {name} was {(answer.Accepted ? "accepted" : $"refused ({answer.Refusal})")} and "
                    + "should not have been.");
            _answered.Add((mutation, answer));
            LastAnswered = TimeProvider.System.GetTimestamp();
            if (answer.Accepted) Accepted(mutation, answer);
        }
    }

    /// <summary>Sends a request once. Null for an outage, after which the outcome is unknown.</summary>
    public static async Task<Answer?> SendAsync(Mutation mutation, Connection connection, Action<string> unanswered)
    {
        try
        {
            return await mutation.SendAsync(
                connection.Invoker, new CallOptions(deadline: (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime));
        }
        catch (RpcException error)
        {
            string reason = Reason(error);
            if (reason == "INTERNAL_ERROR") throw new ChaosFinding(
                $"{mutation.Code} {mutation.RequestId} met an error of the server: {error.Status.Detail}");
            if (reason.Length > 0 && !Outages.Contains(error.StatusCode)) return new Answer("", reason);
            unanswered($"{error.StatusCode} {reason} {error.Status.Detail}");
            return null;
        }
    }

    /// <summary>The next request; null to stop.</summary>
    protected abstract Mutation? Next();

    protected virtual void Accepted(Mutation mutation, Answer answer)
    {
    }

    protected Guid NewRequest() => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {name} {++_requests}"))[..16]);

    protected Mutation Ask(Role role, string party, Guid request, string code, IReadOnlyList<Movement> moves, bool acceptable,
        Func<CallInvoker, CallOptions, Task<Answer>> send)
    {
        string actor = $"{name}-{role}";
        Metadata token = district.Token(actor, role, party);
        return new Mutation(actor, request, code, moves, acceptable, (invoker, options) => send(invoker, options.WithHeaders(token)));
    }

    private async Task<Answer> AskAsync(Mutation mutation, Gate gate, RequestLog log)
    {
        while (true)
        {
            // After each missing answer try the next server, if there are several.
            Connection connection = await gate.ConnectionAsync(seed + Unanswered);
            if (await SendAsync(mutation, connection, why => log.Unanswered(mutation, why)) is { } answer) return answer;
            Unanswered++;
            LastUnanswered = TimeProvider.System.GetTimestamp();
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private static string Reason(RpcException error)
    {
        Google.Protobuf.WellKnownTypes.Any? info =
            error.GetRpcStatus()?.Details.FirstOrDefault(
            detail => detail.TypeUrl.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal));
        return info is null ? "" : ErrorInfo.Parser.ParseFrom(info.Value).Reason;
    }
}
