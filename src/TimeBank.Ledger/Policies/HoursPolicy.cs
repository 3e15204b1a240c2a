using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The numbers of the time bank.</summary>
/// <param name="Coin">The minutes of one time coin.</param>
/// <param name="Quantum">Service is credited in steps of this, rounded down.</param>
/// <param name="BalanceCap">What a volunteer's balance holds at most; the excess goes to the pool.</param>
/// <param name="EarnFromAge">Years at which one may begin to earn.</param>
/// <param name="SpendFromAge">Years at which one may begin to spend.</param>
/// <param name="GiftToAge">Years that a family member who receives a gift has at least.</param>
/// <param name="SessionMax">The longest single service.</param>
/// <param name="DayMax">The most that one person is credited for one day.</param>
/// <param name="InheritWithinMonths">How long after a death or an exit direct family may claim the balance.</param>
/// <param name="GradesFrom">Lifetime minutes from which each star is held, rising: the first entry is one star.</param>
public sealed record HoursPolicy(
    Minutes Coin,
    Minutes Quantum,
    Minutes BalanceCap,
    int EarnFromAge,
    int SpendFromAge,
    int GiftToAge,
    Minutes SessionMax,
    Minutes DayMax,
    int InheritWithinMonths,
    ImmutableArray<Minutes> GradesFrom,
    IssuedHoursPolicy Issued,
    GuaranteeFundPolicy GuaranteeFund);
