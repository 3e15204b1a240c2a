using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Makes the rounds that settle what is due. The pause between them is of the machine's clock, since a demonstration's stands still; when
/// that one is moved, the next round comes
/// soon, and looks through everything.
/// </summary>
public sealed class RoundService(
    SettlementRounds rounds, TimeSpan every, IHostApplicationLifetime lifetime, ILogger<RoundService> log, ScenarioClock? clock = null)
    : BackgroundService
{
    /// <summary>A demonstration moves its clock many times a second.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration starting = lifetime.ApplicationStarted.Register(started.SetResult);
        await using CancellationTokenRegistration stopping = stoppingToken.Register(() => started.TrySetCanceled());
        try
        {
            await started.Task;
            bool moved = false;
            Task never = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
            while (true)
            {
                // Asked for before the round: what it didn't see of a move is seen by the next one.
                Task move = clock?.Moved ?? never;
                await RoundAsync(moved, stoppingToken);
                await Task.Delay(LeastPause, TimeProvider.System, stoppingToken);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                moved = await Task.WhenAny(move, Task.Delay(every, TimeProvider.System, waiting.Token)) == move;
                await waiting.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task RoundAsync(bool full, CancellationToken cancellation)
    {
        try
        {
            await rounds.RoundAsync(full, cancellation);
        }
        catch (StorageUnavailableException error)
        {
            log.LogWarning("What is due can't be looked for now: {Error}", error.Message);
        }
    }
}
