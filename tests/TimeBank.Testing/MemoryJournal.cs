using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Testing;

/// <summary>One region's journal in memory. Like a database it stores an entry's bytes and decodes them for each reader.</summary>
internal sealed class MemoryJournal(RegionCode region)
{
    private readonly List<(StoredEntry Stored, ImmutableArray<TransferBalances> Balances)> _entries = [];
    private readonly List<Account> _accounts = [];
    private readonly Dictionary<AccountPath, long> _numbers = [];
    private readonly Dictionary<EntryId, Outcome> _outcomes = [];
    private readonly Dictionary<long, long> _endedBy = [];
    private readonly Dictionary<long, long> _reversedBy = [];

    public LedgerHead Head { get; private set; } = LedgerHead.Empty(region);

    public bool Append(LedgerAppend append)
    {
        if (!Head.IsAt(append.Before)) return false;
        AppendGuard.Check(append);
        Check(append);
        // From here on nothing may fail.
        foreach (Account account in append.Changed) _accounts[(int)account.Number - 1] = account;
        foreach (Account account in append.Opened.OrderBy(account => account.Number))
        {
            _accounts.Add(account);
            _numbers.Add(account.Path, account.Number);
        }
        foreach (AppendedEntry appended in append.Entries)
        {
            JournalEntry entry = EntryCodec.Decode(appended.Bytes);
            _entries.Add((new StoredEntry(entry, appended.Bytes, appended.Salt, appended.Leaf), appended.Balances));
            _outcomes.Add(entry.Id, Outcome.Wrote(entry));
            if (entry.EndsHold) _endedBy.Add(entry.Of!.Value, entry.Index);
            if (entry.Kind == EntryKind.Reverse) _reversedBy.Add(entry.Of!.Value, entry.Index);
        }
        foreach (Outcome outcome in append.Remembered) _outcomes.Add(outcome.Id, outcome);
        Head = append.After;
        return true;
    }

    public Prefetched Prefetch(PrefetchKeys keys)
    {
        LinkedEntry[] linked =
            [.. keys.Linked.Select(_outcomes.GetValueOrDefault).Select(outcome => outcome?.Entry).OfType<JournalEntry>().Select(Linked)];
        var numbers = linked.SelectMany(link => link.Entry.Transfers).SelectMany(transfer => new[] { transfer.Debit, transfer.Credit })
            .ToHashSet();
        foreach (AccountPath path in keys.Paths)
        {
            if (_numbers.TryGetValue(path, out long number)) numbers.Add(number);
        }
        return new Prefetched([.. keys.Ids.Select(_outcomes.GetValueOrDefault).OfType<Outcome>()],
            [.. numbers.Select(number => _accounts[(int)number - 1])], linked);
    }

    public Account? Account(AccountPath path) => _numbers.TryGetValue(path, out long number) ? _accounts[(int)number - 1] : null;

    public IReadOnlyList<Account> Accounts(AccountFilter filter, long afterNumber, int limit) =>
        [.. _accounts.Where(account => account.Number > afterNumber && Matches(account, filter)).Take(limit)];

    public IReadOnlyList<Account> AccountsByPath(AccountFilter filter, string afterPath, int limit) =>
    [
        .. _accounts.Where(account => string.CompareOrdinal(account.Path.Text, afterPath) > 0 && Matches(account, filter))
            .OrderBy(account => account.Path.Text, StringComparer.Ordinal).Take(limit),
    ];

    public IReadOnlyList<Account> AccountsByLastDay(AccountFilter filter, DateOnly afterDay, string afterPath, int limit) =>
    [
        .. _accounts.Where(account => account.Terms?.Until is not null && Matches(account, filter))
            .OrderBy(account => account.Terms!.Until).ThenBy(account => account.Path.Text, StringComparer.Ordinal)
            .Where(account => account.Terms!.Until > afterDay
            || (account.Terms.Until == afterDay && string.CompareOrdinal(account.Path.Text, afterPath) > 0))
            .Take(limit),
    ];

    public StoredEntry? Entry(long index) => index >= 0 && index < _entries.Count ? _entries[(int)index].Stored : null;

    public StoredEntry? Entry(EntryId id) => _outcomes.GetValueOrDefault(id)?.Entry is { } entry ? Entry(entry.Index) : null;

    public IReadOnlyList<StoredEntry> Entries(long fromIndex, int limit) =>
        [.. _entries.Select(entry => entry.Stored).Where(stored => stored.Entry.Index >= fromIndex).Take(limit)];

    public IReadOnlyList<LinkedEntry> Entries(EntryFilter filter, long beforeIndex, int limit) =>
        [.. Passing(filter).Reverse().Where(entry => entry.Index < beforeIndex).Take(limit).Select(Linked)];

    public IReadOnlyList<LinkedEntry> EarliestEntries(EntryFilter filter, long afterIndex, int limit) =>
        [.. Passing(filter).Where(entry => entry.Index > afterIndex).Take(limit).Select(Linked)];

    public IReadOnlyList<StoredTransfer> Transfers(IReadOnlyList<long> entries) =>
    [
        .. entries.Distinct().Order().Where(index => index >= 0 && index < _entries.Count).SelectMany(index =>
        {
            (StoredEntry stored, ImmutableArray<TransferBalances> balances) = _entries[(int)index];
            return stored.Entry.Transfers.Select((transfer, at) => new StoredTransfer(
                index, at, _accounts[(int)transfer.Debit - 1].Path, _accounts[(int)transfer.Credit - 1].Path, transfer,
                    Posted(balances[at].Debit), Posted(balances[at].Credit)));
        }),
    ];

    public IReadOnlyList<Flow> Flows(AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes) =>
    [
        .. _accounts.Where(account => Matches(account, filter))
            .SelectMany(account => Legs(account.Number).Select(leg => (account.Unit, Leg: leg)))
            .Where(item => item.Leg.Entry.Index < sizes[^1])
            .GroupBy(item =>
            {
                JournalEntry entry = item.Leg.Entry;
                bool isReversal = entry.Kind == EntryKind.Reverse;
                EntryCode code = isReversal ? _entries[(int)entry.Of!.Value].Stored.Entry.Code : entry.Code;
                AccountPath? counter = byCounter ? item.Leg.CounterAccount : null;
                int stretch = sizes.Count(size => size <= entry.Index);
                return (Code: code, isReversal, item.Leg.IsDebit, item.Unit, Counter: counter, Stretch: stretch);
            })
            .OrderByDescending(group => group.Key.IsDebit).ThenBy(group => StoredName.Of(group.Key.Code), StringComparer.Ordinal)
            .ThenBy(group => group.Key.isReversal)
            .ThenBy(group => group.Key.Unit.Code, StringComparer.Ordinal).ThenBy(group => group.Key.Counter?.Text, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Stretch)
            .Select(group => new Flow(
                group.Key.Code, group.Key.isReversal, group.Key.IsDebit, group.Key.Unit, group.Key.Counter,
                group.Aggregate(Int128.Zero, (sum, item) => sum + item.Leg.Amount), group.LongCount(), group.Key.Stretch)),
    ];

    public IReadOnlyList<Turnover> Turnovers(long fromIndex, long size, (DateOnly First, DateOnly Last)? effective) =>
    [
        .. _entries.Select(entry => entry.Stored.Entry)
            .Where(entry => entry.Index >= fromIndex && entry.Index < size)
            .Where(entry => effective is not { } days
                || (entry.Header.EffectiveDate >= days.First && entry.Header.EffectiveDate <= days.Last))
            .SelectMany(entry => entry.Transfers.Where(transfer => transfer.Posted > 0).Select(transfer => (Entry: entry, transfer)))
            .GroupBy(item => (
                Code: item.Entry.Kind == EntryKind.Reverse ? _entries[(int)item.Entry.Of!.Value].Stored.Entry.Code : item.Entry.Code,
                IsReversal: item.Entry.Kind == EntryKind.Reverse, item.transfer.Unit,
                Debit: Chart.ClassOf(_accounts[(int)item.transfer.Debit - 1].Path),
                Credit: Chart.ClassOf(_accounts[(int)item.transfer.Credit - 1].Path)))
            .OrderBy(group => StoredName.Of(group.Key.Code), StringComparer.Ordinal).ThenBy(group => group.Key.IsReversal)
            .ThenBy(group => group.Key.Unit.Code, StringComparer.Ordinal).ThenBy(group => group.Key.Debit, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Credit, StringComparer.Ordinal)
            .Select(group => new Turnover(
                group.Key.Code, group.Key.IsReversal, group.Key.Unit, group.Key.Debit, group.Key.Credit,
                group.Aggregate(Int128.Zero, (sum, item) => sum + item.transfer.Posted), group.LongCount())),
    ];

    public IReadOnlyList<Posting> Postings(long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit) =>
    [
        .. Legs(account)
            .Where(leg => leg.Entry.Time >= from && leg.Entry.Time < until)
            .Where(leg => leg.Entry.Index > after.Index || (leg.Entry.Index == after.Index && leg.Position > after.Position))
            .Take(limit),
    ];

    public IReadOnlyList<Posting> LatestPostings(long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit) =>
    [
        .. Legs(account).Reverse()
            .Where(leg => leg.Entry.Time >= from && leg.Entry.Time < until)
            .Where(leg => leg.Entry.Index < before.Index || (leg.Entry.Index == before.Index && leg.Position < before.Position))
            .Take(limit),
    ];

    public IReadOnlyDictionary<long, JournalEntry> LastEntries(IReadOnlyCollection<long> accounts) => accounts
        .Select(account => (Account: account, Leg: Legs(account).LastOrDefault()))
        .Where(last => last.Leg is not null)
        .ToDictionary(last => last.Account, last => last.Leg!.Entry);

    public Counters CountersBefore(long account, LedgerTime time) =>
        Legs(account).LastOrDefault(leg => leg.Entry.Time < time)?.After ?? default;

    public long IndexAt(LedgerTime time) => _entries.Count(entry => entry.Stored.Entry.Time < time);

    public IReadOnlyList<Account> AccountsAsOf(AccountFilter filter, long size, string afterPath, int limit) =>
    [
        .. AccountsByPath(filter, afterPath, int.MaxValue).Where(account => account.Opened < size).Take(limit)
            .Select(account =>
            account with { Counters = Legs(account.Number).LastOrDefault(leg => leg.Entry.Index < size)?.After ?? default }),
    ];

    public IReadOnlyList<JournalEntry> OpenHolds(long afterIndex, int limit) =>
        [.. Open.Where(hold => hold.Index > afterIndex).Take(limit)];

    public IReadOnlyList<JournalEntry> DueHolds(LedgerTime at, int limit) =>
        [.. Open.Where(hold => hold.Expires <= at).OrderBy(hold => hold.Expires).ThenBy(hold => hold.Index).Take(limit)];

    public IReadOnlyList<UnitTotals> TrialBalance() =>
        [.. _accounts.GroupBy(account => account.Unit).OrderBy(unit => unit.Key.Code, StringComparer.Ordinal)
            .Select(unit => new UnitTotals(unit.Key, Sum(unit), unit.LongCount()))];

    public TrialBalance TrialBalanceByClass() => new(
        Head,
        [
            .. _accounts.GroupBy(account => (account.Unit, Class: Chart.ClassOf(account.Path)))
                .OrderBy(row => row.Key.Unit.Code, StringComparer.Ordinal).ThenBy(row => row.Key.Class, StringComparer.Ordinal)
                .Select(row => new ClassTotals(row.Key.Unit, row.Key.Class, Sum(row), row.LongCount())),
        ]);

    private IEnumerable<JournalEntry> Open =>
        _entries.Select(entry => entry.Stored.Entry).Where(entry => entry.OpensHold && !_endedBy.ContainsKey(entry.Index));

    private static CounterTotals Sum(IEnumerable<Account> accounts) =>
        accounts.Aggregate(default(CounterTotals), (sum, account) => sum + account.Counters);

    private static Counters Posted(Counters counters) => new(0, counters.DebitsPosted, 0, counters.CreditsPosted);

    private static bool Matches(Account account, AccountFilter filter) =>
        account.Path.Text.StartsWith(filter.PathPrefix, StringComparison.Ordinal)
        && (filter.Owner.Length == 0 || account.Terms?.Owner == filter.Owner)
        && (filter.Group.Length == 0 || account.Terms?.Group == filter.Group)
        && (filter.UntilBefore is null || account.Terms?.Until < filter.UntilBefore)
        && (filter.Unit is null || account.Unit == filter.Unit)
        && (!filter.NotEmpty || !account.Counters.IsEmpty);

    private IEnumerable<JournalEntry> Passing(EntryFilter filter) => _entries.Select(entry => entry.Stored.Entry)
        .Where(entry => filter.Code is null || entry.Code == filter.Code)
        .Where(entry => filter.Kind is null || entry.Kind == filter.Kind)
        .Where(entry => (filter.From is null || entry.Time >= filter.From) && (filter.Until is null || entry.Time < filter.Until))
        .Where(entry => filter.Reversed is null || _reversedBy.ContainsKey(entry.Index) == filter.Reversed)
        .Where(entry =>
        filter.Touching.All(touching => entry.Transfers.Where(transfer => transfer.Posted > 0)
        .Any(transfer => Matches(_accounts[(int)transfer.Debit - 1], touching) || Matches(_accounts[(int)transfer.Credit - 1], touching))));

    private LinkedEntry Linked(JournalEntry entry) => new(
        entry,
        _endedBy.TryGetValue(entry.Index, out long end) ? end : null,
        _reversedBy.TryGetValue(entry.Index, out long reversal) ? reversal : null);

    private IEnumerable<Posting> Legs(long account)
    {
        foreach ((StoredEntry stored, ImmutableArray<TransferBalances> balances) in _entries)
        {
            for (int at = 0; at < stored.Entry.Transfers.Length; at++)
            {
                Transfer transfer = stored.Entry.Transfers[at];
                bool isDebit = transfer.Debit == account;
                if (transfer.Posted == 0 || (!isDebit && transfer.Credit != account)) continue;
                Counters after = isDebit ? balances[at].Debit : balances[at].Credit;
                AccountPath counter = _accounts[(int)(isDebit ? transfer.Credit : transfer.Debit) - 1].Path;
                yield return new Posting(stored.Entry, at, isDebit, transfer.Posted, Posted(after), counter);
            }
        }
    }

    /// <summary>Checks what the databases check by constraints.</summary>
    private void Check(LedgerAppend append)
    {
        static void Require(bool kept, string what)
        {
            if (!kept) throw new AppendRefusedException(what);
        }

        var ids = new HashSet<EntryId>();
        var ended = new HashSet<long>();
        var reversed = new HashSet<long>();
        var open = append.Entries.Where(appended => appended.Entry.OpensHold).Select(appended => appended.Entry.Index)
            .ToHashSet();
        foreach (Account account in append.Changed) Require(account.Number >= 1 && account.Number <= _accounts.Count,
            $"Account {account.Number} isn't there.");
        foreach (Account account in append.Opened) Require(account.Number > _accounts.Count && !_numbers.ContainsKey(account.Path),
            $"Account {account.Path} is there already.");
        foreach (Account account in append.Changed.Concat(append.Opened)) Require(
            account.KeepsLimits, $"Account {account.Path} breaks its limits.");
        foreach (EntryId id in append.Entries.Select(appended => appended.Entry.Id).Concat(append.Remembered.Select(outcome => outcome.Id)))
        {
            Require(!_outcomes.ContainsKey(id) && ids.Add(id), $"Id {id} is there already.");
        }
        foreach (JournalEntry entry in append.Entries.Select(appended => appended.Entry))
        {
            if (entry.EndsHold)
            {
                long hold = entry.Of!.Value;
                bool isOpen = (open.Contains(hold) || Entry(hold)?.Entry.OpensHold == true) && !_endedBy.ContainsKey(hold)
                    && ended.Add(hold);
                Require(isOpen, $"Entry {entry.Index} ends hold {hold}, which isn't open.");
            }
            if (entry.Kind == EntryKind.Reverse)
            {
                long original = entry.Of!.Value;
                Require(original < entry.Index && !_reversedBy.ContainsKey(original) && reversed.Add(original),
                    $"Entry {entry.Index} reverses entry {original}, which isn't there or is reversed already.");
            }
        }
    }
}
