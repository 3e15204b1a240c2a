using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Kills both servers of a cluster at once under load, and starts both again, at the same or at other addresses. No old server is left to
/// declare the dead ones dead, so the new ones must find it out by themselves.
/// </summary>
internal static class AllServers
{
    private const int FewestAnswers = 20;

    /// <summary>An idle machine needs twenty seconds. If no server declared the dead ones dead, it would be a minute and a half.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static async Task<string> RunAsync(Machine machine, int rounds, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await drill.KillServerAsync();
        machine.FormCluster(2);
        await StartBothAsync(drill);
        for (int round = 1; round <= rounds; round++)
        {
            await drill.AnswersAsync(FewestAnswers);
            long gone = TimeProvider.System.GetTimestamp();
            await drill.KillServerAsync(0);
            await drill.KillServerAsync(1);
            bool moves = round % 2 == 1;
            if (moves) machine.MoveCluster();
            await StartBothAsync(drill);
            TimeSpan outage = TimeProvider.System.GetElapsedTime(gone);
            string how = moves ? "started at other addresses" : "started where they were";
            string what = $"both servers killed and {how}: every caller is answered after {outage.TotalSeconds:F1} s";
            say($"{machine.Engine}: round {round} of {rounds}, {what}");
            if (outage > Longest) throw new ChaosFinding($"{what}, and not within {Longest.TotalSeconds:F0} s.");
        }
        return await drill.EndAsync();
    }

    private static async Task StartBothAsync(Drill drill)
    {
        await Task.WhenAll(drill.StartServerAsync(0), drill.StartServerAsync(1));
        await drill.EveryoneAsync();
    }
}
