using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>An older state of the database is put in its place: it is sound in itself, and must not be written.</summary>
internal static class OlderBackup
{
    private const int Answers = 40, Forgotten = 5;

    public static async Task<string> RunAsync(Machine machine, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await drill.AnswersAsync(Answers);
        await drill.KillServerAsync();
        machine.SaveAs("older");
        await drill.StartServerAsync();
        await drill.AnswersAsync(Answers);
        // A checkpoint is signed at most once a second; what isn't signed yet is signed when the next server starts.
        await drill.KillServerAsync();
        await drill.StartServerAsync();
        await drill.AnswersAsync(Answers);
        await drill.KillServerAsync();
        machine.SaveAs("newest");

        machine.Restore("older");
        if (machine.Verify().Finding is not { } finding) throw new ChaosFinding("verify takes an older database for the newest.");
        say($"{machine.Engine}: verify of the older state: {finding}");
        await drill.StartServerAsync(open: false);
        // The older state knows nothing of these: a server that wrote on it would write them a second time.
        IReadOnlyList<Mutation> forgotten = drill.Latest("ReceiveMoney", Forgotten);
        foreach (Mutation mutation in forgotten)
        {
            Answer? answer = null;
            await drill.UntilAsync(async () => (answer = await Caller.SendAsync(mutation, drill.Connection, _ => { })) is not null,
                "the server says what it thinks of an older state");
            if (answer!.Refusal != "JOURNAL_ROLLED_BACK") throw new ChaosFinding(
                $"On an older database {mutation.RequestId} was answered with {answer}.");
        }
        say($"{machine.Engine}: {forgotten.Count} requests that the older state has forgotten are refused as JOURNAL_ROLLED_BACK");
        await drill.KillServerAsync();

        machine.Restore("newest");
        await drill.StartServerAsync();
        await drill.AnswersAsync(Answers);
        return await drill.EndAsync();
    }
}
