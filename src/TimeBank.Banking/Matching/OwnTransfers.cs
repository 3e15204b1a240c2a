using System.Collections.Immutable;

namespace TimeBank.Banking;

/// <summary>A line of one of the own accounts.</summary>
/// <param name="Account">The account that the line is of, as all its lines name it.</param>
public sealed record OwnLine(string Account, BankLine Line);

/// <summary>Money that left one own account and came into another: one transfer, neither an expense nor an income.</summary>
/// <param name="Out">Place in the list of the line on which it left.</param>
/// <param name="In">Place of the line on which it arrived.</param>
public readonly record struct OwnTransfer(int Out, int In, MatchStanding Standing);

/// <summary>Lines that may be a transfer between own accounts in more than one way.</summary>
public sealed record OwnTransferTie(Places Out, Places In);

public sealed record OwnTransfersResult(ImmutableArray<OwnTransfer> Transfers, ImmutableArray<OwnTransferTie> Ties);

/// <summary>
/// Pairs the two lines of money that moved between own accounts, as from a wallet to the bank. What a wallet kept as its fee isn't looked
/// for at the bank.
/// </summary>
public static class OwnTransfers
{
    private const int MilliFenPerFen = 1_000;

    // Beyond this a set of equal amounts is shown as it is, without looking for pairs in it.
    private const int MostPairs = 4_096;

    /// <param name="days">How many days the money may be under way.</param>
    /// <returns>
    /// Confirmed where one of the lines names the other's account; suggested where amount and days alone find the pair.
    /// </returns>
    public static OwnTransfersResult Pair(IReadOnlyList<OwnLine> lines, int days)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var transfers = ImmutableArray.CreateBuilder<OwnTransfer>();
        var ties = ImmutableArray.CreateBuilder<OwnTransferTie>();
        DayItem[] left = Items(lines, MoneyFlow.Out), came = Items(lines, MoneyFlow.In);
        // A card's line stands on its day and a wallet's on the evening before, so money may also seem to arrive a day early.
        var window = new MatchingPolicy { DaysBefore = days, DaysAfter = Math.Min(days, 1) };
        DaySweep.Run(left, came, window, (some, others) =>
        {
            if ((long)some.Length * others.Length > MostPairs)
            {
                if (IsTwoAccounts(lines, some, others)) ties.Add(new OwnTransferTie(
                    new Places(DayItem.Places(some)), new Places(DayItem.Places(others))));
                return;
            }
            PairIn(lines, some, others, window, transfers, ties);
        });
        transfers.Sort((one, other) => one.Out.CompareTo(other.Out));
        return new OwnTransfersResult(transfers.ToImmutable(), ties.ToImmutable());
    }

    private static void PairIn(IReadOnlyList<OwnLine> lines, ReadOnlySpan<DayItem> left, ReadOnlySpan<DayItem> came, MatchingPolicy window,
        ImmutableArray<OwnTransfer>.Builder transfers, ImmutableArray<OwnTransferTie>.Builder ties)
    {
        List<(int Out, int In)> pairs = [];
        foreach (DayItem from in left)
        {
            foreach (DayItem to in came)
            {
                bool isNear = to.Day >= from.Day - window.DaysAfter && to.Day <= from.Day + window.DaysBefore;
                if (isNear && lines[from.Place].Account != lines[to.Place].Account) pairs.Add((from.Place, to.Place));
            }
        }
        // A pair that names itself goes first: what it takes is no partner of others any more.
        List<(int Out, int In)> named = [.. pairs.Where(pair => Names(lines, pair.Out, pair.In))];
        HashSet<int> gone = [];
        foreach ((int from, int to) in named.Where(pair => IsOnly(named, pair)))
        {
            transfers.Add(new OwnTransfer(from, to, MatchStanding.Confirmed));
            gone.Add(from);
            gone.Add(to);
        }
        List<(int Out, int In)> rest = [.. pairs.Where(pair => !gone.Contains(pair.Out) && !gone.Contains(pair.In))];
        List<(int Out, int In)> tied = [];
        foreach ((int Out, int In) pair in rest)
        {
            if (IsOnly(rest, pair)) transfers.Add(new OwnTransfer(pair.Out, pair.In, MatchStanding.Suggested));
            else tied.Add(pair);
        }
        if (tied.Count > 0) ties.Add(new OwnTransferTie(
            new Places([.. tied.Select(pair => pair.Out).Distinct()]), new Places([.. tied.Select(pair => pair.In).Distinct()])));
    }

    private static bool IsOnly(List<(int Out, int In)> pairs, (int Out, int In) pair) =>
        pairs.Count(other => other.Out == pair.Out || other.In == pair.In) == 1;

    private static bool Names(IReadOnlyList<OwnLine> lines, int from, int to) =>
        lines[from].Line.CounterpartyAccount == lines[to].Account || lines[to].Line.CounterpartyAccount == lines[from].Account;

    private static bool IsTwoAccounts(IReadOnlyList<OwnLine> lines, ReadOnlySpan<DayItem> left, ReadOnlySpan<DayItem> came)
    {
        string first = lines[left[0].Place].Account;
        foreach (DayItem item in left)
            if (lines[item.Place].Account != first) return true;
        foreach (DayItem item in came)
            if (lines[item.Place].Account != first) return true;
        return false;
    }

    private static DayItem[] Items(IReadOnlyList<OwnLine> lines, MoneyFlow flow) => DayItem.Sorted(lines.Count,
        at => lines[at].Line.Flow == flow && Net(lines[at].Line) > 0,
        at => new DayItem(Net(lines[at].Line), 0, lines[at].Line.BookedOn.DayNumber, at));

    private static long Net(BankLine line) =>
        line.Flow == MoneyFlow.Out ? line.Amount.Value - (line.FeeMilliFen / MilliFenPerFen) : line.Amount.Value;
}
