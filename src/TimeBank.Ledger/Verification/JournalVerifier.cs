using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Derives everything that a store keeps of a region from the bytes of its entries, and reports the first difference. Call
/// <see cref="Entry"/> in journal order, then <see cref="EndEntries"/>, then outcomes, holds and accounts, then <see cref="Finish"/>; stop
/// at the first finding. Memory holds the accounts, the ids, 16 bytes per entry and a hash per refusal, but no entries.
/// </summary>
/// <param name="head">The end of the journal, by the store's own record.</param>
/// <param name="books">The end of the booked accounts and transfers, by the store's own record. Later entries have no rows there
/// yet.</param>
/// <param name="sound">Receives each entry in which nothing is wrong.</param>
public sealed class JournalVerifier(HeadRow head, BooksRow books, Action<JournalEntry>? sound = null)
{
    private readonly string _region = $"regions/{head.Region}";
    private readonly JournalFold _fold = new(head.Region);
    private readonly Dictionary<EntryId, long> _ids = [];
    private readonly RememberedFold _remembered = new(head.Region);
    private readonly HashSet<long> _withOutcome = [];
    private readonly HashSet<long> _holdsFound = [];
    private MerkleFrontier _tree = MerkleFrontier.Empty;
    private long _timeMicroseconds;
    private int _accountsFound;
    private IReadOnlyList<Account> _booked = [];
    private Finding? _booksFinding = books.Size < 0 || books.Size > head.Size
        ? new Finding($"regions/{head.Region}/books", "size", $"0 to {head.Size}", $"{books.Size}") : null;

    /// <summary>The sound region. Valid once <see cref="Finish"/> has found nothing.</summary>
    public VerifiedRegion Verified => new(head.Region, _tree.Size, _fold.Accounts.Count, _remembered.Count, _tree.Root);

    public Finding? Entry(EntryRow row)
    {
        if (_tree.Size == 0) Book();
        string where = $"{_region}/entries/{_tree.Size}";
        if (row.Index != _tree.Size) return new Finding(where, "entry", "one", $"none; the next one is {row.Index}");
        if (row.Index >= head.Size) return new Finding(where, "entry", $"none: the head counts {head.Size}", "one");

        Digest leaf = MerkleFrontier.EntryLeaf(row.Salt, row.Bytes);
        if (Finding.IfBytesDiffer(where, "leaf of bytes and salt", leaf.ToArray(), row.Leaf) is { } otherLeaf) return otherLeaf;
        JournalEntry entry;
        try
        {
            entry = EntryCodec.Decode(row.Bytes);
        }
        catch (FormatException unreadable)
        {
            return new Finding(where, "bytes", "a journal entry", unreadable.Message);
        }
        // Bytes that the codec does not read would stand in the journal unseen.
        if (!EntryCodec.Encode(entry).AsSpan().SequenceEqual(row.Bytes)) return new Finding(
            where, "bytes", "an entry as this ledger writes it", "another form");

        Finding? finding = Placed(where, entry) ?? Columns(where, row, entry);
        if (finding is not null) return finding;
        bool booked = row.Index < books.Size;
        finding = _fold.Apply(entry, out ImmutableArray<TransferBalances> balances)
            ?? (booked ? Transfers(where, row, entry, balances) : Finding.IfDiffers(where, "transfer rows", 0, row.Transfers.Length));
        _remembered.Entry(entry);
        _tree = _tree.Append(leaf);
        _timeMicroseconds = entry.Time.Microseconds;
        Book();
        if (finding is null) sound?.Invoke(entry);
        return finding;
    }

    /// <summary>Call after the last entry.</summary>
    public Finding? EndEntries()
    {
        if (_tree.Size == 0) Book();
        return _booksFinding ?? (_tree.Size < head.Size
            ? new Finding($"{_region}/entries/{_tree.Size}", "entry", $"one: the head counts {head.Size}", "none") : null);
    }

    /// <summary>Checks a row of an id's outcome.</summary>
    public Finding? Outcome(OutcomeRow row)
    {
        string where = $"{_region}/outcomes/{row.Id}";
        bool written = _ids.TryGetValue(row.Id, out long expected);
        if (row.Index != (written ? expected : null)) return new Finding(where, "entry", written ? $"{expected}" : "none",
            row.Index is null ? "none" : $"{row.Index}");
        if (row.Index is null) return _remembered.Outcome(row);
        _withOutcome.Add(expected);
        bool isBare = row is { RequestDigest: null, Reason: null, Detail: null, Nth: null };
        return isBare ? null : new Finding(where, "columns", "those of an entry's outcome", "those of a refusal or note");
    }

    /// <summary>Checks a row of an open hold.</summary>
    public Finding? Hold(long index, long? expiresMicroseconds)
    {
        string where = $"{_region}/holds/{index}";
        if (!_fold.OpenHolds.TryGetValue(index, out JournalEntry? hold)) return new Finding(
            where, "hold", "none: the journal has no such open hold", "one");
        _holdsFound.Add(index);
        return Finding.IfDiffers(where, "expiry", hold.Expires?.Microseconds, expiresMicroseconds);
    }

    /// <summary>Checks an account. Call in the order of the numbers.</summary>
    public Finding? Account(Account found)
    {
        if (_accountsFound == _booked.Count) return new Finding($"{_region}/accounts/{found.Path}", "account", "none: no entry opened it",
            $"number {found.Number}");
        Account account = _booked[_accountsFound++];
        string where = $"{_region}/accounts/{account.Path}";
        return found.Number > account.Number
            ? MissingAccount(account)
            : Finding.IfDiffers(where, "number", account.Number, found.Number)
            ?? Finding.IfDiffers(where, "path", account.Path, found.Path)
            ?? Finding.IfDiffers(where, "unit", account.Unit, found.Unit)
            ?? Finding.IfDiffers(where, "flags", account.Flags, found.Flags)
            ?? Finding.IfDiffers(where, "pending debits", account.Counters.DebitsPending, found.Counters.DebitsPending)
            ?? Finding.IfDiffers(where, "posted debits", account.Counters.DebitsPosted, found.Counters.DebitsPosted)
            ?? Finding.IfDiffers(where, "pending credits", account.Counters.CreditsPending, found.Counters.CreditsPending)
            ?? Finding.IfDiffers(where, "posted credits", account.Counters.CreditsPosted, found.Counters.CreditsPosted)
            ?? Finding.IfDiffers(where, "opening entry", account.Opened, found.Opened)
            ?? Finding.IfDiffers(where, "terms", account.Terms, found.Terms);
    }

    /// <summary>Call after the last row: reports missing rows, and checks the head.</summary>
    public Finding? Finish()
    {
        for (long index = 0; index < _tree.Size; index++)
        {
            if (!_withOutcome.Contains(index)) return new Finding($"{_region}/entries/{index}", "outcome under its id", "one", "none");
        }
        foreach (long index in _fold.OpenHolds.Keys)
        {
            if (!_holdsFound.Contains(index)) return new Finding($"{_region}/holds/{index}", "open hold", "one", "none");
        }
        if (_accountsFound < _booked.Count) return MissingAccount(_booked[_accountsFound]);
        string where = $"{_region}/head";
        return Finding.IfDiffers(where, "size", _tree.Size, head.Size)
            ?? Finding.IfBytesDiffer(where, "root", _tree.Root.ToArray(), head.Root)
            ?? Finding.IfBytesDiffer(where, "frontier", _tree.ToArray(), head.Frontier)
            ?? Finding.IfDiffers(where, "time", new LedgerTime(_timeMicroseconds), new LedgerTime(head.TimeMicroseconds))
            ?? Finding.IfDiffers(where, "accounts", _fold.Accounts.Count, head.Accounts)
            ?? _remembered.Finish(head);
    }

    /// <summary>Remembers the expected books at the entry where they end.</summary>
    private void Book()
    {
        if (_tree.Size != books.Size) return;
        _booked = _tree.Size == head.Size ? _fold.Accounts : [.. _fold.Accounts];
        string where = $"{_region}/books";
        _booksFinding ??= Finding.IfBytesDiffer(where, "root", _tree.Root.ToArray(), books.Root)
            ?? Finding.IfBytesDiffer(where, "frontier", _tree.ToArray(), books.Frontier)
            ?? Finding.IfDiffers(where, "time", new LedgerTime(_timeMicroseconds), new LedgerTime(books.TimeMicroseconds))
            ?? Finding.IfDiffers(where, "accounts", _fold.Accounts.Count, books.Accounts);
    }

    private Finding MissingAccount(Account account) =>
        new($"{_region}/accounts/{account.Path}", "account", $"number {account.Number}", "none");

    private Finding? Placed(string where, JournalEntry entry)
    {
        if (entry.Region != head.Region) return new Finding(where, "region", $"{head.Region}", $"{entry.Region}");
        if (entry.Index != _tree.Size) return new Finding(where, "index in the bytes", $"{_tree.Size}", $"{entry.Index}");
        if (_tree.Size > 0 && entry.Time.Microseconds <= _timeMicroseconds) return new Finding(
            where, "time", $"after {new LedgerTime(_timeMicroseconds)}", $"{entry.Time}");
        return _ids.TryAdd(entry.Id, entry.Index) ? null : new Finding(where, "id", "a new one", $"{entry.Id} of entry {_ids[entry.Id]}");
    }

    private static Finding? Columns(string where, EntryRow row, JournalEntry entry) =>
        Finding.IfDiffers(where, "time column", entry.Time.Microseconds, row.TimeMicroseconds)
        ?? Finding.IfDiffers(where, "effective date column", entry.Header.EffectiveDate.ToString("O", CultureInfo.InvariantCulture),
        row.Effective)
        ?? Finding.IfDiffers(where, "kind column", (long)entry.Kind, row.Kind)
        ?? Finding.IfDiffers(where, "code column", StoredName.Of(entry.Code), row.Code)
        ?? Finding.IfDiffers(where, "named entry column", entry.Of, row.Of)
        ?? Finding.IfDiffers(where, "expiry column", entry.Expires?.Microseconds, row.ExpiresMicroseconds);

    private static Finding? Transfers(string where, EntryRow row, JournalEntry entry, ImmutableArray<TransferBalances> balances)
    {
        for (int at = 0; at < Math.Min(entry.Transfers.Length, row.Transfers.Length); at++)
        {
            Transfer transfer = entry.Transfers[at];
            (Counters debit, Counters credit) = balances[at];
            var expected = new TransferRow(
                at, transfer.Debit, transfer.Credit, transfer.Unit.Code, transfer.Posted, transfer.Held, transfer.Released,
                debit.DebitsPosted, debit.CreditsPosted, credit.DebitsPosted, credit.CreditsPosted);
            if (Finding.IfDiffers($"{where}/transfers/{at}", "row", expected, row.Transfers[at]) is { } other) return other;
        }
        return Finding.IfDiffers(where, "transfer rows", entry.Transfers.Length, row.Transfers.Length);
    }
}

/// <summary>The result of verifying a store.</summary>
/// <param name="Regions">The sound regions, up to the finding.</param>
/// <param name="Finding">The first error; null where the store is sound.</param>
public sealed record Verification(IReadOnlyList<VerifiedRegion> Regions, Finding? Finding)
{
    public bool IsSound => Finding is null;
}

/// <summary>A region whose stored data equal what was derived from its journal.</summary>
public sealed record VerifiedRegion(RegionCode Region, long Entries, long Accounts, long Remembered, Digest Root);

/// <summary>A difference between the stored data and what follows from the journal.</summary>
/// <param name="Where">The resource name, such as <c>regions/430211/entries/17</c>.</param>
/// <param name="What">The part that is wrong.</param>
/// <param name="Expected">The value that follows from the journal so far.</param>
/// <param name="Found">The stored value.</param>
public sealed record Finding(string Where, string What, string Expected, string Found)
{
    public override string ToString() => $"{Where}: {What}: expected {Expected}, found {Found}";

    internal static Finding? IfDiffers<T>(string where, string what, T expected, T found) =>
        EqualityComparer<T>.Default.Equals(expected, found) ? null : new Finding(where, what, $"{expected}", $"{found}");

    internal static Finding? IfBytesDiffer(string where, string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found) =>
        expected.SequenceEqual(found)
            ? null : new Finding(where, what, Convert.ToHexStringLower(expected), Convert.ToHexStringLower(found));
}
