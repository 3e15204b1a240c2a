using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Writes a stretch of a journal into the books in one transaction. Rows that others refer to come first.</summary>
internal sealed class SqliteBooks(SqliteSession session)
{
    public const string ProgressQuery =
        "SELECT h.size, b.size FROM ledger_head h LEFT JOIN books b ON b.region = h.region WHERE h.region = $region";

    private readonly SqliteStatement _nextBooks = session.Prepare(
        """
        UPDATE books SET size = $size, root = $root, frontier = $frontier, time = $time, accounts = $accounts
        WHERE region = $region AND size = $expected_size AND root = $expected_root
        AND EXISTS (SELECT 1 FROM entries e WHERE e.region = $region AND e.idx = $size - 1 AND e.leaf = $last_leaf)
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

    private readonly SqliteStatement _transfer = session.Prepare(
        """
        INSERT INTO transfers (region, idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits)
        VALUES ($region, $idx, $position, $debit, $credit, $unit, $posted, $held, $released, $debit_debits, $debit_credits, $credit_debits, $credit_credits)
        """);

    /// <returns>False where the books do not end where the stretch begins, or the journal lacks its last entry.</returns>
    public bool Run(Bookings bookings) => session.Write(() =>
    {
        LedgerHead after = bookings.After;
        int moved = _nextBooks.Run(
            after.Size, after.Tree.Root.ToArray(), after.Tree.ToArray(), after.Time.Microseconds, after.Accounts,
            bookings.Region.Value, bookings.Before.Size, bookings.Before.Tree.Root.ToArray(), bookings.LastLeaf.ToArray());
        if (moved != 1) return false;
        foreach (Account account in bookings.Changed) Change(bookings.Region, account);
        foreach (Account account in bookings.Opened) Open(bookings.Region, account);
        foreach (BookedTransfer transfer in bookings.Transfers) Write(bookings.Region, transfer);
        return true;
    });

    private void Change(RegionCode region, Account account)
    {
        Counters now = account.Counters;
        int changed = _changedAccount.Run((int)account.Flags, now.DebitsPending, now.DebitsPosted, now.CreditsPending, now.CreditsPosted,
            region.Value, account.Number);
        if (changed != 1) throw new StorageUnavailableException(
            $"Account {account.Number} of region {region} changes and isn't in the books: verify the database.");
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

    private void Write(RegionCode region, BookedTransfer booked)
    {
        Transfer transfer = booked.Moved;
        (Counters debit, Counters credit) = booked.After;
        _transfer.Run(
            region.Value, booked.Index, booked.Position, transfer.Debit, transfer.Credit, transfer.Unit.Code, transfer.Posted,
                transfer.Held, transfer.Released,
            debit.DebitsPosted, debit.CreditsPosted, credit.DebitsPosted, credit.CreditsPosted);
    }
}
