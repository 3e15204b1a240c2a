using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Writes what is due in every region, so that the books are right even if nobody looks: due holds, requests that are over, issued hours
/// of earlier months, and hours on their way to other regions. A server makes one round at a time; several servers may make rounds at once.
/// If nothing is due, a round only asks each region for its due holds and its clearing accounts.
/// </summary>
public sealed class DueRounds(
    IGrainFactory grains, ILedgerReader ledger, IRegistry registry, DueHours hours, BusinessClock clock,
    ILogger<DueRounds> log, StripeSync? cardPayments = null)
{
    /// <summary>
    /// Every fortieth round reads all requests and asks again the orders with an open dispute. Rarely is enough: a list of orders looks at
    /// its own orders.
    /// </summary>
    private const int FullEvery = 40;

    private const int Page = 500, AtOnce = 32;

    private readonly Dictionary<RegionCode, RegionRound> _regions = [];
    private int _number;

    /// <summary>Makes one round over all regions.</summary>
    /// <param name="full">True to read all requests too, for example after a demonstration's clock was moved.</param>
    public async Task RoundAsync(bool full, CancellationToken cancellation)
    {
        foreach (RegionCode region in await ledger.RegionsAsync(cancellation))
        {
            if (!_regions.TryGetValue(region, out RegionRound? round)) _regions[region] = round = new RegionRound();
            bool all = full || round.Number++ % FullEvery == 0;
            await StepAsync(region, "holds", () => GiveBackAsync(region, round, all));
            if (all) await StepAsync(region, "requests", () => LapseAsync(region, cancellation));
            await StepAsync(region, "ended hours", () => EndHoursAsync(region, round, cancellation));
            await StepAsync(region, "hours on their way", () => grains.GetGrain<IClearingGrain>(region.ToString()).DeliverAsync());
        }
        // Stripe's time is the machine's: a demonstration's clock that was moved has nothing new there.
        if (cardPayments is not null && _number++ % FullEvery == 0)
        {
            await StepAsync(cardPayments.Region, "card payments", () => cardPayments.RunAsync(cancellation));
        }
    }

    /// <summary>Logs a failure and goes on, so that one step's failure does not stop the others. A later round tries again.</summary>
    private async Task StepAsync(RegionCode region, string what, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            log.LogWarning("What is due of {What} in {Region} can't be written now: {Error}", what, region, error.Message);
        }
    }

    private async Task GiveBackAsync(RegionCode region, RegionRound round, bool all)
    {
        if (all) round.Disputed.Clear();
        round.Disputed.UnionWith(await hours.LookAtDueHoldsAsync(region, hold => !round.Disputed.Contains(hold.Index)));
    }

    private async Task LapseAsync(RegionCode region, CancellationToken cancellation)
    {
        var requested = new RegistryCondition("state", nameof(OrderState.Requested));
        RegistryQuery query = new RegistryQuery(region, ServiceOrderState.Kind) { Limit = Page }.Where(requested);
        IReadOnlyList<RegistryRow<ServiceOrderState>> page;
        do
        {
            page = await registry.ListAsync<ServiceOrderState>(query, cancellation);
            foreach (RegistryRow<ServiceOrderState> row in page.Where(row => row.State.IsOver(clock.Now)))
            {
                await grains.GetGrain<IServiceOrderGrain>(region, row.Key).GetAsync();
            }
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == Page);
    }

    /// <summary>
    /// Works once a month, and once after a start. If hours come back later, the order that gives them back ends them, or the next read.
    /// </summary>
    private async Task EndHoursAsync(RegionCode region, RegionRound round, CancellationToken cancellation)
    {
        DateOnly month = new(clock.Today.Year, clock.Today.Month, 1);
        if (round.Month == month) return;
        long after = 0;
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsAsync(region, new AccountFilter("person/", NotEmpty: true), after, Page, cancellation);
            IEnumerable<Account> left = page.Where(account => account.Counters.DebitRoom > 0);
            IEnumerable<string[]> paths = left.Select(account => account.Path.Text.Split('/')).Where(path => path[^1] == "issued");
            foreach (OpaqueId[] persons in paths.Select(path => OpaqueId.Parse(path[1])).Chunk(AtOnce))
            {
                Reply<long>[] ended = await Task.WhenAll(persons.Select(person => hours.EndHoursAsync(region, person, null)));
                if (Array.Find(ended, reply => reply.Refusal?.IsTransient() == true) is not { } not) continue;
                throw new StorageUnavailableException($"{not.Reason}");
            }
            if (page.Count > 0) after = page[^1].Number;
        }
        while (page.Count == Page);
        round.Month = month;
    }

    private sealed class RegionRound
    {
        public int Number { get; set; }

        /// <summary>The last month for which a round ended the hours of earlier months.</summary>
        public DateOnly Month { get; set; }

        /// <summary>Indexes of due holds with an open dispute: only staff can end them.</summary>
        public HashSet<long> Disputed { get; } = [];
    }
}

/// <summary>
/// Makes the due rounds. The machine's clock measures the pause between two rounds, because a demonstration's clock stands still.
/// When someone moves the demonstration's clock, a full round follows soon.
/// </summary>
public sealed class RoundService(
    DueRounds rounds, TimeSpan every, IHostApplicationLifetime lifetime, ILogger<RoundService> log, ScenarioClock? clock = null)
    : BackgroundService
{
    /// <summary>A demonstration moves its clock many times a second: do not make a round for each move.</summary>
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
                // Take the task before the round: a move that this round misses starts the next one.
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
            // The server stops.
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
