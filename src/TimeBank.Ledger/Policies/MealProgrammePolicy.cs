namespace TimeBank.Ledger;

/// <summary>The meal programme.</summary>
/// <param name="FromAge">Years from which every elder is given meals.</param>
/// <param name="HardshipFromAge">Years from which an elder with one of the flags is.</param>
/// <param name="HardshipFlags">The difficulties of which one is enough.</param>
/// <param name="UnitsPerMonth">Meals a month.</param>
public sealed record MealProgrammePolicy(int FromAge, int HardshipFromAge, Difficulties HardshipFlags, long UnitsPerMonth);
