using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Restores an older copy of the database. The copy is sound in itself, but the server must not write to it.</summary>
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
        // The server signs at most once a second. A restart signs the entries that are not signed yet.
        await drill.KillServerAsync();
        await drill.StartServerAsync();
        await drill.AnswersAsync(Answers);
        await drill.KillServerAsync();
        machine.SaveAs("newest");

        machine.Restore("older");
        if (machine.Verify().Finding is not { } finding) throw new ChaosFinding("verify takes an older database for the newest.");
        say($"{machine.Engine}: verify of the older state: {finding}");
        await drill.StartServerAsync(open: false);
        // The older copy lacks these entries. A server that wrote to it would write them a second time.
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
