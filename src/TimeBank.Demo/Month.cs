using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Cli;
using TimeBank.V1;
using Client = TimeBank.V1.ScenarioService.ScenarioServiceClient;

namespace TimeBank.Demo;

/// <summary>The whole month, planned from its seed and the service list alone: who takes part, and every step in its order.</summary>
/// <param name="Earned">What every enrolment must have earned and kept at the end, in minutes.</param>
/// <param name="Counter">Who comes to a counter with something out of the ordinary.</param>
internal sealed record Month(
    Dice Dice, Cast Cast, ImmutableArray<Step> Steps, IReadOnlyDictionary<string, int> Earned, CounterCast Counter)
{
    public static Month Of(long seed, CatalogueVersion catalogue)
    {
        var dice = new Dice(seed);
        Cast cast = Cast.Of(dice);
        Step[] money = [.. MoneyPlan.Of(cast)];
        Step[] daily =
        [
            .. PeoplePlan.Of(cast), .. money, .. VoucherPlan.Of(dice, cast, catalogue, out var left),
                .. HoursPlan.Of(dice, cast, catalogue, out IReadOnlyDictionary<string, int> earned), .. CardPlan.Of(),
        ];
        CounterCast counter = CounterCast.Of(dice, cast, left, daily);
        IEnumerable<Step> steps =
        [
            .. daily, .. TerminalPlan.Of(dice, counter, catalogue), .. BillPlan.Of(counter, catalogue), .. BathPlan.Of(counter, catalogue),
                .. ComplaintPlan.Of(counter), .. OutreachPlan.Of(counter), .. FinancePlan.Of(dice, cast, money.OfType<ReceiveStep>()),
                .. PrepaidPlan.Of(dice, cast, counter),
        ];
        // The sort is stable: within a moment the order of the plans stays.
        return new Month(dice, cast, [.. steps.OrderBy(step => step.At)], earned, counter);
    }

    /// <summary>The month's beginning: its steps up to a day of China, which counts.</summary>
    public Month Until(DateOnly day) =>
        this with { Steps = [.. Steps.Where(step => DateOnly.FromDateTime(step.At.ToOffset(TimeText.ChinaOffset).DateTime) <= day)] };

    /// <summary>The last moment; then the server's clock becomes the real one.</summary>
    public DateTimeOffset End => Steps[^1].At;
}

/// <summary>One event of the month: one call that changes something.</summary>
/// <param name="Key">Its name in the month; the request id is made from it.</param>
/// <param name="At">When it happens. Steps of one moment are independent of each other, except within a lane.</param>
/// <param name="Lane">Steps of one moment and lane happen one after the other, in the plan's order.</param>
internal abstract record Step(string Key, DateTimeOffset At, string Lane)
{
    /// <summary>The reason with which the server must refuse it; null: it must succeed.</summary>
    public string? RefusedAs { get; init; }

    /// <summary>Makes the call. Puts everything that later steps need of the answer on the stage.</summary>
    public abstract Task PlayAsync(Stage stage, string requestId);
}

/// <summary>Sums of everything that the server acknowledged. The server's final figures must agree with it.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _sums = new();

    public void Add(string what, long amount) => _sums.AddOrUpdate(what, amount, (_, sum) => checked(sum + amount));

    public long Of(string what) => _sums.GetValueOrDefault(what);
}

/// <summary>
/// Plays a month: moves the server's clock from moment to moment and makes each moment's steps, side by side where they are independent.
/// The clock moves on only when every step of the moment has been answered. If it breaks off, the month is played again from the start: a
/// step that was answered gets the same answer, the others happen now.
/// </summary>
internal sealed class Player(Stage stage, Month month)
{
    private const int SideBySide = 16;
    private int _done;

    /// <param name="progress">Gets the number of steps done, and the time of the last one.</param>
    public async Task PlayAsync(Action<int, DateTimeOffset> progress)
    {
        var clock = new Client(await stage.StaffAsync(Role.Administrator));
        DateTimeOffset now = (await stage.RetryAsync(() => clock.GetScenarioAsync(new GetScenarioRequest()).ResponseAsync))
            .Now.ToDateTimeOffset();
        foreach (IGrouping<DateTimeOffset, Step> moment in month.Steps.GroupBy(step => step.At))
        {
            // An interrupted run has moved the clock this far already.
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

    /// <summary>Ends the scenario: from then on the server's clock is the real one.</summary>
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
