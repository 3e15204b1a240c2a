using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>A count of events with the sum of their amounts: minutes for hours, fen for vouchers.</summary>
public readonly record struct Figure(long Count, long Total)
{
    public static Figure operator +(Figure left, Figure right) => new(left.Count + right.Count, left.Total + right.Total);

    /// <summary>The sum; null if one of them is hidden.</summary>
    internal static Figure? Sum(IEnumerable<Figure?> figures) =>
        figures.Aggregate((Figure?)default(Figure), (sum, one) => sum is { } so && one is { } more ? so + more : null);
}

/// <summary>What happened to vouchers in one way: all of it, and by the unit of the vouchers. The sums are fen.</summary>
/// <param name="Total">Null: hidden.</param>
/// <param name="ByUnit">By the unit's code; adds up to the total. Null: hidden.</param>
public sealed record PublicColumn(Figure? Total, ImmutableSortedDictionary<string, Figure>? ByUnit)
{
    internal static PublicColumn Sum(IReadOnlyList<PublicColumn> months) => new(
        Figure.Sum(months.Select(month => month.Total)),
        months.Any(month => month.ByUnit is null) ? null
            : months.SelectMany(month => month.ByUnit!).GroupBy(row => row.Key).ToImmutableSortedDictionary(
                rows => rows.Key, rows => rows.Aggregate(default(Figure), (sum, row) => sum + row.Value), StringComparer.Ordinal));
}

/// <summary>One item of the service list, paid by vouchers of one unit.</summary>
public sealed record ItemRow(Slug Item, Unit Unit, Figure Redeemed);

/// <summary>What is published of a finished month or year. Null: hidden, because it would be about too few persons.</summary>
public sealed record PublicFigures
{
    /// <summary>How many volunteers served, rounded down; null for a year.</summary>
    public required long? Volunteers { get; init; }

    /// <summary>How many elders used a voucher, rounded down; null for a year.</summary>
    public required long? EldersServed { get; init; }

    public required Figure? HoursServed { get; init; }

    public required Figure? HoursDonated { get; init; }

    public required PublicColumn Issued { get; init; }

    public required PublicColumn Redeemed { get; init; }

    /// <summary>Vouchers that ended with something left on them.</summary>
    public required PublicColumn Unused { get; init; }

    /// <summary>By item and unit; the rows of a unit add up to what <see cref="Redeemed"/> has of it.</summary>
    public required ImmutableArray<ItemRow>? ByItem { get; init; }

    /// <summary>
    /// A year, made of nothing but what its months publish. So a year less its months can give nothing away, and a figure that one month
    /// hides is hidden in its year too. Persons are left out: one who serves in two months is one person, which months alone can't tell.
    /// </summary>
    public static PublicFigures OfYear(IReadOnlyList<PublicFigures> months) => new()
    {
        Volunteers = null,
        EldersServed = null,
        HoursServed = Figure.Sum(months.Select(month => month.HoursServed)),
        HoursDonated = Figure.Sum(months.Select(month => month.HoursDonated)),
        Issued = PublicColumn.Sum([.. months.Select(month => month.Issued)]),
        Redeemed = PublicColumn.Sum([.. months.Select(month => month.Redeemed)]),
        Unused = PublicColumn.Sum([.. months.Select(month => month.Unused)]),
        ByItem = months.Any(month => month.ByItem is null) ? null
            : [.. months.SelectMany(month => month.ByItem!.Value).GroupBy(row => (row.Item, row.Unit))
                .OrderBy(rows => rows.Key.Item.Text, StringComparer.Ordinal).ThenBy(rows => rows.Key.Unit.Code, StringComparer.Ordinal)
                .Select(rows => new ItemRow(
                    rows.Key.Item, rows.Key.Unit, rows.Aggregate(default(Figure), (sum, row) => sum + row.Redeemed)))],
    };
}
