using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>A count of events with the sum of their amounts: minutes for hours, fen for vouchers.</summary>
public readonly record struct Figure(long Count, long Sum)
{
    public static Figure operator +(Figure left, Figure right) => new(left.Count + right.Count, left.Sum + right.Sum);
}

/// <summary>Vouchers issued and ended unused, and services redeemed; the sums are fen.</summary>
public sealed record MonthVouchers(Figure Issued, Figure Redeemed, Figure Unused)
{
    public static MonthVouchers operator +(MonthVouchers left, MonthVouchers right) =>
        new(left.Issued + right.Issued, left.Redeemed + right.Redeemed, left.Unused + right.Unused);
}

/// <summary>The vouchers of one unit.</summary>
public sealed record UnitRow(Unit Unit, MonthVouchers Vouchers);

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

    public required MonthVouchers? Vouchers { get; init; }

    /// <summary>By unit; the rows add up to <see cref="Vouchers"/>.</summary>
    public required ImmutableArray<UnitRow>? ByUnit { get; init; }

    /// <summary>By item and unit; the rows of a unit add up to what <see cref="ByUnit"/> says was redeemed.</summary>
    public required ImmutableArray<ItemRow>? ByItem { get; init; }

    /// <summary>
    /// A year, made of nothing but what its months publish. So a year less its months can give nothing away, and a figure that one month
    /// hides is hidden in its year too. Persons are left out: one who serves in two months is one person, which months alone can't tell.
    /// </summary>
    public static PublicFigures OfYear(IReadOnlyList<PublicFigures> months) => new()
    {
        Volunteers = null,
        EldersServed = null,
        HoursServed = Sum(months.Select(month => month.HoursServed)),
        HoursDonated = Sum(months.Select(month => month.HoursDonated)),
        Vouchers = months.Any(month => month.Vouchers is null) ? null
            : months.Aggregate(new MonthVouchers(default, default, default), (sum, month) => sum + month.Vouchers!),
        ByUnit = months.Any(month => month.ByUnit is null) ? null
            : [.. months.SelectMany(month => month.ByUnit!.Value).GroupBy(row => row.Unit)
                .OrderBy(rows => rows.Key.Code, StringComparer.Ordinal)
                .Select(rows => new UnitRow(rows.Key, rows.Select(row => row.Vouchers).Aggregate((sum, more) => sum + more)))],
        ByItem = months.Any(month => month.ByItem is null) ? null
            : [.. months.SelectMany(month => month.ByItem!.Value).GroupBy(row => (row.Item, row.Unit))
                .OrderBy(rows => rows.Key.Item.Text, StringComparer.Ordinal).ThenBy(rows => rows.Key.Unit.Code, StringComparer.Ordinal)
                .Select(rows => new ItemRow(
                    rows.Key.Item, rows.Key.Unit, rows.Aggregate(default(Figure), (sum, row) => sum + row.Redeemed)))],
    };

    private static Figure? Sum(IEnumerable<Figure?> months) =>
        months.Aggregate((Figure?)default(Figure), (sum, month) => sum is { } so && month is { } more ? so + more : null);
}
