using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The matches of one run. Those of the rules are made when they are stored: a run may have a million, each with names of its own.
/// </summary>
internal sealed class RunBoard(OpenLines lines, long lastGroup, string by, LedgerTime at, int maxPairs)
{
    private readonly bool[] _taken = new bool[lines.Count], _confirmed = new bool[lines.Count];
    private readonly SortedDictionary<string, PassTally> _passes = new(StringComparer.Ordinal);
    private readonly List<Found> _before = [], _after = [];
    private IEnumerable<Found> _byRules = [];

    /// <summary>How many pairs of a line and a thing of ours <see cref="Matches"/> has.</summary>
    public long Pairs { get; private set; }

    public IReadOnlyList<PassTally> Passes => [.. _passes.Values];

    public long Open => lines.LongCount(line => line.SignedFen != 0) - _confirmed.LongCount(isConfirmed => isConfirmed);

    /// <summary>The lines that no match has yet.</summary>
    public OpenLines Free => _before.Count == 0 ? lines : lines.Without(_taken);

    /// <summary>As they are stored, one by one.</summary>
    public IEnumerable<StoredMatch> Matches
    {
        get
        {
            long group = lastGroup;
            foreach (Found found in _before.Concat(_byRules).Concat(_after))
            {
                group++;
                foreach (long line in found.Lines)
                {
                    foreach (string item in IsTooMany(found.Lines.Length, found.Items.Length) ? [""] : found.Items)
                        yield return new StoredMatch(line, group, item, found.Status, found.Pass, found.DifferenceFen, by, at);
                }
            }
        }
    }

    /// <summary>A pair that is sure, before the rules.</summary>
    public void Confirm(long line, string item, string pass) => AddOne(_before, new Found([line], [item], pass, MatchStatus.Confirmed, 0));

    /// <summary>A pair that comes after what the rules found.</summary>
    public void Suggest(long line, string item, string pass) => AddOne(_after, new Found([line], [item], pass, MatchStatus.Suggested, 0));

    /// <summary>What the rules found among the free lines.</summary>
    public void Add(OpenLines free, IReadOnlyList<string> items, MatchingResult result)
    {
        foreach (PaymentMatch match in result.Matches)
            Take(PlacesOf(free, match.Lines), match.Payments.Count, BankPass.Of(match.Pass), StatusOf(match));
        foreach (PaymentTie tie in result.Ties)
            Take(PlacesOf(free, tie.Lines), tie.Payments.Count, BankPass.Of(tie.Pass), MatchStatus.Tied);
        _byRules = result.Matches.Select(match => new Found(
            Numbers(free, match.Lines), Names(items, match.Payments), BankPass.Of(match.Pass), StatusOf(match), match.DifferenceFen))
            .Concat(result.Ties.Select(tie => new Found(
                Numbers(free, tie.Lines), Names(items, tie.Payments), BankPass.Of(tie.Pass), MatchStatus.Tied, 0)));
    }

    private static MatchStatus StatusOf(PaymentMatch match) =>
        match.Standing == MatchStanding.Confirmed ? MatchStatus.Confirmed : MatchStatus.Suggested;

    private static long[] Numbers(OpenLines free, Places places) => [.. places.Select(free.NumberAt)];

    private static string[] Names(IReadOnlyList<string> items, Places places) => [.. places.Select(place => items[place])];

    private void AddOne(List<Found> list, Found found)
    {
        if (lines.PlaceOf(found.Lines[0]) is not (>= 0 and var place) || _taken[place]) return;
        list.Add(found);
        Take([place], 1, found.Pass, found.Status);
    }

    private void Take(int[] places, int items, string pass, MatchStatus status)
    {
        PassTally before = _passes.GetValueOrDefault(pass) ?? new PassTally(pass, 0, 0, 0);
        _passes[pass] = status switch
        {
            MatchStatus.Confirmed => before with { Confirmed = before.Confirmed + 1 },
            MatchStatus.Suggested => before with { Suggested = before.Suggested + 1 },
            _ => before with { Tied = before.Tied + 1 },
        };
        foreach (int place in places)
        {
            _taken[place] = true;
            if (status == MatchStatus.Confirmed) _confirmed[place] = true;
        }
        Pairs += (long)places.Length * (IsTooMany(places.Length, items) ? 1 : items);
    }

    private int[] PlacesOf(OpenLines free, Places places) => [.. places.Select(place => lines.PlaceOf(free.NumberAt(place)))];

    /// <summary>Whether the pairs are too many to list, or there are none: then the lines alone are kept.</summary>
    private bool IsTooMany(int lineCount, int itemCount) => itemCount == 0 || (long)lineCount * itemCount > maxPairs;

    /// <summary>Lines and things of ours that are one match, or one tie.</summary>
    private sealed record Found(long[] Lines, string[] Items, string Pass, MatchStatus Status, long DifferenceFen);
}
