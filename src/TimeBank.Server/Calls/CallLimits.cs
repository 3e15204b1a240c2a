using System.Threading.RateLimiting;
using Grpc.Core;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// How many calls one caller may make: so many a second in the long run, and ten seconds' worth at once. A caller is a token's subject;
/// whoever has no valid token is the address that the call came from. Each server counts for itself.
/// </summary>
public sealed class CallLimits : IDisposable
{
    private const int SecondsAtOnce = 10;

    private readonly PartitionedRateLimiter<string>? _callers;

    /// <param name="perSecond">0: no limit.</param>
    public CallLimits(int perSecond)
    {
        if (perSecond == 0) return;
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * SecondsAtOnce, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        };
        _callers = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => options));
    }

    /// <summary>Counts a call of a known caller.</summary>
    /// <exception cref="RpcException">RATE_LIMITED, with the time after which a call passes again.</exception>
    public void Count(Caller caller) => Count("subject ", caller.Subject);

    /// <summary>Counts a call of somebody without a valid token.</summary>
    /// <exception cref="RpcException">As above.</exception>
    public void CountStranger(HttpContext http) => Count("address ", $"{http.Connection.RemoteIpAddress}");

    public void Dispose() => _callers?.Dispose();

    // The kind stands before the caller's own text, so that no subject is counted as an address.
    private void Count(string kind, string caller)
    {
        if (_callers is null) return;
        using RateLimitLease lease = _callers.AttemptAcquire(kind + caller);
        if (lease.IsAcquired) return;
        lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after);
        throw Problem.Of(Reason.RateLimited, after);
    }
}
