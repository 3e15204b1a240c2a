using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Testing;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Two servers work on a PostgreSQL whose commits wait for a standby. Under load the standby falls behind, the primary is lost at once and
/// the standby promoted; the lost one comes back as the new primary's standby. The servers stay up and find the primary by themselves.
/// </summary>
internal static class Failover
{
    private const int FewestAnswers = 20, LongestMilliseconds = 700;

    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(300);

    /// <summary>Servers must answer meanwhile, if only that nothing can be recorded.</summary>
    private const double LongestSilenceSeconds = 8;

    public static async Task<string> RunAsync(
        Machine machine, PostgreSqlServer primary, PostgreSqlServer standby, int rounds, int seed, Action<string> say)
    {
        var dice = new Random(seed);
        await standby.FollowAsync(primary);
        await Replication.WaitForAsync(primary, "*");
        machine.AddStandby(standby);
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await drill.FormClusterAsync();
        await drill.EveryoneAsync();
        await using Watch watch = drill.Watch();
        for (int round = 1; round <= rounds; round++)
        {
            int answered = drill.Answered, unanswered = drill.Unanswered;
            await drill.AnswersAsync(FewestAnswers);
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(LongestMilliseconds)), TimeProvider.System);
            long lost = TimeProvider.System.GetTimestamp();
            // Without the promise this would lose all that is acknowledged meanwhile.
            string receiver = Replication.HoldBack(standby);
            await Task.Delay(Lag, TimeProvider.System);
            await primary.StopAtOnceAsync();
            await Replication.PromoteAsync(standby, receiver);
            TimeSpan promoted = TimeProvider.System.GetElapsedTime(lost);
            await drill.EveryoneAsync();
            TimeSpan outage = TimeProvider.System.GetElapsedTime(lost, Math.Max(lost, drill.LastUnanswered));
            (primary, standby) = (standby, primary);
            await standby.FollowAsync(primary);
            await Replication.WaitForAsync(primary, "*");
            await drill.EveryoneAsync();
            say($"{machine.Engine}: round {round} of {rounds}, primary lost and standby promoted after {promoted.TotalSeconds:F1} s: "
                + $"{drill.Answered - answered} answered, UNAVAILABLE {drill.Unanswered - unanswered} times, for "
                + $"{outage.TotalSeconds:F1} s");
        }
        if (watch.SilentSeconds > LongestSilenceSeconds) throw new ChaosFinding(
            $"For {watch.SilentSeconds:F1} s no server answered at all.");
        return $"at most {watch.SilentSeconds:F1} s without an answer of any server, and {watch.AwaySeconds:F1} s without one that serves; "
            + await drill.EndAsync();
    }
}
