using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Writes one batch in one transaction. Rows go in the order in which they refer to each other.</summary>
internal sealed class SqliteAppend(SqliteSession session)
{
    private readonly SqliteStatement _begin = session.Prepare("BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = session.Prepare("COMMIT");
    private readonly SqliteStatement _rollback = session.Prepare("ROLLBACK");

    private readonly SqliteStatement _firstHead = session.Prepare(
        """
        INSERT INTO ledger_head (region, size, root, frontier, time, accounts, remembered)
        VALUES ($region, $size, $root, $frontier, $time, $accounts, $remembered) ON CONFLICT DO NOTHING
        """);

    private readonly SqliteStatement _nextHead = session.Prepare(
        """
        UPDATE ledger_head SET size = $size, root = $root, frontier = $frontier, time = $time, accounts = $accounts, remembered = $remembered
        WHERE region = $region AND size = $expected_size AND root = $expected_root AND remembered = $expected_remembered
        """);

    private readonly SqliteStatement _changedAccount = session.Prepare(
        """
        UPDATE accounts SET flags = $flags, debits_pending = $dp, debits_posted = $dd, credits_pending = $cp, credits_posted = $cc
        WHERE region = $region AND number = $number
        """);

    private readonly SqliteStatement _openedAccount = session.Prepare(
        """
        INSERT INTO accounts (region, number, path, unit, flags, debits_pending, debits_posted, credits_pending, credits_posted,
            opened, owner, grp, valid_from, valid_until, data)
        VALUES ($region, $number, $path, $unit, $flags, $dp, $dd, $cp, $cc, $opened, $owner, $grp, $from, $until, $data)
        """);

    private readonly SqliteStatement _entry = session.Prepare(
        """
        INSERT INTO entries (region, idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        VALUES ($region, $idx, $time, $effective, $kind, $code, $of, $expires, $bytes, $salt, $leaf)
        """);

    private readonly SqliteStatement _transfer = session.Prepare(
        """
        INSERT INTO transfers (region, idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits)
        VALUES ($region, $idx, $position, $debit, $credit, $unit, $posted, $held, $released, $debit_debits, $debit_credits, $credit_debits, $credit_credits)
        """);

    private readonly SqliteStatement _outcome = session.Prepare(
        "INSERT INTO outcomes (region, id, idx, command, reason, detail) VALUES ($region, $id, $idx, $command, $reason, $detail)");

    private readonly SqliteStatement _hold = session.Prepare("INSERT INTO holds (region, idx, expires) VALUES ($region, $idx, $expires)");
    private readonly SqliteStatement _holdEnded = session.Prepare("DELETE FROM holds WHERE region = $region AND idx = $idx");

    /// <returns>False where the head isn't the batch's <see cref="LedgerAppend.Before"/>.</returns>
    public bool Run(LedgerAppend append)
    {
        _begin.Run();
        bool committed = false;
        try
        {
            if (!MoveHead(append.Before, append.After)) return false;
            AppendGuard.Check(append);
            foreach (Account account in append.Changed) Change(append.Before.Region, account);
            foreach (Account account in append.Opened) Open(append.Before.Region, account);
            foreach (AppendedEntry entry in append.Entries) Write(append.Before.Region, entry);
            foreach (Outcome outcome in append.Remembered) Remember(append.Before.Region, outcome);
            _commit.Run();
            return committed = true;
        }
        finally
        {
            // A commit that failed may have rolled back by itself; then there is nothing to roll back.
            if (!committed && session.InTransaction) _rollback.Run();
        }
    }

    private bool MoveHead(LedgerHead before, LedgerHead after)
    {
        byte[] root = after.Tree.Root.ToArray(), frontier = after.Tree.ToArray();
        int moved = before is { Size: 0, Remembered: 0 }
            ? _firstHead.Run(before.Region.Value, after.Size, root, frontier, after.Time.Microseconds, after.Accounts, after.Remembered)
            : _nextHead.Run(
                after.Size, root, frontier, after.Time.Microseconds, after.Accounts, after.Remembered,
                before.Region.Value, before.Size, before.Tree.Root.ToArray(), before.Remembered);
        return moved == 1;
    }

    private void Change(RegionCode region, Account account)
    {
        Counters now = account.Counters;
        int changed = _changedAccount.Run((int)account.Flags, now.DebitsPending, now.DebitsPosted, now.CreditsPending, now.CreditsPosted, region.Value, account.Number);
        if (changed != 1) throw new AppendRefusedException($"Account {account.Number} isn't there.");
    }

    private void Open(RegionCode region, Account account)
    {
        Counters now = account.Counters;
        AccountTerms? terms = account.Terms;
        _openedAccount.Run(
            region.Value, account.Number, account.Path.Text, account.Unit.Code, (int)account.Flags,
            now.DebitsPending, now.DebitsPosted, now.CreditsPending, now.CreditsPosted, account.Opened,
            terms?.Owner, terms?.Group, LedgerRows.Date(terms?.From), LedgerRows.Date(terms?.Until), terms?.Data);
    }

    private void Write(RegionCode region, AppendedEntry appended)
    {
        JournalEntry entry = appended.Entry;
        _entry.Run(
            region.Value, entry.Index, entry.Time.Microseconds, LedgerRows.Date(entry.Header.EffectiveDate), (int)entry.Kind, entry.Code.ToString(),
            entry.Of, entry.Expires?.Microseconds, appended.Bytes, appended.Salt, appended.Leaf.ToArray());
        for (int at = 0; at < entry.Transfers.Length; at++)
        {
            Transfer transfer = entry.Transfers[at];
            (Counters debit, Counters credit) = appended.Balances[at];
            _transfer.Run(
                region.Value, entry.Index, at, transfer.Debit, transfer.Credit, transfer.Unit.Code, transfer.Posted, transfer.Held, transfer.Released,
                debit.DebitsPosted, debit.CreditsPosted, credit.DebitsPosted, credit.CreditsPosted);
        }
        _outcome.Run(region.Value, entry.Id.ToArray(), entry.Index, null, null, null);
        if (entry.Kind == EntryKind.Hold) _hold.Run(region.Value, entry.Index, entry.Expires?.Microseconds);
        if (entry.EndsHold && _holdEnded.Run(region.Value, entry.Of) != 1) throw new AppendRefusedException($"Entry {entry.Index} ends hold {entry.Of}, which isn't open.");
    }

    private void Remember(RegionCode region, Outcome outcome) =>
        _outcome.Run(region.Value, outcome.Id.ToArray(), null, outcome.Command.ToArray(), (int?)outcome.Refusal?.Reason, outcome.Refusal?.Detail);
}
