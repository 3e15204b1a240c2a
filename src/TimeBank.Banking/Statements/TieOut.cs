namespace TimeBank.Banking;

/// <summary>
/// Holds the lines of one statement to its balances: opening plus lines is closing, and where every line has a balance, each leads to the
/// next. Which end of such a list is the newest is found by the balances, since banks write both.
/// </summary>
internal sealed class TieOut(bool mayBeNegative)
{
    private Order newestLast = new(), newestFirst = new(), opposite = new(), oppositeNewestFirst = new();
    private Step? first, last;

    public Int128 SumFen { get; private set; }

    public int Lines { get; private set; }

    public DateOnly? FirstDay { get; private set; }

    public DateOnly? LastDay { get; private set; }

    /// <param name="balanceFen">The balance that the file gives behind the line; null where it has no such column.</param>
    /// <exception cref="RefusedException">The balance is below zero where it may not be.</exception>
    public void Add(BankLine line, long? balanceFen, string? field)
    {
        SumFen += line.SignedFen;
        Lines++;
        if (FirstDay is null || line.BookedOn < FirstDay) FirstDay = line.BookedOn;
        if (LastDay is null || line.BookedOn > LastDay) LastDay = line.BookedOn;
        if (balanceFen is not { } balance) return;
        RefuseNegative(balance, line.FileLine, field);
        var step = new Step(line.FileLine, line.BookedOn, line.BookedAt, line.SignedFen, balance);
        first ??= step;
        if (last is { } before)
        {
            newestLast.Expect(before.BalanceFen + step.SignedFen, balance, step.FileLine);
            newestFirst.Expect(before.BalanceFen - before.SignedFen, balance, step.FileLine);
            opposite.Expect(before.BalanceFen - step.SignedFen, balance, step.FileLine);
            oppositeNewestFirst.Expect(before.BalanceFen + before.SignedFen, balance, step.FileLine);
        }
        last = step;
    }

    /// <summary>The balances at both ends of a list whose lines have balances; null where it has none.</summary>
    /// <param name="knownOpening">The closing balance of the statement before, where it is known.</param>
    /// <param name="usualOrder">The order that the profile states: whether the newest line comes first; null: it doesn't say.</param>
    /// <exception cref="RefusedException">A line doesn't lead from one balance to the next.</exception>
    public (long OpeningFen, long ClosingFen)? Ends(long? knownOpening, bool? usualOrder, string? field)
    {
        if (first is not { } top || last is not { } bottom) return null;
        if (newestLast.Break is { } oneWay && newestFirst.Break is { } otherWay)
        {
            if (opposite.Break is null || oppositeNewestFirst.Break is null)
                throw RefusedException.Of(RefusalReason.SignsOpposite, Math.Min(oneWay.FileLine, otherWay.FileLine), field);
            OrderBreak further = IsNewestFirst(top, bottom) is { } byDay ? byDay ? otherWay : oneWay
                : oneWay.FileLine >= otherWay.FileLine ? oneWay : otherWay;
            throw RefusedException.Of(RefusalReason.BalanceBreaks, further.FileLine, field,
                StatementRefusal.Yuan(further.ExpectedFen), StatementRefusal.Yuan(further.FoundFen));
        }
        (long, long) rising = (top.BalanceFen - top.SignedFen, bottom.BalanceFen);
        (long, long) falling = (bottom.BalanceFen - bottom.SignedFen, top.BalanceFen);
        if (newestFirst.Break is not null || rising == falling) return rising;
        if (newestLast.Break is not null) return falling;
        bool? newestIsFirst = IsNewestFirst(top, bottom)
            ?? (rising.Item1 == knownOpening ? false : falling.Item1 == knownOpening ? true : (bool?)null)
            ?? usualOrder;
        return newestIsFirst switch
        {
            true => falling,
            false => rising,
            null => throw RefusedException.Of(RefusalReason.OrderUnsettled, top.FileLine, field),
        };
    }

    /// <exception cref="RefusedException">The balances of the statement don't hold its lines between them.</exception>
    public void Close(long openingFen, long closingFen, int line, string? field)
    {
        RefuseNegative(openingFen, line, field);
        RefuseNegative(closingFen, line, field);
        if (openingFen + SumFen != closingFen) throw RefusedException.Of(RefusalReason.ClosingDiffers, line, field,
            StatementRefusal.Yuan(openingFen + SumFen), StatementRefusal.Yuan(closingFen));
    }

    private void RefuseNegative(long balanceFen, int line, string? field)
    {
        if (balanceFen < 0 && !mayBeNegative)
            throw RefusedException.Of(RefusalReason.NegativeBalance, line, field, StatementRefusal.Yuan(balanceFen));
    }

    private static bool? IsNewestFirst(Step top, Step bottom) =>
        (top.Day, top.Time ?? default) == (bottom.Day, bottom.Time ?? default) ? null
        : top.Day != bottom.Day ? top.Day > bottom.Day
        : top.Time is { } early && bottom.Time is { } late ? early > late : null;

    private readonly record struct Step(int FileLine, DateOnly Day, TimeOnly? Time, long SignedFen, long BalanceFen);

    private readonly record struct OrderBreak(int FileLine, long ExpectedFen, long FoundFen);

    /// <summary>One way to read the list, and where it first breaks.</summary>
    private struct Order
    {
        public OrderBreak? Break { get; private set; }

        public void Expect(long expectedFen, long foundFen, int line)
        {
            if (expectedFen != foundFen) Break ??= new OrderBreak(line, expectedFen, foundFen);
        }
    }
}
