using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// What the server stores of terminals: a state each, and a row for each receipt. Beside it the journal, as SQL shows it.
/// </summary>
internal sealed class TerminalStore(World world, FaultPlan plan, Auditor auditor, Func<bool> mayFail)
{
    private readonly SortedDictionary<string, Shelf<TerminalState>> _states = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Shelf<TerminalRow?>> _rows = new(StringComparer.Ordinal);
    private readonly List<JournalEntry> _entries = [];
    private readonly HashSet<long> _reversed = [];

    public Shelf<TerminalState> State(string device)
    {
        if (!_states.TryGetValue(device, out Shelf<TerminalState>? shelf))
            _states[device] = shelf = new Shelf<TerminalState>(world, plan, "terminal", TerminalState.New, mayFail);
        return shelf;
    }

    public Shelf<TerminalRow?> Row(string key)
    {
        if (!_rows.TryGetValue(key, out Shelf<TerminalRow?>? shelf))
            _rows[key] = shelf = new Shelf<TerminalRow?>(world, plan, "receipt", null, mayFail);
        return shelf;
    }

    /// <summary>What is stored under a row's key; null where nothing is.</summary>
    public TerminalRow? Stored(string key) => _rows.GetValueOrDefault(key)?.Stored;

    /// <summary>The rows of a terminal that are stored, by their keys.</summary>
    public IEnumerable<(string Key, TerminalRow Row)> Rows(string device) => _rows
        .Where(row => row.Key.StartsWith($"{device}-", StringComparison.Ordinal) && row.Value.Stored is not null)
        .Select(row => (row.Key, row.Value.Stored!));

    /// <summary>The keys of a terminal's receipts without an answer, as finance sees them in its list; the first one first.</summary>
    public IReadOnlyList<string> Open(string device) =>
    [
        .. Rows(device).Where(row => !row.Row.Verdict.IsFinal)
            .OrderBy(row => long.Parse(row.Key.Split('-')[1], CultureInfo.InvariantCulture)).Select(row => row.Key),
    ];

    /// <summary>The last entry that posted to an account; null where there is none.</summary>
    public JournalEntry? Last(long account) =>
        Read().LastOrDefault(entry => entry.Transfers.Any(transfer => transfer.Debit == account || transfer.Credit == account));

    /// <summary>What was taken from a voucher and stands, the last one first.</summary>
    public IEnumerable<JournalEntry> Standing(OpaqueId voucher)
    {
        AccountPath path = Chart.VoucherPath(voucher);
        return Read().SelectMany(entry => entry.Opened).FirstOrDefault(account => account.Path == path) is { } account
            ? Redemptions(account.Number, after: -1).Reverse() : [];
    }

    /// <summary>An account's redemptions that were not refunded, after a place in the journal.</summary>
    public IEnumerable<JournalEntry> Redemptions(long account, long after) => Read().Where(entry =>
        entry.Code == EntryCode.RedeemVoucher && entry.Index > after && !_reversed.Contains(entry.Index)
        && entry.Transfers.Any(transfer => transfer.Debit == account));

    private List<JournalEntry> Read()
    {
        for (int at = _entries.Count; at < auditor.Stored.Count; at++)
        {
            JournalEntry entry = EntryCodec.Decode(auditor.Stored[at].Bytes);
            _entries.Add(entry);
            if (entry.Kind == EntryKind.Reverse && entry.Of is { } of) _reversed.Add(of);
        }
        return _entries;
    }
}
