using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>At the end compares everything that the store returns with the model, and runs the ledger's own verifier.</summary>
internal static class FinalAudit
{
    public static string? Wrong(Auditor auditor, RegionCode region, ILedgerStore store, ILedgerReader ledger)
    {
        Model model = auditor.Model;
        LedgerHead head = Get(store.ReadHeadAsync(region, default));
        byte[] root = NaiveTree.Root([.. auditor.Stored.Select(stored => stored.Leaf)]);
        if (head.Size != model.Size || head.Accounts != model.Accounts
            || !auditor.Remembered.Is(
            head.Remembered)) return $"the head is {head}; there are {model.Size} entries, {model.Accounts} accounts, "
                + $"{auditor.Remembered} remembered";
        if (!head.Tree.Root.ToArray().AsSpan().SequenceEqual(root)) return "the head's root is not that of the leaves";
        return Accounts(model, region, ledger) ?? Sums(model) ?? Entries(auditor, region, ledger) ?? Outcomes(auditor, region, store)
            ?? Verified(auditor, head, region, store, ledger);
    }

    private static string? Accounts(Model model, RegionCode region, ILedgerReader ledger)
    {
        IReadOnlyList<Account> accounts = Get(ledger.AccountsAsync(region, new AccountFilter(), 0, int.MaxValue, default));
        if (accounts.Count != model.Accounts) return $"{accounts.Count} accounts are stored, and there are {model.Accounts}";
        return accounts.Select(account => model.Find(account.Path.Text) is { } book
            ? Comparison.Differs(book, account) : $"{account.Path} is nobody's").FirstOrDefault(wrong => wrong is not null);
    }

    private static string? Sums(Model model)
    {
        foreach (IGrouping<string, Book> unit in model.Books.GroupBy(book => book.Unit))
        {
            Int128 balance = 0, held = 0;
            foreach (Book book in unit)
            {
                balance += (Int128)book.PaidIn - book.PaidOut;
                held += (Int128)book.HeldIn - book.HeldOut;
            }
            if (balance != 0 || held != 0) return $"all accounts of {unit.Key} sum up to {balance} and {held}";
        }
        return null;
    }

    private static string? Entries(Auditor auditor, RegionCode region, ILedgerReader ledger)
    {
        IReadOnlyList<StoredEntry> entries = Get(ledger.EntriesAsync(region, 0, int.MaxValue, default));
        if (entries.Count != auditor.Stored.Count) return $"{entries.Count} entries are stored, and there are {auditor.Stored.Count}";
        for (int at = 0; at < entries.Count; at++)
        {
            StoredBytes expected = auditor.Stored[at];
            StoredEntry found = entries[at];
            bool same = found.Bytes.AsSpan().SequenceEqual(expected.Bytes) && found.Salt.AsSpan().SequenceEqual(expected.Salt)
                && found.Leaf.ToArray().AsSpan().SequenceEqual(expected.Leaf);
            if (!same) return $"entry {at} is no longer as it was stored";
        }
        return null;
    }

    /// <summary>Checks every id that a caller used: it is stored as recorded, or unknown.</summary>
    private static string? Outcomes(Auditor auditor, RegionCode region, ILedgerStore store)
    {
        var found = Get(store.PrefetchAsync(region, new PrefetchKeys([.. auditor.AskedIds], [], []), default))
            .Outcomes.ToDictionary(outcome => outcome.Id);
        foreach (EntryId id in auditor.AskedIds)
        {
            Fate? fate = auditor.Fates.GetValueOrDefault(id);
            Outcome? outcome = found.GetValueOrDefault(id);
            bool same = fate is null ? outcome is null : outcome is not null && outcome.Entry?.Index == fate.Index
                && outcome.Refusal == fate.Refusal && outcome.RequestDigest == fate.Intent.Command;
            if (!same) return $"{id} is stored as {outcome}, and was {fate?.ToString() ?? "never stored"}";
        }
        return null;
    }

    private static string? Verified(Auditor auditor, LedgerHead head, RegionCode region, ILedgerStore store, ILedgerReader ledger)
    {
        var row = new HeadRow(region, head.Size, head.Tree.Root.ToArray(), head.Tree.ToArray(), head.Time.Microseconds, head.Accounts,
            head.Remembered.Count, head.Remembered.Chain?.ToArray() ?? []);
        var verifier = new JournalVerifier(row, BooksRow.Of(row));
        Finding? finding = null;
        foreach (StoredEntry stored in Get(ledger.EntriesAsync(region, 0, int.MaxValue, default)))
        {
            JournalEntry entry = stored.Entry;
            IReadOnlyList<StoredTransfer> transfers = Get(ledger.TransfersAsync(region, [entry.Index], default));
            finding ??= verifier.Entry(new EntryRow(
                entry.Index, entry.Time.Microseconds, entry.Header.EffectiveDate.ToString("O", null), (long)entry.Kind,
                    entry.Code.ToString(), entry.Of, entry.Expires?.Microseconds,
                stored.Bytes, stored.Salt, stored.Leaf.ToArray(),
                [.. transfers.Select(row => new TransferRow(
                    row.Position, row.Transfer.Debit, row.Transfer.Credit, row.Transfer.Unit.Code, row.Transfer.Posted, row.Transfer.Held,
                        row.Transfer.Released,
                    row.DebitAfter.DebitsPosted, row.DebitAfter.CreditsPosted, row.CreditAfter.DebitsPosted,
                    row.CreditAfter.CreditsPosted))]));
        }
        finding ??= verifier.EndEntries();
        int nth = 0;
        foreach ((EntryId id, Fate fate) in auditor.Fates)
        {
            finding ??= verifier.Outcome(fate.Index is { } index
                ? new OutcomeRow(id, index, null, null, null, null)
                : new OutcomeRow(id, null, fate.Intent.Command.ToArray(), (long?)fate.Refusal?.Reason, fate.Refusal?.Detail, nth++));
        }
        EntryId[] ids = [.. auditor.Model.Entries.Select(entry => entry.Id)];
        foreach (LinkedEntry linked in Get(store.PrefetchAsync(region, new PrefetchKeys([], [], ids), default)).Linked)
        {
            ModelEntry known = auditor.Model.Entries[(int)linked.Entry.Index];
            if ((linked.EndedBy is not null) != known.IsEnded
                || (linked.ReversedBy
                is not null) != known.IsReversed) return $"{linked} is stored, and was ended: {known.IsEnded}, reversed: "
                    + $"{known.IsReversed}";
            if (linked.Entry.OpensHold && linked.EndedBy is null) finding ??= verifier.Hold(
                linked.Entry.Index, linked.Entry.Expires?.Microseconds);
        }
        foreach (Account account in Get(
            ledger.AccountsAsync(region, new AccountFilter(), 0, int.MaxValue, default))) finding ??= verifier.Account(account);
        return (finding ?? verifier.Finish())?.ToString();
    }

    private static T Get<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();
}
