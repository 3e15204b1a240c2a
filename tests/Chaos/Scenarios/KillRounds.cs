using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Kills the server with <c>kill -9</c> under load, again and again, sometimes during its start.</summary>
internal static class KillRounds
{
    private const int LongestMilliseconds = 700, FewestAnswers = 20;

    public static async Task<string> RunAsync(Machine machine, int rounds, int seed, Action<string> say)
    {
        var dice = new Random(seed);
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        for (int round = 1; round <= rounds; round++)
        {
            int answered = drill.Answered, unanswered = drill.Unanswered;
            await drill.AnswersAsync(FewestAnswers);
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(LongestMilliseconds)), TimeProvider.System);
            await drill.KillServerAsync();
            bool starting = dice.Next(4) == 0;
            if (starting)
            {
                // Start a server and kill it before it is ready.
                await using ServerProcess early = machine.Begin();
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(LongestMilliseconds)), TimeProvider.System);
            }
            await drill.StartServerAsync();
            say($"{machine.Engine}: kill {round} of {rounds}{(starting ? ", and one while starting" : "")}: {drill.Answered - answered} "
                + $"answered, {drill.Unanswered - unanswered} cut off");
        }
        return await drill.EndAsync();
    }
}
