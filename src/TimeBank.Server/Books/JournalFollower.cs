using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>What a follower of a journal gets at once.</summary>
/// <param name="Entries">The next entries; empty where nothing more is stored.</param>
/// <param name="Next">The index after them.</param>
/// <param name="Size">The journal's number of entries.</param>
public sealed record FollowedPage(IReadOnlyList<LinkedEntry> Entries, long Next, long Size);

/// <summary>
/// Follows journals by reading the store, page by page: a slow reader holds one page in memory, and no writer knows of any reader.
/// </summary>
/// <param name="time">The machine's clock.</param>
public sealed class JournalFollower(ILedgerReader ledger, JournalBell bell, TimeProvider time)
{
    /// <summary>After so much silence the reader hears that the connection lives.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>So often a follower looks for what writers of other servers have stored.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const int EntriesAtOnce = 100, MaxFollowers = 200;

    private int _followers;

    /// <summary>
    /// Pages of entries from an index on, and an empty one where nothing more is stored and after silence. It ends by cancellation alone.
    /// </summary>
    /// <exception cref="Grpc.Core.RpcException">QUEUE_FULL.</exception>
    public async IAsyncEnumerable<FollowedPage> FollowAsync(
        RegionCode region, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _followers) > MaxFollowers)
        {
            Interlocked.Decrement(ref _followers);
            throw Problem.Of(Reason.QueueFull);
        }
        try
        {
            long at = from;
            long? told = null;
            while (true)
            {
                Task grown = bell.Grown(region);
                IReadOnlyList<LinkedEntry> entries =
                    await ledger.EarliestEntriesAsync(region, new EntryFilter(), at - 1, EntriesAtOnce, cancellation);
                if (entries.Count > 0 && entries[0].Entry.Index != at)
                    throw new InvalidOperationException($"The journal of {region} has no entry {at}.");
                at += entries.Count;
                if (entries.Count > 0 || told is not { } last || time.GetElapsedTime(last) >= Heartbeat)
                {
                    yield return new FollowedPage(entries, at, (await ledger.ReadHeadAsync(region, cancellation)).Size);
                    // An empty page comes right after the last entries, too.
                    told = entries.Count > 0 ? null : time.GetTimestamp();
                }
                if (entries.Count == 0) await WaitAsync(grown, cancellation);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    private async Task WaitAsync(Task grown, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(grown, Task.Delay(LookEvery, time, ended.Token));
        await ended.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}

/// <summary>Sets up what follows journals.</summary>
public static class FollowingSetup
{
    /// <param name="time">The machine's clock: a demonstration's stands still.</param>
    public static void AddTimeBankFollowing(this IServiceCollection services, TimeProvider time) =>
        services.AddSingleton(all => ActivatorUtilities.CreateInstance<JournalFollower>(all, time));
}
