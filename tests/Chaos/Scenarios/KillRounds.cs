using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary><c>kill -9</c> of the server under load, again and again, sometimes while it is still starting.</summary>
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
                // One that is killed before it is ready.
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
