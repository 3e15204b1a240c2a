using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Client = TimeBank.V1.ScenarioService.ScenarioServiceClient;

namespace TimeBank.Demo;

/// <summary>
/// The whole month, planned from its seed and the service list alone: who takes part, and everything that happens, in its order.
/// </summary>
/// <param name="Earned">What every enrolment must have earned and kept at the end, in minutes.</param>
internal sealed record Month(Dice Dice, Cast Cast, ImmutableArray<Step> Steps, IReadOnlyDictionary<string, int> Earned)
{
    public static Month Of(long seed, CatalogueVersion catalogue)
    {
        var dice = new Dice(seed);
        Cast cast = Cast.Of(dice);
        IEnumerable<Step> steps =
        [
            .. PeoplePlan.Of(cast), .. MoneyPlan.Of(), .. VoucherPlan.Of(dice, cast, catalogue),
                .. HoursPlan.Of(dice, cast, catalogue, out IReadOnlyDictionary<string, int> earned),
        ];
        // A stable sort: within a moment the plans' own order stays.
        return new Month(dice, cast, [.. steps.OrderBy(step => step.At)], earned);
    }

    /// <summary>When it is over, and the server's clock is the real one again.</summary>
    public DateTimeOffset End => Steps[^1].At;
}

/// <summary>One thing that happens in the month: one call that changes something.</summary>
/// <param name="Key">Its name in the month; its request id is made from it.</param>
/// <param name="At">When it happens. Steps of one moment are independent of each other but within a lane.</param>
/// <param name="Lane">Steps of one moment and lane happen one after the other, in the order of the plan.</param>
internal abstract record Step(string Key, DateTimeOffset At, string Lane)
{
    /// <summary>The reason with which it must be refused; null: it must succeed.</summary>
    public string? RefusedAs { get; init; }

    /// <summary>Makes the call. What later steps need of the answer, they find on the stage.</summary>
    public abstract Task PlayAsync(Stage stage, string requestId);
}

/// <summary>What the server has acknowledged, added up as the answers come: the figures at the end must agree with it.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _sums = new();

    public void Add(string what, long amount) => _sums.AddOrUpdate(what, amount, (_, sum) => checked(sum + amount));

    public long Of(string what) => _sums.GetValueOrDefault(what);
}

/// <summary>
/// Plays a month: moves the server's clock from moment to moment and makes what happens in each, side by side where it is independent. The
/// clock moves on only
/// when everything of a moment has been answered. Broken off anywhere, the month is played again from the start: what was answered
/// is answered the same, and what was not is done.
/// </summary>
internal sealed class Player(Stage stage, Month month)
{
    private const int SideBySide = 16;
    private int _done;

    /// <param name="progress">Told how many steps are done, and the time of the one that just was.</param>
    public async Task PlayAsync(Action<int, DateTimeOffset> progress)
    {
        var clock = new Client(await stage.StaffAsync(Role.Administrator));
        DateTimeOffset now = (await stage.RetryAsync(() => clock.GetScenarioAsync(new GetScenarioRequest()).ResponseAsync))
            .Now.ToDateTimeOffset();
        foreach (IGrouping<DateTimeOffset, Step> moment in month.Steps.GroupBy(step => step.At))
        {
            // Where the clock came to before it was broken off, it need not be moved again.
            if (moment.Key > now) await AdvanceAsync(clock, moment.Key);
            IEnumerable<IGrouping<string, Step>> lanes = moment.GroupBy(step => step.Lane);
            await Parallel.ForEachAsync(lanes,
                new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stage.Cancellation }, async (lane, _) =>
            {
                foreach (Step step in lane)
                {
                    await stage.PlayAsync(step, month.Dice.RequestId(step.Key).ToString());
                    progress(Interlocked.Increment(ref _done), step.At);
                }
            });
        }
    }

    /// <summary>Ends the scenario: the server's clock is the real one from then on.</summary>
    public async Task FinishAsync()
    {
        var clock = new Client(await stage.StaffAsync(Role.Administrator));
        await stage.RetryAsync(() =>
            clock.FinishScenarioAsync(new FinishScenarioRequest { RequestId = month.Dice.RequestId("finish").ToString() }).ResponseAsync);
    }

    private async Task AdvanceAsync(Client clock, DateTimeOffset to) =>
        await stage.RetryAsync(() => clock.AdvanceClockAsync(new AdvanceClockRequest
    {
        RequestId = month.Dice.RequestId($"clock/{to:O}").ToString(),
        To = Timestamp.FromDateTimeOffset(to),
    }).ResponseAsync);
}
