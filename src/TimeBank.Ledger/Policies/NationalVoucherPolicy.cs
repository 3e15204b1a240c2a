namespace TimeBank.Ledger;

/// <summary>The national e-voucher: who has it, and what share of the elder's own part it pays.</summary>
/// <param name="FromAge">Years from which a person is an elder.</param>
/// <param name="FromGrade">The mildest grade of disability that is entitled.</param>
/// <param name="CeilingPerMonth">The most that one elder is given for a calendar month.</param>
/// <param name="HomeRatioPercent">The share it pays at home.</param>
/// <param name="InstitutionRatioPercent">The share it pays in an institution or in day care.</param>
/// <param name="RatioMinPercent">No region may set a lower share.</param>
/// <param name="RatioMaxPercent">No region may set a higher share.</param>
public sealed record NationalVoucherPolicy(
    int FromAge,
    AbilityGrade FromGrade,
    Fen CeilingPerMonth,
    int HomeRatioPercent,
    int InstitutionRatioPercent,
    int RatioMinPercent,
    int RatioMaxPercent)
{
    /// <summary>The share that the voucher pays where the service is given.</summary>
    public int RatioPercent(ServiceSetting setting) => setting == ServiceSetting.Home ? HomeRatioPercent : InstitutionRatioPercent;
}
