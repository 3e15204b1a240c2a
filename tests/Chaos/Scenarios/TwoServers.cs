using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Two servers of one cluster on one database. Under load the scenario kills one after the other with <c>kill -9</c>, or freezes it.
/// Callers go to the other server, which must take over the lost one's grains.
/// </summary>
internal static class TwoServers
{
    private const int LongestMilliseconds = 700, FewestAnswers = 20;

    public static async Task<string> RunAsync(Machine machine, int rounds, int seed, Action<string> say)
    {
        var dice = new Random(seed);
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await drill.FormClusterAsync();
        await drill.EveryoneAsync();
        for (int round = 1; round <= rounds; round++)
        {
            int at = round % 2, answered = drill.Answered, unanswered = drill.Unanswered;
            await WorkAsync(drill, dice);
            long gone = TimeProvider.System.GetTimestamp();
            string how = await LoseAsync(machine, drill, at, dice);
            await drill.StartServerAsync(at);
            await drill.EveryoneAsync();
            TimeSpan outage = TimeProvider.System.GetElapsedTime(gone, Math.Max(gone, drill.LastUnanswered));
            say($"{machine.Engine}: round {round} of {rounds}, server {at} {how}: {drill.Answered - answered} answered, UNAVAILABLE "
                + $"{drill.Unanswered - unanswered} times, for {outage.TotalSeconds:F1} s");
        }
        return await drill.EndAsync();
    }

    /// <summary>Lets callers work for a short random time.</summary>
    private static async Task WorkAsync(Drill drill, Random dice)
    {
        await drill.AnswersAsync(FewestAnswers);
        await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(LongestMilliseconds)), TimeProvider.System);
    }

    private static async Task<string> LoseAsync(Machine machine, Drill drill, int at, Random dice)
    {
        switch (dice.Next(3))
        {
            case 0:
                await drill.KillServerAsync(at);
                return "killed, and back at once";
            case 1:
                await drill.KillServerAsync(at);
                await drill.EveryoneAsync();
                return "killed, and back when the other had taken over";
            default:
                // The frozen server may be in the middle of a transaction and keep its locks. When it goes on, both servers take themselves
                // for the writer.
                await drill.PauseServerAsync(at);
                await drill.UntilAsync(() => machine.IsTakenForDeadAsync(at), "a server that hangs is taken for dead");
                await drill.ResumeServerAsync(at);
                await WorkAsync(drill, dice);
                await drill.KillServerAsync(at);
                return "hung until it was taken for dead, went on, and was killed";
        }
    }
}
