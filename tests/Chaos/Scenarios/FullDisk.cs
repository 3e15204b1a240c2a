using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Fills the disk under the database, and later frees it.</summary>
internal static class FullDisk
{
    private const int Answers = 20, ToldOff = 16;

    public static async Task<string> RunAsync(Machine machine, SmallDisk disk, int rounds, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        for (int round = 1; round <= rounds; round++)
        {
            int unanswered = drill.Unanswered;
            await drill.AnswersAsync(Answers);
            disk.Fill();
            await drill.UntilAsync(() => drill.Unanswered >= unanswered + ToldOff, "callers are told that nothing can be recorded");
            int told = drill.Unanswered - unanswered;
            disk.Free();
            await drill.AnswersAsync(Answers);
            say($"{machine.Engine}: full disk {round} of {rounds}: UNAVAILABLE {told} times, and on it went when there was room");
        }
        return await drill.EndAsync();
    }
}
