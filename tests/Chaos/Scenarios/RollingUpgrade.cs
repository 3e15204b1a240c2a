using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Two servers of an older build serve under load, on a database that was migrated for this build. One after the other is drained, ends,
/// and starts as this build, as the runbook has it; so for a while servers of both builds work beside each other.
/// </summary>
internal static class RollingUpgrade
{
    private const int FewestAnswers = 40;

    private const double LongestAwaySeconds = 8;

    /// <param name="older">The command of the older build; null for this build, which is then only exchanged for itself.</param>
    public static async Task<string> RunAsync(
        Machine machine, IReadOnlyList<string>? older, int rounds, int seed, Action<string> say)
    {
        machine.Program = older ?? ServerProcess.ThisBuild;
        await using Drill drill = await Drill.BeginAsync(machine, seed, async begun =>
        {
            await begun.FormClusterAsync();
            // First of all, as the runbook has it: the older servers work on, and none could start any more.
            machine.Migrate();
        });
        await drill.EveryoneAsync();
        machine.Program = ServerProcess.ThisBuild;
        await using Watch watch = drill.Watch();
        for (int round = 1; round <= rounds; round++)
        {
            for (int at = 0; at < 2; at++)
            {
                int answered = drill.Answered, unanswered = drill.Unanswered;
                await drill.AnswersAsync(FewestAnswers);
                long told = TimeProvider.System.GetTimestamp();
                await drill.DrainServerAsync(at);
                TimeSpan drained = TimeProvider.System.GetElapsedTime(told);
                await drill.EveryoneAsync();
                await drill.StartServerAsync(at);
                await drill.EveryoneAsync();
                TimeSpan outage = TimeProvider.System.GetElapsedTime(told, Math.Max(told, drill.LastUnanswered));
                say($"{machine.Engine}: round {round} of {rounds}, server {at} drained in {drained.TotalSeconds:F1} s and exchanged: "
                    + $"{drill.Answered - answered} answered, UNAVAILABLE {drill.Unanswered - unanswered} times, the last one after "
                    + $"{outage.TotalSeconds:F1} s");
            }
        }
        if (watch.AwaySeconds > LongestAwaySeconds) throw new ChaosFinding($"For {watch.AwaySeconds:F1} s no server served.");
        return $"at most {watch.AwaySeconds:F1} s without an answer of a server that serves; {await drill.EndAsync()}";
    }
}
