using System.Collections.Concurrent;
using Grpc.Core;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>The stage of the month: the way to the server for everybody in it, and the server's names for everything made so far.</summary>
internal sealed class Stage(Session session)
{
    // Waits some seconds for a busy or restarting server. Then the month breaks off; the next run plays it again from the start.
    private static readonly TimeSpan[] Patience = [.. new[] { 0.1, 0.3, 0.6, 1, 2, 3, 4 }.Select(TimeSpan.FromSeconds)];

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly CallInvoker _channel = session.Channel.CreateCallInvoker();

    /// <summary>The server's names, by the play's keys.</summary>
    public ConcurrentDictionary<string, string> Names { get; } = new();

    /// <summary>The payment files that the server made, by batch.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Entries of the journal whose receipts are checked at the end.</summary>
    public ConcurrentBag<string> Entries { get; } = [];

    public Tally Tally { get; } = new();

    /// <summary>The longest time that a step took, with its retries: what somebody waited while a server was lost.</summary>
    public TimeSpan LongestStep { get; private set; }

    /// <summary>The folder of the terminals' own files.</summary>
    public string Terminals { get; } = Path.Combine(session.Settings.Data, "terminals");

    /// <summary>A terminal's own file, by the play's key for the terminal.</summary>
    public string TerminalFile(string terminal) => Path.Combine(Terminals, Names[terminal].Split('/')[^1]);

    /// <summary>The files of the payment service.</summary>
    public CardFiles Cards { get; } = new(session.Settings.Data);

    public CancellationToken Cancellation => session.Cancellation;

    public async Task<CallInvoker> StaffAsync(Role role) =>
        new AuthorizedInvoker(_channel,
            await session.Tokens.GetAsync(role, $"{Roles.Tianyuan} {Roles.Lusong}", subject: Roles.SubjectOf(role)), Deadline);

    /// <summary>The way to the server as staff of the city, for what concerns both districts together.</summary>
    public async Task<CallInvoker> CityStaffAsync(Role role) => new AuthorizedInvoker(
        _channel, await session.Tokens.GetAsync(role, Roles.Zhuzhou, subject: Roles.SubjectOf(role)), Deadline);

    public async Task<CallInvoker> PartyAsync(Role role, string party) =>
        new AuthorizedInvoker(_channel, await session.Tokens.GetAsync(role, ResourceNames.RegionOf(party), party), Deadline);

    /// <summary>The way to the server as a person whom a provider has named.</summary>
    public async Task<CallInvoker> ClerkAsync(string provider, string subject) => new AuthorizedInvoker(
        _channel, await session.Tokens.GetAsync(Role.ProviderClerk, ResourceNames.RegionOf(provider), provider, subject), Deadline);

    /// <summary>The way to the server as a person, or as counter staff for that person.</summary>
    public Task<CallInvoker> PersonAsync(string person, bool atCounter) =>
        atCounter ? StaffAsync(Role.Counter)
            : PartyAsync(ResourceNames.CollectionOf(person) == "elders" ? Role.Elder : Role.Volunteer, person);

    public async Task<FundService.FundServiceClient> FundsAsync() => new(await StaffAsync(Role.FinanceMaker));

    /// <summary>The voucher that an elder got from a programme.</summary>
    /// <exception cref="StepException">The server issued none: its rules differ from those that the month was made for.</exception>
    public string VoucherOf(string programme, string elder) =>
        Names.TryGetValue(IssueVouchersStep.VoucherKey(programme, Names[elder]), out string? voucher)
        ? voucher
        : throw new StepException($"{programme}/{elder}", "这位老人应有一张券，服务器没有发放。",
        "this elder should have a voucher, and the server issued none.");

    /// <summary>Compares the minutes that moved with the plan's.</summary>
    public void ExpectMinutes(string step, ServiceOrder order, int minutes)
    {
        Tally.Add("services", 1);
        if (order.Credited?.Value != minutes) throw new StepException(step, $"应入账 {minutes} 分钟，实为 {order.Credited?.Value}。",
            $"{minutes} minutes should have moved, and {order.Credited?.Value} did.");
    }

    /// <summary>Makes a step happen, now or in an earlier run. Retries with the same id while the server can't answer.</summary>
    /// <exception cref="StepException">The server refused and should not have, or accepted and should have refused.</exception>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task PlayAsync(Step step, string requestId)
    {
        long start = TimeProvider.System.GetTimestamp();
        string reason = await RetryAsync(() => ReasonAsync(step, requestId));
        TimeSpan took = TimeProvider.System.GetElapsedTime(start);
        // Steps run side by side: a shorter one may overwrite a longer one, so look and write together.
        lock (Tally) LongestStep = took > LongestStep ? took : LongestStep;
        if (reason == (step.RefusedAs ?? "")) return;
        throw reason == "FUND_EXISTS"
            ? new StepException(step.Key, "这个数据库里已有另一个月；请用原来的 --seed，或另选 --data。",
            "this database has another month; play it with its own --seed, or choose another --data.")
            : reason.Length > 0
            ? new StepException(step.Key, $"不应被拒绝：{reason}", $"should not have been refused: {reason}")
            : new StepException(step.Key, $"应被拒绝：{step.RefusedAs}", $"should have been refused: {step.RefusedAs}");
    }

    /// <summary>Retries while the server can't answer.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (RpcException error) when (attempt < Patience.Length
                && error.StatusCode is (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted))
            {
                await Task.Delay(Patience[attempt], TimeProvider.System, Cancellation);
            }
        }
    }

    /// <returns>The reason of the refusal; empty if there was none.</returns>
    private async Task<string> ReasonAsync(Step step, string requestId)
    {
        try
        {
            await step.PlayAsync(this, requestId);
            return "";
        }
        catch (RpcException error) when (
            error.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.AlreadyExists
            or StatusCode.InvalidArgument or StatusCode.PermissionDenied)
        {
            return Failure.ReasonOf(error) is { Length: > 0 } reason ? reason : error.StatusCode.ToString();
        }
    }
}
