using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Nothing hidden can be worked out from what is published. For each hidden figure of a random month there is a second month that publishes
/// the same to the letter and has another number there: so no reader can tell which of the two it was.
/// </summary>
public sealed class DisclosureTests
{
    private static readonly Unit[] Units = [Unit.Fen, Unit.Meal];
    private static readonly Slug[] Items = [Slug.Parse("bath"), Slug.Parse("meal")];

    private static readonly Gen<Event> AnyEvent = Gen.Select(Gen.Int[1, 3], Gen.Int[0, 6], Gen.Int[0, 1], Gen.Int[0, 1],
        (move, person, unit, item) => new Event((VoucherMove)move, person, unit, item));

    [Fact]
    public void Every_hidden_figure_could_be_another() =>
        Gen.Select(Gen.Int[3, 5], AnyEvent.Array[0, 30]).Sample((threshold, events) =>
        {
            string published = Published(events, threshold);
            IEnumerable<Event[]> others = [.. Others(events).Where(other => Published(other, threshold) == published)];
            foreach (Func<Event, bool> cell in Cells())
            {
                (int persons, int count) = Of(events, cell);
                if (persons == 0 || persons >= threshold) continue;
                if (!others.Any(other => Of(other, cell) != (persons, count))) return false;
            }
            return true;
        }, iter: 2_000);

    [Fact]
    public void What_is_shown_adds_up_so_that_nothing_is_missing_between() =>
        Gen.Select(Gen.Int[3, 5], AnyEvent.Array[0, 30]).Sample((threshold, events) =>
        {
            PublicFigures shown = Tally(events, threshold).Publish();
            foreach (PublicColumn column in new[] { shown.Issued, shown.Redeemed, shown.Unused })
            {
                if (column.ByUnit is not { } units) continue;
                Assert.Equal(column.Total, units.Values.Aggregate(default(Figure), (sum, row) => sum + row));
            }
            foreach (IGrouping<Unit, ItemRow> items in (shown.ByItem ?? []).GroupBy(row => row.Unit))
            {
                Assert.Equal(shown.Redeemed.ByUnit![items.Key.Code],
                    items.Aggregate(default(Figure), (sum, row) => sum + row.Redeemed));
            }
            Assert.True(shown.EldersServed % threshold == 0);
        });

    [Fact]
    public void A_year_is_hidden_where_one_of_its_months_is()
    {
        PublicFigures full = Tally([.. Enumerable.Range(0, 5).Select(person => new Event(VoucherMove.Issued, person, 1, 0))], 5).Publish(),
            small = Tally([new Event(VoucherMove.Issued, 0, 1, 0)], 5).Publish(), empty = Tally([], 5).Publish();

        PublicFigures open = PublicFigures.OfYear([full, empty, full]), closed = PublicFigures.OfYear([full, small, full]);

        Assert.Equal((new Figure(10, 1_000), 10), (open.Issued.Total, open.Issued.ByUnit!["MEAL"].Count));
        Assert.Equal((null, null, null, null), (closed.Issued.Total, closed.Issued.ByUnit, closed.Volunteers, open.EldersServed));
        Assert.Equal((default(Figure), 0), (closed.Unused.Total, closed.ByItem!.Value.Length));
        Assert.Null(small.Issued.Total);
        Assert.Equal(default(Figure), empty.Issued.Total);
    }

    [Theory]
    [InlineData(4, 5, true)]
    [InlineData(5, 4, true)]
    [InlineData(5, 5, false)]
    public void Hours_are_hidden_where_few_gave_or_few_received_them(int volunteers, int elders, bool hidden)
    {
        var month = new MonthTally(5);
        for (int at = 0; at < 20; at++) month.Serve(Person(at % volunteers), Person(100 + (at % elders)), new Minutes(60));

        PublicFigures shown = month.Publish();

        Assert.Equal(hidden ? null : new Figure(20, 1_200), shown.HoursServed);
        Assert.Equal(volunteers / 5 * 5, shown.Volunteers);
    }

    [Fact]
    public void Whose_vouchers_ended_is_asked_only_as_long_as_it_decides()
    {
        var month = new MonthTally(3);
        for (int at = 0; at < 3; at++)
        {
            Assert.True(month.AsksWhoseEnded(Unit.Meal));
            month.EndUnused(Person(at), Unit.Meal, new Fen(100));
        }

        Assert.False(month.AsksWhoseEnded(Unit.Meal));
        month.EndUnused(null, Unit.Meal, new Fen(100));
        Assert.Equal(new Figure(4, 400), month.Publish().Unused.Total);
    }

    private readonly record struct Event(VoucherMove Move, int Person, int Unit, int Item);

    private static OpaqueId Person(int number) => OpaqueId.Parse($"E{number:D11}");

    private static MonthTally Tally(IEnumerable<Event> events, int threshold)
    {
        var month = new MonthTally(threshold);
        foreach (Event one in events)
        {
            Unit unit = Units[one.Unit];
            if (one.Move == VoucherMove.Issued) month.Issue(Person(one.Person), unit, new Fen(100));
            else if (one.Move == VoucherMove.Unused) month.EndUnused(Person(one.Person), unit, new Fen(100));
            else month.Redeem(Person(one.Person), unit, Items[one.Item], 1, new Fen(100));
        }
        return month;
    }

    /// <summary>All that is published, as text.</summary>
    private static string Published(IEnumerable<Event> events, int threshold)
    {
        PublicFigures shown = Tally(events, threshold).Publish();
        string columns = string.Join(" | ", new[] { shown.Issued, shown.Redeemed, shown.Unused }.Select(
            column => $"{column.Total} {(column.ByUnit is null ? "hidden" : string.Join("; ", column.ByUnit))}"));
        return $"{shown.EldersServed} {columns} {(shown.ByItem is null ? "hidden" : string.Join("; ", shown.ByItem.Value))}";
    }

    /// <summary>Every figure about a part of the events: a unit's column, and an item of a unit.</summary>
    private static IEnumerable<Func<Event, bool>> Cells()
    {
        foreach (int unit in new[] { 0, 1 })
        {
            foreach (VoucherMove move in Enum.GetValues<VoucherMove>()) yield return one => one.Unit == unit && one.Move == move;
            foreach (int item in new[] { 0, 1 })
                yield return one => one is { Move: VoucherMove.Redeemed } && one.Unit == unit && one.Item == item;
        }
    }

    private static (int Persons, int Count) Of(Event[] events, Func<Event, bool> cell)
    {
        Event[] of = [.. events.Where(cell)];
        return (of.Select(one => one.Person).Distinct().Count(), of.Length);
    }

    /// <summary>Months that differ from this one by a step: one event more, less or elsewhere, or two rows swapped.</summary>
    private static IEnumerable<Event[]> Others(Event[] events)
    {
        foreach (VoucherMove move in Enum.GetValues<VoucherMove>())
            yield return [.. events.Select(one => one.Move == move ? one with { Unit = 1 - one.Unit } : one)];
        foreach (int unit in new[] { 0, 1 })
            yield return [.. events.Select(one => one.Unit == unit ? one with { Item = 1 - one.Item } : one)];
        for (int at = 0; at < events.Length; at++)
        {
            Event one = events[at];
            yield return [.. events[..at], .. events[(at + 1)..]];
            yield return [.. events, one];
            yield return [.. events[..at], one with { Unit = 1 - one.Unit }, .. events[(at + 1)..]];
            yield return [.. events[..at], one with { Item = 1 - one.Item }, .. events[(at + 1)..]];
        }
    }
}
