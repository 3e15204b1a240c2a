using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Holds what must be equal against each other, for some days: see the README of the folder.</summary>
public sealed class FiveLegs(ILedgerReader ledger)
{
    /// <summary>What differs and stands in the way of closing these days.</summary>
    public async Task<ImmutableArray<ReportDifference>> DifferencesAsync(
        RegionCode region, DateOnly first, DateOnly last, CancellationToken cancellation)
    {
        _ = (first, last);
        IReadOnlyList<UnitTotals> totals = await ledger.TrialBalanceAsync(region, cancellation);
        return
        [
            .. totals.Where(total => !total.Balances).Select(total => new ReportDifference(
                ReportLeg.Whole, "", null, total.Unit, total.Totals.DebitsPosted, total.Totals.CreditsPosted)),
        ];
    }
}

/// <summary>The pairs of sums that a report holds against each other.</summary>
public enum ReportLeg
{
    None = 0,

    /// <summary>Vouchers and hours that were issued, against the issue runs.</summary>
    Issued = 1,

    /// <summary>What each voucher and person holds, against what is bound for them.</summary>
    Held = 2,

    /// <summary>What was redeemed at each provider, against what the provider was credited.</summary>
    Redeemed = 3,

    /// <summary>What providers were credited, against payments and the bank.</summary>
    Paid = 4,

    /// <summary>In, out and remaining as a whole.</summary>
    Whole = 5,
}

/// <summary>Two sums that should be equal and are not.</summary>
/// <param name="Account">The account, or the class of accounts.</param>
/// <param name="Entry">The index of the entry that it is about, where one can be named.</param>
/// <param name="Left">The sum that the leg names first, in the unit's smallest parts.</param>
public sealed record ReportDifference(ReportLeg Leg, string Account, long? Entry, Unit Unit, Int128 Left, Int128 Right)
{
    public override string ToString() => $"{Leg} {Account}{(Entry is { } entry ? $" #{entry}" : "")}: {Left} / {Right} {Unit}";
}
