using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Writes one batch into the journal in one transaction. Rows that others refer to come first.</summary>
internal sealed class SqliteAppend(SqliteSession session)
{
    private readonly SqliteStatement _firstHead = session.Prepare(
        """
        INSERT INTO ledger_head (region, size, root, frontier, time, accounts, remembered, chain)
        VALUES ($region, $size, $root, $frontier, $time, $accounts, $remembered, $chain) ON CONFLICT DO NOTHING
        """);

    private readonly SqliteStatement _firstBooks = session.Prepare(
        "INSERT INTO books (region, size, root, frontier, time, accounts) VALUES ($region, 0, $root, $frontier, 0, 0) ON CONFLICT DO "
            + "NOTHING");

    private readonly SqliteStatement _nextHead = session.Prepare(
        """
        UPDATE ledger_head SET size = $size, root = $root, frontier = $frontier, time = $time, accounts = $accounts, remembered = $remembered, chain = $chain
        WHERE region = $region AND size = $expected_size AND root = $expected_root AND chain = $expected_chain
        """);

    private readonly SqliteStatement _entry = session.Prepare(
        """
        INSERT INTO entries (region, idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        VALUES ($region, $idx, $time, $effective, $kind, $code, $of, $expires, $bytes, $salt, $leaf)
        """);

    private readonly SqliteStatement _outcome = session.Prepare(
        "INSERT INTO outcomes (region, id, idx, command, reason, detail, nth) VALUES ($region, $id, $idx, $command, $reason, "
            + "$detail, $nth)");

    private readonly SqliteStatement _hold = session.Prepare("INSERT INTO holds (region, idx, expires) VALUES ($region, $idx, $expires)");
    private readonly SqliteStatement _holdEnded = session.Prepare("DELETE FROM holds WHERE region = $region AND idx = $idx");

    /// <returns>False where the head is not the batch's <see cref="LedgerAppend.Before"/>.</returns>
    public bool Run(LedgerAppend append) => session.Write(() =>
    {
        if (!MoveHead(append.Before, append.After)) return false;
        AppendGuard.Check(append);
        foreach (AppendedEntry entry in append.Entries) Write(append.Before.Region, entry);
        long nth = append.Before.Remembered.Count;
        foreach (Outcome outcome in append.Remembered) Remember(append.Before.Region, outcome, nth++);
        return true;
    });

    private bool MoveHead(LedgerHead before, LedgerHead after)
    {
        byte[] root = after.Tree.Root.ToArray(), frontier = after.Tree.ToArray(), chain = after.Remembered.ChainToArray();
        bool first = before is { Size: 0, Remembered.Count: 0 };
        if (first) _firstBooks.Run(before.Region.Value, MerkleFrontier.Empty.Root.ToArray(), Array.Empty<byte>());
        int moved = first
            ? _firstHead.Run(before.Region.Value, after.Size, root, frontier, after.Time.Microseconds, after.Accounts,
            after.Remembered.Count, chain)
            : _nextHead.Run(
                after.Size, root, frontier, after.Time.Microseconds, after.Accounts, after.Remembered.Count, chain,
                before.Region.Value, before.Size, before.Tree.Root.ToArray(), before.Remembered.ChainToArray());
        return moved == 1;
    }

    private void Write(RegionCode region, AppendedEntry appended)
    {
        JournalEntry entry = appended.Entry;
        _entry.Run(
            region.Value, entry.Index, entry.Time.Microseconds, LedgerRows.Date(entry.Header.EffectiveDate), (int)entry.Kind,
                StoredName.Of(entry.Code),
            entry.Of, entry.Expires?.Microseconds, appended.Bytes, appended.Salt, appended.Leaf.ToArray());
        _outcome.Run(region.Value, entry.Id.ToArray(), entry.Index, default, default, default, default);
        if (entry.OpensHold) _hold.Run(region.Value, entry.Index, entry.Expires?.Microseconds);
        if (entry.EndsHold && _holdEnded.Run(region.Value, entry.Of) != 1) throw new AppendRefusedException(
            $"Entry {entry.Index} ends hold {entry.Of}, which isn't open.");
    }

    private void Remember(RegionCode region, Outcome outcome, long nth) =>
        _outcome.Run(region.Value, outcome.Id.ToArray(), default, outcome.RequestDigest.ToArray(), (int?)outcome.Refusal?.Reason,
            outcome.Refusal?.Detail, nth);
}
