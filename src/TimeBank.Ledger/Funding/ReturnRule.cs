using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// A programme's money that was not spent. Free money is what no voucher binds. It belongs to the funds up to what they gave and have not
/// borne; the rest was imported and has no fund.
/// </summary>
/// <param name="Free">On the programme's allotment account.</param>
/// <param name="Bound">By vouchers that are still out.</param>
/// <param name="Funds">What each fund gave and has not borne, by name. The bound money is part of it.</param>
public sealed record UnspentFunds(Fen Free, Fen Bound, ImmutableArray<FunderPart> Funds);

/// <summary>
/// What goes back to each fund of a programme's unused money. Source: unused money back to its funders, in their shares (e-RUPI).
/// </summary>
/// <remarks>
/// As long as vouchers bind money, imported money stands behind them first, because it can't go back anyway. So a second run right after
/// the first one finds nothing: it would take the bound money from the funds one by one if imported money had a share in what goes back.
/// </remarks>
public static class ReturnRule
{
    /// <summary>The parts that go back, without those of zero. Where nothing is bound each fund gets all that it has not borne.</summary>
    public static ImmutableArray<FunderPart> Parts(UnspentFunds unspent)
    {
        Fen whole = unspent.Funds.Aggregate(Fen.Zero, (sum, part) => sum + part.Amount), back = Fen.Min(unspent.Free, whole);
        if (back == Fen.Zero) return [];
        var split = new FunderSplit(unspent.Funds.Select(part => new FunderShare(part.Fund, part.Amount.Value)));
        return [.. split.Of(back).Where(part => part.Amount > Fen.Zero)];
    }

    /// <summary>Why nothing goes back; null where something does.</summary>
    public static Refusal? Judge(UnspentFunds unspent) =>
        !Parts(unspent).IsEmpty ? null
        : unspent.Free == Fen.Zero ? new Refusal(Reason.NothingToReturn)
        : Refusal.Of(
            Reason.NoFundToReturnTo,
            ("available", unspent.Free.Value.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code));
}
