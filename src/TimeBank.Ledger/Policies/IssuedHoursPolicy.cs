namespace TimeBank.Ledger;

/// <summary>Who is given hours because of hardship, and how many.</summary>
/// <param name="AloneFromAge">Years from which an elder of an empty nest who lives alone is given hours.</param>
/// <param name="LowIncomeFromAge">Years from which an elder of low income, disabled and living alone, is given hours …</param>
/// <param name="LowIncomeToAge">… and the last years of age at which that is so.</param>
/// <param name="LowIncomeFromGrade">The mildest grade that counts as disabled there.</param>
/// <param name="PerMonth">The minutes given for a month; they end with it.</param>
public sealed record IssuedHoursPolicy(int AloneFromAge, int LowIncomeFromAge, int LowIncomeToAge, AbilityGrade LowIncomeFromGrade, Minutes PerMonth);
