using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Matches the open lines of an account with what is expected there. It stores what it found in place of the suggestions of the run before,
/// and books what is confirmed. Another run, an import or a person may write meanwhile: then it begins anew from what they stored.
/// </summary>
public sealed class ReconciliationRun(
    IBankBooks books, BankBookReader reader, OwnAccounts accounts, ExpectedReader expectations, MatchBooking booking,
    BankCases cases, BusinessClock clock)
{
    private const int Tries = 8, MaxPairs = 200, BookedAtOnce = 50;

    /// <exception cref="StorageUnavailableException">Somebody else writes all the time, or nothing can be written now.</exception>
    public async IAsyncEnumerable<RunStep> RunAsync(
        OwnAccount account, Command run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // What two persons have decided is finished first, so that no rule takes their line.
        if (!run.IsDryRun) await cases.FinishAsync(account, cancellation);
        Found found = await FindAsync(account, run, cancellation);
        yield return new RunStep(found.Lines, found.Expected.Payments.Count, 0, null);
        long booked = 0;
        var left = new List<(StoredMatch, Reason)>();
        if (!run.IsDryRun)
        {
            await foreach ((StoredMatch match, Reason reason) in booking.BookAsync(account, run, found.Expected, cancellation))
            {
                if (reason == Reason.None) booked++;
                else left.Add((match, reason));
                if (booked % BookedAtOnce == 1) yield return new RunStep(found.Lines, found.Expected.Payments.Count, booked, null);
            }
        }
        yield return new RunStep(found.Lines, found.Expected.Payments.Count, booked, new RunEnd(
            found.Passes, found.OpenLines, found.OpenItems, left));
    }

    private async Task<Found> FindAsync(OwnAccount account, Command run, CancellationToken cancellation)
    {
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(account.Region, account.Slug, cancellation);
            IReadOnlyList<OpenedLine> lines = await OpenAsync(account, cancellation);
            Expected expected = await expectations.ReadAsync(account, cancellation);
            var board = new RunBoard(lines, book.LastGroup, run.Actor, LedgerTime.From(clock.Now), MaxPairs);
            IReadOnlyList<(long Line, string Item)> pairs = await PairAsync(account, board, cancellation);
            OpenedLine[] rest = [.. lines.Where(line => !board.IsTaken(line.Stored.Number))];
            MatchingResult result = Matching.Run(
                [.. rest.Select(line => line.Line)], expected.Payments, ReconciliationNumbers.Matching);
            board.Add(rest, expected.Items, result);
            // A transfer that days and amount alone have found comes last: other rules may have better evidence for the line.
            foreach ((long line, string item) in pairs) board.Suggest(line, item, BankPass.OwnTransfer);
            var found = new Found(expected, lines.Count, board.Passes, board.OpenLines, result.OpenPayments.Length);
            if (run.IsDryRun || await books.MatchAsync(account.Region, account.Slug, book, keepSuggested: false, [], board.Matches,
                cancellation)) return found;
        }
        throw new StorageUnavailableException($"The book of {account.Name} changes all the time.");
    }

    /// <summary>Money between own accounts, so that it is no income: what the other account's run has found, then new pairs.</summary>
    /// <returns>Pairs that are only suggested.</returns>
    private async Task<IReadOnlyList<(long Line, string Item)>> PairAsync(
        OwnAccount account, RunBoard board, CancellationToken cancellation)
    {
        var all = new List<(OwnAccount Account, OpenedLine Line)>();
        foreach (OwnAccount other in await accounts.ListAsync(account.Region, cancellation))
        {
            if (other.Slug == account.Slug) continue;
            await foreach (StoredMatch match in books.ConfirmedAsync(
                other.Region, other.Slug, BankItem.Line(account.Slug, 0)[..^1], cancellation))
            {
                board.Confirm(BankItem.LineOf(match.Item).Number, BankItem.Line(other.Slug, match.Line), BankPass.OwnTransfer);
            }
            all.AddRange((await OpenAsync(other, cancellation)).Select(line => (other, line)));
        }
        var suggested = new List<(long, string)>();
        if (all.Count == 0) return suggested;
        all.AddRange(board.Lines.Where(line => !board.IsTaken(line.Stored.Number)).Select(line => (account, line)));
        OwnTransfersResult pairs = OwnTransfers.Pair(
            [.. all.Select(one => new OwnLine(one.Account.Number, one.Line.Line))], ReconciliationNumbers.TransferDays);
        foreach (OwnTransfer pair in pairs.Transfers)
        {
            (int here, int there) = all[pair.Out].Account.Slug == account.Slug ? (pair.Out, pair.In) : (pair.In, pair.Out);
            if (all[here].Account.Slug != account.Slug || all[there].Account.Slug == account.Slug) continue;
            string item = BankItem.Line(all[there].Account.Slug, all[there].Line.Stored.Number);
            if (pair.Standing == MatchStanding.Confirmed) board.Confirm(all[here].Line.Stored.Number, item, BankPass.OwnTransfer);
            else suggested.Add((all[here].Line.Stored.Number, item));
        }
        return suggested;
    }

    private Task<IReadOnlyList<OpenedLine>> OpenAsync(OwnAccount account, CancellationToken cancellation) =>
        reader.LinesAsync(account, new BankLineFilter(IsOpen: true), 0, int.MaxValue, cancellation);

    private sealed record Found(
        Expected Expected, int Lines, IReadOnlyList<PassTally> Passes, long OpenLines, long OpenItems);
}

/// <summary>How far a run is.</summary>
/// <param name="End">Set in the last step.</param>
public sealed record RunStep(long Lines, long Expected, long Booked, RunEnd? End);

/// <summary>The result of a run.</summary>
/// <param name="Left">Confirmed matches that the ledger refuses for the present, and why.</param>
public sealed record RunEnd(
    IReadOnlyList<PassTally> Passes, long OpenLines, long OpenItems, IReadOnlyList<(StoredMatch Match, Reason Reason)> Left);

/// <summary>What one rule found.</summary>
public sealed record PassTally(string Pass, long Confirmed, long Suggested, long Tied);

/// <summary>The matches of one run, as they are stored.</summary>
internal sealed class RunBoard(IReadOnlyList<OpenedLine> lines, long lastGroup, string by, LedgerTime at, int maxPairs)
{
    private readonly HashSet<long> _open = [.. lines.Select(line => line.Stored.Number)], _taken = [], _confirmed = [];
    private readonly SortedDictionary<string, PassTally> _passes = new(StringComparer.Ordinal);
    private readonly List<StoredMatch> _matches = [];
    private long _group = lastGroup;

    public IReadOnlyList<OpenedLine> Lines => lines;

    public IReadOnlyList<StoredMatch> Matches => _matches;

    public IReadOnlyList<PassTally> Passes => [.. _passes.Values];

    public long OpenLines => lines.Count(line => line.Stored.SignedFen != 0) - _confirmed.Count;

    public bool IsTaken(long line) => _taken.Contains(line);

    public void Confirm(long line, string item, string pass) => AddOne(line, item, pass, MatchStatus.Confirmed);

    public void Suggest(long line, string item, string pass) => AddOne(line, item, pass, MatchStatus.Suggested);

    public void Add(IReadOnlyList<OpenedLine> rest, IReadOnlyList<string> items, MatchingResult result)
    {
        foreach (PaymentMatch match in result.Matches)
        {
            MatchStatus status = match.Standing == MatchStanding.Confirmed ? MatchStatus.Confirmed : MatchStatus.Suggested;
            Add([.. match.Lines.Select(line => rest[line].Stored.Number)], [.. match.Payments.Select(payment => items[payment])],
                BankPass.Of(match.Pass), status, match.DifferenceFen);
        }
        foreach (PaymentTie tie in result.Ties)
        {
            Add([.. tie.Lines.Select(line => rest[line].Stored.Number)], [.. tie.Payments.Select(payment => items[payment])],
                BankPass.Of(tie.Pass), MatchStatus.Tied, 0);
        }
    }

    private void AddOne(long line, string item, string pass, MatchStatus status)
    {
        if (_open.Contains(line) && _taken.Add(line)) Add([line], [item], pass, status, 0);
    }

    private void Add(long[] of, string[] items, string pass, MatchStatus status, long difference)
    {
        _group++;
        PassTally before = _passes.GetValueOrDefault(pass) ?? new PassTally(pass, 0, 0, 0);
        _passes[pass] = status switch
        {
            MatchStatus.Confirmed => before with { Confirmed = before.Confirmed + 1 },
            MatchStatus.Suggested => before with { Suggested = before.Suggested + 1 },
            _ => before with { Tied = before.Tied + 1 },
        };
        string[] named = (long)of.Length * items.Length > maxPairs || items.Length == 0 ? [""] : items;
        foreach (long line in of)
        {
            _taken.Add(line);
            if (status == MatchStatus.Confirmed) _confirmed.Add(line);
            foreach (string item in named) _matches.Add(new StoredMatch(line, _group, item, status, pass, difference, by, at));
        }
    }
}
