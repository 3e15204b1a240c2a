using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Chaos.Scenarios;

/// <summary>
/// PostgreSQL and its disk are lost under load. Another machine has a base backup and receives the write-ahead log. There the database is
/// restored twice: to an earlier moment, where what was acknowledged since is missing, <c>verify</c> says so and the server only answers
/// reads; then to the end, where nothing is missing and all goes on. Of both it tells RPO and RTO.
/// </summary>
internal static class RestoreDrill
{
    private const int FewestAnswers = 20;

    /// <param name="lost">The server with the database.</param>
    /// <param name="kept">The other machine.</param>
    public static async Task<string> RunAsync(
        Machine machine, PostgreSqlServer lost, PostgreSqlServer kept, int rounds, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        await kept.KeepAsync(lost);
        await Replication.WaitForAsync(lost, "pg_receivewal");
        await drill.AnswersAsync(rounds * FewestAnswers);
        DateTimeOffset point = TimeProvider.System.GetUtcNow();
        long at = TimeProvider.System.GetTimestamp(), known = drill.Acknowledged.Max(pair => pair.Answer.Index);
        // The entries up to here may not be signed yet, and only what was signed shows that something is missing.
        await drill.UntilAsync(() => machine.SignedSize() > known + FewestAnswers, "entries after the moment are signed");
        await drill.AnswersAsync(rounds * FewestAnswers);
        await lost.LoseAsync();
        await drill.KillServerAsync();
        machine.MoveDatabase(kept);

        long order = TimeProvider.System.GetTimestamp();
        await kept.RestoreAsync(point);
        TimeSpan up = TimeProvider.System.GetElapsedTime(order);
        if (machine.Verify().Finding is not { } finding) throw new ChaosFinding("verify takes an earlier moment for the newest.");
        TimeSpan verified = TimeProvider.System.GetElapsedTime(order);
        await drill.StartServerAsync(open: false);
        await drill.ReadAsync();
        TimeSpan read = TimeProvider.System.GetElapsedTime(order);
        IReadOnlyList<(Mutation Mutation, Answer Answer)> missing = await MissingAsync(machine, drill);
        if (missing.Count == 0) throw new ChaosFinding("Nothing is missing of what was acknowledged after the moment.");
        foreach ((Mutation mutation, Answer answer) in missing) say(
            $"missing: entry {answer.Index}, {mutation.Code} {mutation.RequestId} of {mutation.Actor}");
        TimeSpan rpo = TimeProvider.System.GetElapsedTime(at, drill.LastAnswered);
        say($"{machine.Engine}: verify: {finding}");
        string early = $"restored to {point.UtcDateTime:HH:mm:ss} UTC: RPO {rpo.TotalSeconds:F1} s ({missing.Count} acknowledged entries "
            + $"missing), RTO {read.TotalSeconds:F1} s to the first read";
        say($"{machine.Engine}: {early} (database up after {up.TotalSeconds:F1} s, verified after {verified.TotalSeconds:F1} s)");
        await drill.KillServerAsync();
        await kept.StopAtOnceAsync();

        order = TimeProvider.System.GetTimestamp();
        await kept.RestoreAsync();
        up = TimeProvider.System.GetElapsedTime(order);
        if (machine.Verify().Finding is { } unsound) throw new ChaosFinding($"verify: {unsound}");
        verified = TimeProvider.System.GetElapsedTime(order);
        missing = await MissingAsync(machine, drill);
        if (missing.Count > 0) throw new ChaosFinding(
            $"Entries {string.Join(", ", missing.Select(pair => pair.Answer.Index))} were acknowledged and are lost.");
        await drill.StartServerAsync();
        await drill.AnswersAsync(1);
        TimeSpan written = TimeProvider.System.GetElapsedTime(order);
        string late = $"restored to the end: RPO 0 s (nothing acknowledged missing), RTO {written.TotalSeconds:F1} s to the first answer";
        say($"{machine.Engine}: {late} (database up after {up.TotalSeconds:F1} s, verified after {verified.TotalSeconds:F1} s)");
        await drill.AnswersAsync(FewestAnswers);
        return $"{early}; {late}; {await drill.EndAsync()}";
    }

    private static Task<IReadOnlyList<(Mutation Mutation, Answer Answer)>> MissingAsync(Machine machine, Drill drill) =>
        machine.ReadAsync<IReadOnlyList<(Mutation, Answer)>>(async ledger =>
        {
            long size = (await ledger.ReadHeadAsync(RegionCode.Parse(District.Region), default)).Size;
            return [.. drill.Acknowledged.Where(pair => pair.Answer.Index >= size).OrderBy(pair => pair.Answer.Index)];
        });
}
