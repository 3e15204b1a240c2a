using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>What happened to vouchers in a month.</summary>
public enum VoucherMove
{
    Issued = 1,
    Redeemed = 2,

    /// <summary>Ended with something left on it: expired or voided.</summary>
    Unused = 3,
}

/// <summary>
/// One finished month, event by event, and the figures of it that may be published. The rule hides whole tables, because a table in which
/// one cell alone is hidden gives that cell away: it is the total less the rest. The reasons stand in this folder's README.
/// </summary>
/// <param name="threshold">The policy's <see cref="Policy.HideBelowPersons"/>: a figure about fewer persons is hidden.</param>
public sealed class MonthTally(int threshold)
{
    private readonly Crowd _volunteers = new(), _served = new(), _donors = new();
    private readonly Dictionary<VoucherMove, Crowd> _totals = Enum.GetValues<VoucherMove>().ToDictionary(move => move, _ => new Crowd());
    private readonly Dictionary<(Unit Unit, VoucherMove Move), Crowd> _units = [];
    private readonly Dictionary<(Unit Unit, Slug Item), Crowd> _items = [];

    /// <summary>A service that a volunteer gave.</summary>
    public void Serve(OpaqueId volunteer, OpaqueId elder, Minutes given)
    {
        _volunteers.Add(volunteer, 1, given.Value);
        _served.Add(elder, 1, given.Value);
    }

    /// <summary>Hours that a volunteer gave to the pool.</summary>
    public void Donate(OpaqueId volunteer, Minutes given) => _donors.Add(volunteer, 1, given.Value);

    /// <param name="money">The voucher's value, or what is left of it; for units their contract price.</param>
    public void Issue(OpaqueId elder, Unit unit, Fen money) => Add(VoucherMove.Issued, elder, unit, 1, money);

    /// <param name="quantity">How many of the item.</param>
    /// <param name="money">What the provider was credited.</param>
    public void Redeem(OpaqueId elder, Unit unit, Slug item, long quantity, Fen money)
    {
        Add(VoucherMove.Redeemed, elder, unit, quantity, money);
        CrowdOf(_items, (unit, item)).Add(elder, quantity, money.Value);
    }

    /// <summary>True while the month needs to know whose vouchers of a unit ended unused. After that their number is enough.</summary>
    public bool AsksWhoseEnded(Unit unit) => !_units.TryGetValue((unit, VoucherMove.Unused), out Crowd? ended) || ended.Persons < threshold;

    /// <param name="elder">Null only where <see cref="AsksWhoseEnded"/> says that nobody asks.</param>
    /// <param name="money">What was left on the voucher; for units their contract price.</param>
    public void EndUnused(OpaqueId? elder, Unit unit, Fen money) => Add(VoucherMove.Unused, elder, unit, 1, money);

    /// <summary>What may be published of the month.</summary>
    public PublicFigures Publish()
    {
        PublicColumn redeemed = ColumnOf(VoucherMove.Redeemed);
        bool items = redeemed.ByUnit is not null && !_items.Values.Any(IsHidden);
        return new PublicFigures
        {
            Volunteers = Rounded(_volunteers.Persons, threshold),
            EldersServed = Rounded(_totals[VoucherMove.Redeemed].Persons, threshold),
            HoursServed = IsHidden(_volunteers) || IsHidden(_served) ? null : _volunteers.Figure,
            HoursDonated = IsHidden(_donors) ? null : _donors.Figure,
            Issued = ColumnOf(VoucherMove.Issued),
            Redeemed = redeemed,
            Unused = ColumnOf(VoucherMove.Unused),
            ByItem = !items ? null
                : [.. _items.OrderBy(row => row.Key.Item.Text, StringComparer.Ordinal)
                    .ThenBy(row => row.Key.Unit.Code, StringComparer.Ordinal)
                    .Select(row => new ItemRow(row.Key.Item, row.Key.Unit, row.Value.Figure))],
        };
    }

    /// <summary>
    /// A count of persons, rounded down to a multiple of the threshold. So no two counts give away a third that is smaller than it.
    /// </summary>
    public static long Rounded(long persons, int threshold) => persons / threshold * threshold;

    private PublicColumn ColumnOf(VoucherMove move)
    {
        if (IsHidden(_totals[move])) return new PublicColumn(null, null);
        (Unit Unit, Crowd Crowd)[] units = [.. _units.Where(row => row.Key.Move == move).Select(row => (row.Key.Unit, row.Value))];
        return new PublicColumn(_totals[move].Figure, units.Any(row => IsHidden(row.Crowd)) ? null
            : units.ToImmutableSortedDictionary(row => row.Unit.Code, row => row.Crowd.Figure, StringComparer.Ordinal));
    }

    /// <summary>True of a crowd that is somebody, and too few.</summary>
    private bool IsHidden(Crowd crowd) => crowd.Figure.Count > 0 && crowd.Persons < threshold;

    private void Add(VoucherMove move, OpaqueId? elder, Unit unit, long count, Fen money)
    {
        _totals[move].Add(elder, count, money.Value);
        CrowdOf(_units, (unit, move)).Add(elder, count, money.Value);
    }

    private static Crowd CrowdOf<TKey>(Dictionary<TKey, Crowd> crowds, TKey key)
        where TKey : notnull =>
        crowds.TryGetValue(key, out Crowd? found) ? found : crowds[key] = new Crowd();

    /// <summary>What a group of persons did, and how many they were.</summary>
    private sealed class Crowd
    {
        private readonly HashSet<OpaqueId> _persons = [];

        public int Persons => _persons.Count;

        public Figure Figure { get; private set; }

        public void Add(OpaqueId? person, long count, long sum)
        {
            if (person is { } known) _persons.Add(known);
            Figure += new Figure(count, sum);
        }
    }
}
