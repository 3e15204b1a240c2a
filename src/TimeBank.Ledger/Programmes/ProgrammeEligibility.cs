namespace TimeBank.Ledger;

/// <summary>Who is entitled to a unit programme's vouchers: every condition that is set must hold.</summary>
/// <param name="MinAge">Full years; zero asks for no age.</param>
/// <param name="MinGrade">The mildest grade of a valid assessment; null asks for no assessment.</param>
/// <param name="AnyDifficulty">One of these is enough; none asks for none.</param>
public sealed record ProgrammeEligibility(int MinAge, AbilityGrade? MinGrade, Difficulties AnyDifficulty);
