using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Ledger;

namespace TimeBank.Chaos.Scenarios;

/// <summary>The journal's size and every account's counters, read from the database directly.</summary>
internal sealed record LedgerSnapshot(long Size, IReadOnlyDictionary<string, Counters> Accounts)
{
    private static readonly RegionCode Region = RegionCode.Parse(District.Region);

    public static Task<LedgerSnapshot> ReadAsync(Machine machine) => machine.ReadAsync(async ledger =>
    {
        var accounts = new Dictionary<string, Counters>();
        long last = 0;
        while (await ledger.AccountsAsync(Region, new AccountFilter(), last, 1_000, default) is { Count: > 0 } page)
        {
            foreach (Account account in page) accounts[account.Path.ToString()] = account.Counters;
            last = page[^1].Number;
        }
        return new LedgerSnapshot((await ledger.ReadHeadAsync(Region, default)).Size, accounts);
    });

    /// <summary>
    /// Audits the database against the answers: each accepted change is there once, as the acknowledged entry, with the expected content;
    /// there are no other new entries; and every account has moved by exactly these changes.
    /// </summary>
    /// <exception cref="ChaosFinding">An entry is lost, there twice, or differs from its answer.</exception>
    public async Task CheckAsync(Machine machine, IReadOnlyCollection<(Mutation Mutation, Answer Answer)> answered)
    {
        var written = answered.Where(pair => pair.Answer.Index >= 0).ToList();
        // Verify first: a read would finish work that the server's death interrupted.
        if (machine.Verify().Finding is { } left) throw new ChaosFinding($"verify: {left}");
        foreach (var same in written.GroupBy(pair => pair.Answer.Index).Where(same => same.Count() > 1)) throw new ChaosFinding(
            $"Entry {same.Key} was acknowledged for several requests: {Names(same)}.");
        await machine.ReadAsync(async reader =>
        {
            foreach ((Mutation mutation, Answer answer) in answered)
            {
                StoredEntry? byId = await reader.EntryAsync(Region, EntryId.Of(mutation.Actor, mutation.RequestId), default);
                if (answer.Index < 0)
                {
                    if (byId is not null) throw new ChaosFinding(
                        $"{mutation.Code} {mutation.RequestId} was answered with \"{answer.Refusal}\" and wrote entry {byId.Entry.Index}.");
                    continue;
                }
                StoredEntry stored = await reader.EntryAsync(Region, answer.Index, default)
                    ?? throw new ChaosFinding($"Entry {answer.Index}, acknowledged to {mutation.Actor} for {mutation.RequestId}, is lost.");
                if (byId is not null && byId.Entry.Index != answer.Index) throw new ChaosFinding(
                    $"{mutation.RequestId} is entry {byId.Entry.Index} and was acknowledged as {answer.Index}.");
                if (stored.Entry.Header.Actor != mutation.Actor || $"{stored.Entry.Code}" != mutation.Code) throw new ChaosFinding(
                    $"Entry {answer.Index} is {stored.Entry.Code} of {stored.Entry.Header.Actor}, and was acknowledged as {mutation.Code} "
                        + $"to {mutation.Actor}.");
                Movement[] moves =
                [
                    .. (await reader.TransfersAsync(Region, [answer.Index], default)).Select(transfer => new Movement(
                        $"{transfer.Debit}", $"{transfer.Credit}", transfer.Transfer.Unit.Code, transfer.Transfer.Posted,
                            transfer.Transfer.Held, transfer.Transfer.Released)),
                ];
                if (!moves.ToHashSet().SetEquals(mutation.Moves)) throw new ChaosFinding(
                    $"Entry {answer.Index} moves {string.Join(", ", moves)}, and {mutation.RequestId} should have moved "
                        + $"{string.Join(", ", mutation.Moves)}.");
            }
            return true;
        });
        LedgerSnapshot now = await ReadAsync(machine);
        if (now.Size != Size + written.Count) throw new ChaosFinding(
            $"The journal has {now.Size - Size} new entries, and {written.Count} were acknowledged.");
        var expected = Accounts.ToDictionary();
        foreach (Movement move in written.SelectMany(pair => pair.Mutation.Moves))
        {
            expected[move.Debit] = expected.GetValueOrDefault(move.Debit) is var debit
                ? debit with
                {
                    DebitsPosted = debit.DebitsPosted + move.Posted,
                    DebitsPending = debit.DebitsPending + move.Held - move.Released
                } : default;
            expected[move.Credit] = expected.GetValueOrDefault(move.Credit) is var credit
                ? credit with
                {
                    CreditsPosted = credit.CreditsPosted + move.Posted,
                    CreditsPending = credit.CreditsPending + move.Held - move.Released
                } : default;
        }
        foreach (
            (string path, Counters counters) in now.Accounts.Where(
            account => expected.GetValueOrDefault(account.Key) != account.Value)) throw new ChaosFinding(
            $"{path} has {counters}, and {expected.GetValueOrDefault(path)} by the driver's reckoning.");
        if (expected.Keys.Except(now.Accounts.Keys).FirstOrDefault() is { } missing) throw new ChaosFinding($"{missing} isn't there.");
        if (machine.Verify().Finding is { } finding) throw new ChaosFinding($"verify: {finding}");
    }

    private static string Names(IEnumerable<(Mutation Mutation, Answer Answer)> pairs) =>
        string.Join(", ", pairs.Select(pair => pair.Mutation.RequestId));
}
