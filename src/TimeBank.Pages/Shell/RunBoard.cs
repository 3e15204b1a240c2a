using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;

namespace TimeBank.Pages.Shell;

/// <summary>
/// Long runs that pages start: a page shows how far one is, and may be left. A run goes on after its reader has left. Each is known by the
/// request id that it has in the contract, so a run that this server has forgotten is simply called again with the same id.
/// </summary>
public sealed class RunBoard
{
    private const int MostRemembered = 500;

    private readonly ConcurrentDictionary<string, PageRun> _runs = new(StringComparer.Ordinal);

    /// <summary>The run of this visitor; null if this server knows none.</summary>
    public PageRun? Find(Visitor visitor, string id) => _runs.GetValueOrDefault(Key(visitor, id));

    /// <summary>Starts a run; one that is under way goes on alone.</summary>
    public PageRun Start<T>(Visitor visitor, string id, Func<Contract, AsyncServerStreamingCall<T>> call)
        where T : class, IMessage
    {
        Forget();
        Contract client = visitor.Client;
        return _runs.AddOrUpdate(
            Key(visitor, id), _ => PageRun.Start(() => call(client)), (_, known) =>
                known.IsOver ? PageRun.Start(() => call(client)) : known);
    }

    /// <summary>Runs that are over make room, the oldest first.</summary>
    private void Forget()
    {
        if (_runs.Count < MostRemembered) return;
        foreach ((string key, _) in _runs.Where(pair => pair.Value.IsOver).OrderBy(pair => pair.Value.Since).Take(MostRemembered / 2))
            _runs.TryRemove(key, out _);
    }

    private static string Key(Visitor visitor, string id) => $"{visitor.Subject}/{visitor.Region}/{id}";
}

/// <summary>A run, as far as it is.</summary>
public sealed class PageRun
{
    private readonly Task _whole;
    private volatile IMessage? _last;

    private PageRun(Func<PageRun, Task> follow)
    {
        Since = TimeProvider.System.GetTimestamp();
        _whole = follow(this);
    }

    /// <summary>When it began, as a timestamp of the machine.</summary>
    public long Since { get; }

    public bool IsOver => _whole.IsCompleted;

    /// <summary>The run's last message; null before the first one.</summary>
    public IMessage? Last => _last;

    /// <summary>Why it broke off; null while it goes on and after it ended well.</summary>
    public RpcException? Error => _whole.Exception?.InnerException as RpcException;

    /// <summary>Waits a little, so that a short run is over before its page is shown.</summary>
    public Task SettleAsync(TimeSpan most) => Task.WhenAny(_whole, Task.Delay(most, TimeProvider.System));

    internal static PageRun Start<T>(Func<AsyncServerStreamingCall<T>> call)
        where T : class, IMessage => new(async run =>
    {
        using AsyncServerStreamingCall<T> under = call();
        while (await under.ResponseStream.MoveNext(CancellationToken.None)) run._last = under.ResponseStream.Current;
    });
}
