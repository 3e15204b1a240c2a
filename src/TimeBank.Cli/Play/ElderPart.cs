using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>An elder of the month, made up. What the elder is entitled to is told by the rules that the month is made for; the server decides by its own.</summary>
/// <param name="Key">What the play calls the elder; the server gives the name.</param>
/// <param name="Score">The points of the ability assessment; null: never assessed.</param>
internal sealed record ElderPart(string Key, string Region, string DisplayName, DateOnly Born, ImmutableArray<Difficulty> Difficulties, int? Score, DateOnly Assessed, string AssessedIn)
{
    /// <summary>The meal programme of the month is for this age, with one of these difficulties.</summary>
    public const int MealsFromAge = 75;

    // The shipped policy's numbers: moderate disability is up to 65 points, an assessment is valid for a year, hours are issued from 80, or from 60 to the poor.
    private const int ModerateUpTo = 65, ValidMonths = 12, HoursFromAge = 80, PoorHoursFromAge = 60;

    public static ImmutableArray<Difficulty> MealsForDifficulties { get; } = [Difficulty.LivesAlone, Difficulty.LowIncome, Difficulty.ExtremePoverty];

    public int Age => Ledger.Age.On(Born, Calendar.Date(1));

    public bool GetsNationalVoucher => Region == Roles.Tianyuan && IsDisabled;

    public bool GetsMeals => Region == Roles.Tianyuan && Age >= MealsFromAge && Difficulties.Any(MealsForDifficulties.Contains);

    public bool GetsHours => Has(Difficulty.LivesAlone) && (Age >= HoursFromAge ? Has(Difficulty.EmptyNest) : Age >= PoorHoursFromAge && Has(Difficulty.LowIncome) && IsDisabled);

    private bool IsDisabled => Score <= ModerateUpTo && Ledger.CivilPeriod.LastDay(Assessed, ValidMonths) >= Calendar.Date(1);

    private bool Has(Difficulty difficulty) => Difficulties.Contains(difficulty);
}
