using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Settles what is due in every region without anybody having looked: holds and requests whose time is over, issued hours of earlier
/// months, and hours on their way to other
/// regions. One round at a time; several servers may make rounds at once. Where nothing is due a round asks for the due holds and the
/// clearing accounts of each region.
/// </summary>
public sealed class SettlementRounds(
    IGrainFactory grains, ILedgerReader ledger, IRegistry registry, HourSettlement hours, BusinessClock clock,
    ILogger<SettlementRounds> log)
{
    /// <summary>
    /// Of so many rounds one looks through all requests, and asks the orders again whose dispute is open. Lists look at what they show
    /// themselves.
    /// </summary>
    private const int FullEvery = 40;

    private const int Page = 500, AtOnce = 32;

    private readonly Dictionary<RegionCode, RegionRound> _regions = [];

    /// <param name="full">Whether to look through everything, as after a demonstration's clock has been moved.</param>
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
    }

    /// <summary>What can't be settled now is settled by a later round, and keeps nobody else from it.</summary>
    private async Task StepAsync(RegionCode region, string what, Func<Task> settle)
    {
        try
        {
            await settle();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            log.LogWarning("What is due of {What} in {Region} can't be settled now: {Error}", what, region, error.Message);
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
                await grains.GetGrain<IServiceOrderGrain>($"{region}/{row.Key}").GetAsync();
            }
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == Page);
    }

    /// <summary>
    /// Once a month, and once after a start: hours that come back later are ended by what gives them back, or by the next look.
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

        /// <summary>The month whose beginning has ended the hours of those before.</summary>
        public DateOnly Month { get; set; }

        /// <summary>Due holds that only staff end.</summary>
        public HashSet<long> Disputed { get; } = [];
    }
}

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
