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
    BankCases cases, DayRules rules, BusinessClock clock)
{
    private const int Tries = 8, MaxPairs = 200, BookedAtOnce = 50;

    /// <param name="progress">Is told each step but the last.</param>
    /// <returns>The last step.</returns>
    /// <exception cref="StorageUnavailableException">Somebody else writes all the time, or nothing can be written now.</exception>
    public async Task<RunStep> RunAsync(
        OwnAccount account, Command run, IProgress<RunStep> progress, CancellationToken cancellation)
    {
        // What two persons have decided is finished first, so that no rule takes their line.
        if (!run.IsDryRun) await cases.FinishAsync(account, cancellation);
        RunFound found = await MatchAsync(account, run, progress, cancellation);
        var step = new RunStep(found.Lines, found.Expected.Payments.Count, found.Matches, 0, null);
        progress.Report(step);
        long booked = 0;
        var left = new List<(StoredMatch, Reason)>();
        if (!run.IsDryRun)
        {
            await foreach ((StoredMatch match, Reason reason) in booking.BookAsync(account, run, found.Expected, cancellation))
            {
                if (reason == Reason.None) booked++;
                else left.Add((match, reason));
                if (booked % BookedAtOnce == 1) progress.Report(step with { Booked = booked });
            }
        }
        return step with { Booked = booked, End = new RunEnd(found.Passes, found.OpenLines, found.OpenItems, left) };
    }

    /// <summary>Matches and stores what was found, and books nothing: the first half of a run.</summary>
    /// <exception cref="StorageUnavailableException">Somebody else writes all the time, or nothing can be written now.</exception>
    public async Task<RunFound> MatchAsync(
        OwnAccount account, Command run, IProgress<RunStep> progress, CancellationToken cancellation)
    {
        Policy policy = await rules.PolicyAsync(account.Region, clock.Today);
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(account.Region, account.Slug, cancellation);
            var step = new RunStep(0, 0, 0, 0, null);
            OpenLines lines =
                await OpenAsync(account, read => progress.Report(step with { Lines = read }), cancellation);
            step = step with { Lines = lines.Count };
            Expected expected =
                await expectations.ReadAsync(account, cancellation, read => progress.Report(step with { Expected = read }));
            step = step with { Expected = expected.Payments.Count };
            progress.Report(step);
            var board = new RunBoard(lines, book.LastGroup, run.Actor, LedgerTime.From(clock.Now), MaxPairs);
            IReadOnlyList<(long Line, string Item)> pairs = await PairAsync(account, board, policy, cancellation);
            OpenLines free = board.Free;
            MatchingResult result = Matching.Run(free, expected.Payments, policy.Matching());
            board.Add(free, expected.Items, result);
            // A transfer that days and amount alone have found comes last: other rules may have better evidence for the line.
            foreach ((long line, string item) in pairs) board.Suggest(line, item, BankPass.OwnTransfer);
            var found = new RunFound(
                expected, lines.Count, board.Pairs, board.Passes, board.Open, result.OpenPayments.Length);
            IEnumerable<StoredMatch> told = board.Matches.Told(stored => progress.Report(step with { Matches = stored }));
            if (run.IsDryRun || await books.MatchAsync(
                account.Region, account.Slug, book, keepSuggested: false, [], told, cancellation)) return found;
        }
        throw new StorageUnavailableException($"The book of {account.Name} changes all the time.");
    }

    /// <summary>Money between own accounts, so that it is no income: what the other account's run has found, then new pairs.</summary>
    /// <returns>Pairs that are only suggested.</returns>
    private async Task<IReadOnlyList<(long Line, string Item)>> PairAsync(
        OwnAccount account, RunBoard board, Policy policy, CancellationToken cancellation)
    {
        var all = new List<(OwnAccount Account, long Number, BankLine Line)>();
        foreach (OwnAccount other in await accounts.ListAsync(account.Region, cancellation))
        {
            if (other.Slug == account.Slug) continue;
            await foreach (StoredMatch match in books.ConfirmedAsync(
                other.Region, other.Slug, BankItem.Line(account.Slug, 0)[..^1], cancellation))
            {
                board.Confirm(BankItem.LineOf(match.Item).Number, BankItem.Line(other.Slug, match.Line), BankPass.OwnTransfer);
            }
            OpenLines theirs = await OpenAsync(other, _ => { }, cancellation);
            all.AddRange(theirs.Select((line, place) => (other, theirs.NumberAt(place), line)));
        }
        var suggested = new List<(long, string)>();
        if (all.Count == 0) return suggested;
        OpenLines ours = board.Free;
        all.AddRange(ours.Select((line, place) => (account, ours.NumberAt(place), line)));
        OwnTransfersResult pairs = OwnTransfers.Pair(
            [.. all.Select(one => new OwnLine(one.Account.Number, one.Line))], policy.Reconciliation.TransferDays);
        foreach (OwnTransfer pair in pairs.Transfers)
        {
            (int here, int there) = all[pair.Out].Account.Slug == account.Slug ? (pair.Out, pair.In) : (pair.In, pair.Out);
            if (all[here].Account.Slug != account.Slug || all[there].Account.Slug == account.Slug) continue;
            string item = BankItem.Line(all[there].Account.Slug, all[there].Number);
            if (pair.Standing == MatchStanding.Confirmed) board.Confirm(all[here].Number, item, BankPass.OwnTransfer);
            else suggested.Add((all[here].Number, item));
        }
        return suggested;
    }

    private async Task<OpenLines> OpenAsync(OwnAccount account, Action<long> tell, CancellationToken cancellation)
    {
        var lines = new OpenLines();
        await foreach (OpenedLine line in reader.StreamAsync(account, new BankLineFilter(IsOpen: true), 0, int.MaxValue, cancellation))
        {
            lines.Add(line.Number, line.Line);
            if (lines.Count % LongWork.Stretch == 0) tell(lines.Count);
        }
        return lines;
    }
}

/// <summary>What the matching of a run found.</summary>
/// <param name="Lines">How many lines were open before.</param>
/// <param name="Matches">How many pairs were stored; in a dry run, would be.</param>
/// <param name="OpenLines">How many of them no confirmed match has; beside them the things of ours that stay open.</param>
public sealed record RunFound(
    Expected Expected, long Lines, long Matches, IReadOnlyList<PassTally> Passes, long OpenLines, long OpenItems);

/// <summary>How far a run is.</summary>
/// <param name="Lines">Open lines read.</param>
/// <param name="Expected">Things of ours read.</param>
/// <param name="Matches">Pairs stored.</param>
/// <param name="Booked">Matches booked.</param>
/// <param name="End">Set in the last step.</param>
public sealed record RunStep(long Lines, long Expected, long Matches, long Booked, RunEnd? End);

/// <summary>The result of a run.</summary>
/// <param name="Left">Confirmed matches that the ledger refuses for the present, and why.</param>
public sealed record RunEnd(
    IReadOnlyList<PassTally> Passes, long OpenLines, long OpenItems, IReadOnlyList<(StoredMatch Match, Reason Reason)> Left);

/// <summary>What one rule found.</summary>
public sealed record PassTally(string Pass, long Confirmed, long Suggested, long Tied);
