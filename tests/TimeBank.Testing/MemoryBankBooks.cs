using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;

namespace TimeBank.Testing;

/// <summary>Bank statements, lines and matches in memory.</summary>
public sealed class MemoryBankBooks : IBankBooks
{
    private readonly Lock _turn = new();
    private readonly Dictionary<(RegionCode, Slug), Kept> _kept = [];

    /// <summary>Called before each write is decided. A test writes meanwhile, or throws as an engine that went away.</summary>
    public Action? BeforeWrite { get; set; }

    public ValueTask<BankBook> ReadAsync(RegionCode region, Slug account, CancellationToken cancellation) =>
        ValueTask.FromResult(Of(region, account).Book);

    public ValueTask<bool> AddAsync(RegionCode region, Slug account, BankBook before, IReadOnlyList<StoredStatement> statements,
        IEnumerable<StoredBankLine> lines, CancellationToken cancellation) => Write(region, account, before, kept =>
        {
            BankBook after = BankGuard.After(before, statements);
            StoredBankLine[] all = [.. kept.Lines, .. BankGuard.Lines(before, statements, lines)];
            if (all.DistinctBy(line => (line.Day, Convert.ToHexString(line.Fingerprint.AsSpan()), line.Occurrence)).Count() < all.Length)
                throw new AppendRefusedException("A line is there already.");
            return new Kept(after, [.. kept.Statements, .. statements], all, kept.Matches);
        });

    public ValueTask<bool> MatchAsync(RegionCode region, Slug account, BankBook before, bool keepSuggested, IReadOnlyList<long> removed,
        IEnumerable<StoredMatch> added, CancellationToken cancellation) => Write(region, account, before, kept =>
        {
            List<StoredMatch> matches = [.. kept.Matches.Where(match =>
                !removed.Contains(match.Group) && (keepSuggested || match.Status == MatchStatus.Confirmed))];
            HashSet<long> open = [.. Narrow(kept with { Matches = [.. matches] }, new BankLineFilter(IsOpen: true))
                .Select(line => line.Number)];
            long last = before.LastGroup;
            var confirmed = new HashSet<(long Line, long Group)>();
            foreach (StoredMatch match in added)
            {
                BankGuard.Check(before, match);
                last = Math.Max(last, match.Group);
                if (match.Status == MatchStatus.Confirmed) confirmed.Add((match.Line, match.Group));
                matches.Add(match);
            }
            int closed = confirmed.Select(pair => pair.Line).Distinct().Count(open.Contains);
            if (closed != confirmed.Count) throw BankGuard.NotOpen(confirmed.Count, closed);
            return kept with { Book = before with { Version = before.Version + 1, LastGroup = last }, Matches = [.. matches] };
        });

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsAsync(RegionCode region, Slug account, long beforeNumber, int limit,
        CancellationToken cancellation) => List(
        Of(region, account).Statements.Where(statement => statement.Number < beforeNumber).Reverse().Take(limit));

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsOfFileAsync(RegionCode region, Slug account, Digest file,
        CancellationToken cancellation) => List(Of(region, account).Statements.Where(statement => statement.File == file));

    public IAsyncEnumerable<StoredBankLine> LinesAsync(RegionCode region, Slug account, BankLineFilter filter, long afterNumber, int limit,
        CancellationToken cancellation) =>
        Narrow(Of(region, account), filter).Where(line => line.Number > afterNumber).Take(limit).ToAsyncEnumerable();

    public ValueTask<IReadOnlyList<StoredBankLine>> LinesAsync(RegionCode region, Slug account, IReadOnlyList<long> numbers,
        CancellationToken cancellation) => List(Of(region, account).Lines.Where(line => numbers.Contains(line.Number)));

    public ValueTask<BankLineTotals> TotalsAsync(RegionCode region, Slug account, BankLineFilter filter, CancellationToken cancellation) =>
        ValueTask.FromResult(Narrow(Of(region, account), filter).Aggregate(new BankLineTotals(0, 0, 0), (totals, line) =>
            new BankLineTotals(totals.Lines + 1, totals.InFen + Math.Max(line.SignedFen, 0),
                totals.OutFen - (Int128)Math.Min(line.SignedFen, 0))));

    public ValueTask<IReadOnlyList<StoredMatch>> MatchesAsync(RegionCode region, Slug account, IReadOnlyList<long> lines,
        CancellationToken cancellation) => List(
        Of(region, account).Matches.Where(match => lines.Contains(match.Line)).OrderBy(match => match.Line)
            .ThenBy(match => match.Item, StringComparer.Ordinal).ThenBy(match => match.Group));

    public ValueTask<IReadOnlyList<StoredMatch>> GroupAsync(RegionCode region, Slug account, long group, CancellationToken cancellation) =>
        List(Of(region, account).Matches.Where(match => match.Group == group).OrderBy(match => match.Line)
            .ThenBy(match => match.Item, StringComparer.Ordinal));

    public IAsyncEnumerable<StoredMatch> ConfirmedAsync(RegionCode region, Slug account, string itemPrefix,
        CancellationToken cancellation) => Of(region, account).Matches
        .Where(match => match.Status == MatchStatus.Confirmed && match.Item.StartsWith(itemPrefix, StringComparison.Ordinal))
        .OrderBy(match => match.Item, StringComparer.Ordinal).ThenBy(match => match.Line).ToAsyncEnumerable();

    private static IEnumerable<StoredBankLine> Narrow(Kept kept, BankLineFilter filter)
    {
        HashSet<long> confirmed = kept.Confirmed();
        return kept.Lines.Where(line => (filter.From is null || line.Day >= filter.From) && (filter.To is null || line.Day <= filter.To)
            && (filter.Statement is null || line.Statement == filter.Statement)
            && (filter.IsOpen is null || filter.IsOpen == (line.SignedFen != 0 && !confirmed.Contains(line.Number))));
    }

    private static ValueTask<IReadOnlyList<T>> List<T>(IEnumerable<T> rows) => ValueTask.FromResult<IReadOnlyList<T>>([.. rows]);

    private Kept Of(RegionCode region, Slug account)
    {
        lock (_turn) return _kept.GetValueOrDefault((region, account), Kept.Nothing);
    }

    private ValueTask<bool> Write(RegionCode region, Slug account, BankBook before, Func<Kept, Kept> change)
    {
        BeforeWrite?.Invoke();
        lock (_turn)
        {
            Kept kept = _kept.GetValueOrDefault((region, account), Kept.Nothing);
            if (kept.Book.Version != before.Version) return ValueTask.FromResult(false);
            _kept[(region, account)] = change(kept);
            return ValueTask.FromResult(true);
        }
    }

    /// <summary>An account's book. A change makes a new one, so whoever reads sees one moment.</summary>
    private sealed record Kept(BankBook Book, StoredStatement[] Statements, StoredBankLine[] Lines, StoredMatch[] Matches)
    {
        public static Kept Nothing { get; } = new(BankBook.Empty, [], [], []);

        public HashSet<long> Confirmed() =>
            [.. Matches.Where(match => match.Status == MatchStatus.Confirmed).Select(match => match.Line)];
    }
}
