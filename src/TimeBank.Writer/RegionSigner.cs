using Microsoft.Extensions.Logging;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// Decides when a region's heads are signed: the latest one at once, later ones at most one a second. It runs only while there is something
/// to sign.
/// </summary>
/// <param name="sign">Signs a head. False: try it again.</param>
internal sealed class RegionSigner(RegionCode region, Func<LedgerHead, CancellationToken, Task<bool>> sign, TimeProvider time, ILogger log,
    CancellationToken ended)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _turn = new();
    private LedgerHead? _latest;
    private bool _running;

    public void Offer(LedgerHead head)
    {
        lock (_turn)
        {
            if (_latest is null || head.Size > _latest.Size) _latest = head;
            if (_running || ended.IsCancellationRequested) return;
            _running = true;
        }
        // On another thread, so that the writer does not wait.
        _ = Task.Run(RunAsync, CancellationToken.None);
    }

    private async Task RunAsync()
    {
        TimeSpan pause = Pause;
        try
        {
            while (Take() is { } head)
            {
                if (await TrySignAsync(head))
                {
                    pause = Pause;
                }
                else
                {
                    pause = pause + pause < LongestPause ? pause + pause : LongestPause;
                    Offer(head);
                }
                await Task.Delay(pause, time, ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops. A writer that reads its head after the next start has the rest signed.
        }
    }

    private LedgerHead? Take()
    {
        lock (_turn)
        {
            LedgerHead? head = _latest;
            _latest = null;
            _running = head is not null;
            return head;
        }
    }

    private async Task<bool> TrySignAsync(LedgerHead head)
    {
        try
        {
            return await sign(head, ended);
        }
        catch (JournalRolledBackException error)
        {
            log.LogCritical(error, "The head of {Region} is not signed.", region);
            return true;
        }
        catch (StorageUnavailableException error)
        {
            log.LogWarning(error, "The head of {Region} can't be signed now.", region);
            return false;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (ended.IsCancellationRequested) return true;
            log.LogError(error, "The head of {Region} was not signed.", region);
            return false;
        }
    }
}
