using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Client = TimeBank.V1.ScenarioService.ScenarioServiceClient;

namespace TimeBank.Cli.Play;

/// <summary>
/// Plays a month: moves the server's clock from moment to moment and makes what happens in each, side by side where it is independent. The clock moves on only
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
        DateTimeOffset now = (await stage.RetryAsync(() => clock.GetScenarioAsync(new GetScenarioRequest()).ResponseAsync)).Now.ToDateTimeOffset();
        foreach (IGrouping<DateTimeOffset, Step> moment in month.Steps.GroupBy(step => step.At))
        {
            // Where the clock came to before it was broken off, it need not be moved again.
            if (moment.Key > now) await AdvanceAsync(clock, moment.Key);
            IEnumerable<IGrouping<string, Step>> lanes = moment.GroupBy(step => step.Lane);
            await Parallel.ForEachAsync(lanes, new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stage.Cancellation }, async (lane, _) =>
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
        await stage.RetryAsync(() => clock.FinishScenarioAsync(new FinishScenarioRequest { RequestId = month.Dice.RequestId("finish").ToString() }).ResponseAsync);
    }

    private async Task AdvanceAsync(Client clock, DateTimeOffset to) => await stage.RetryAsync(() => clock.AdvanceClockAsync(new AdvanceClockRequest
    {
        RequestId = month.Dice.RequestId($"clock/{to:O}").ToString(),
        To = Timestamp.FromDateTimeOffset(to),
    }).ResponseAsync);
}
