using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// Cuts the connection to PostgreSQL after an append's commit and before the server gets the answer. The writer must look up the outcome.
/// </summary>
internal static class LostAnswers
{
    private const int Answers = 10;

    public static async Task<string> RunAsync(Machine machine, CuttingProxy proxy, int cuts, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        for (int cut = 1; cut <= cuts; cut++)
        {
            int unanswered = drill.Unanswered, before = proxy.Cuts;
            await drill.AnswersAsync(Answers);
            proxy.Arm();
            await drill.UntilAsync(() => proxy.Cuts > before, "an append is committed and its answer lost");
            await drill.AnswersAsync(Answers);
            say($"{machine.Engine}: answer {cut} of {cuts} lost after COMMIT: {drill.Unanswered - unanswered} callers had to ask again");
        }
        return $"{proxy.Cuts} committed appends lost their answer; {await drill.EndAsync()}";
    }
}
