using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Two servers, each in a network of its own. Under load the cable between them is cut: both reach the database and their callers, and
/// neither the other. One must take the other for dead, which then ends itself; once the cable is mended it comes back.
/// </summary>
internal static class NetworkCut
{
    private const int FewestAnswers = 20;

    private const double LongestSilenceSeconds = 8;

    public static async Task<string> RunAsync(Machine machine, CutNetwork network, int rounds, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await drill.FormClusterAsync(network);
        await drill.EveryoneAsync();
        await using Watch watch = drill.Watch();
        for (int round = 1; round <= rounds; round++)
        {
            int answered = drill.Answered, unanswered = drill.Unanswered, dead = -1;
            await drill.AnswersAsync(FewestAnswers);
            long cut = TimeProvider.System.GetTimestamp();
            network.Cut();
            await drill.UntilAsync(async () =>
            {
                for (int at = 0; at < 2; at++) if (await machine.IsTakenForDeadAsync(at)) dead = at;
                return dead >= 0;
            }, "one of two servers that can't reach each other is taken for dead");
            TimeSpan taken = TimeProvider.System.GetElapsedTime(cut);
            await drill.EndedServerAsync(dead);
            await drill.EveryoneAsync();
            TimeSpan outage = TimeProvider.System.GetElapsedTime(cut, Math.Max(cut, drill.LastUnanswered));
            network.Mend();
            await drill.StartServerAsync(dead);
            await drill.EveryoneAsync();
            if (await machine.IsTakenForDeadAsync(1 - dead)) throw new ChaosFinding("The server that was left is taken for dead too.");
            say($"{machine.Engine}: round {round} of {rounds}, cable cut, server {dead} taken for dead after {taken.TotalSeconds:F1} s, "
                + $"ended itself, and back: {drill.Answered - answered} answered, UNAVAILABLE {drill.Unanswered - unanswered} times, for "
                + $"{outage.TotalSeconds:F1} s");
        }
        if (watch.SilentSeconds > LongestSilenceSeconds) throw new ChaosFinding(
            $"For {watch.SilentSeconds:F1} s no server answered at all.");
        return $"at most {watch.SilentSeconds:F1} s without an answer of any server; {await drill.EndAsync()}";
    }
}
