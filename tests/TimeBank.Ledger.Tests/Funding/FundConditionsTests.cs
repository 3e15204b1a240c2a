using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class FundConditionsTests
{
    // Its region is 430000.
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1));

    /// <summary>
    /// A fund's conditions and a programme: youngest age, residence (-: none), services (-: none). Then the refusal, with its values.
    /// </summary>
    [Theory]
    [InlineData("0 - -", "unit 0 - Meal", "")]
    [InlineData("0 - -", "national 0 - Care", "")]
    [InlineData("80 - -", "unit 80 - Meal", "")]
    [InlineData("80 - -", "unit 85 - Meal", "")]
    [InlineData("80 - -", "unit 79 - Meal", "FundAgeBound fund=F;age=80;from=79")]
    [InlineData("80 - -", "unit 0 - Meal", "FundAgeBound fund=F;age=80;from=0")]
    [InlineData("80 - -", "subsidy 79 - Meal", "FundAgeBound fund=F;age=80;from=79")]
    // The national e-voucher is from 60 on by the policy, whatever the programme says.
    [InlineData("60 - -", "national 0 - Care", "")]
    [InlineData("61 - -", "national 99 - Care", "FundAgeBound fund=F;age=61;from=60")]
    [InlineData("0 430211 -", "unit 0 430211 Meal", "")]
    [InlineData("0 430200 -", "unit 0 430211 Meal", "")]
    [InlineData("0 430211 -", "unit 0 430200 Meal", "FundResidenceBound fund=F;region=430211;lives=430200")]
    [InlineData("0 430211 -", "unit 0 430203 Meal", "FundResidenceBound fund=F;region=430211;lives=430203")]
    [InlineData("0 430211 -", "unit 0 - Meal", "FundResidenceBound fund=F;region=430211;lives=430000")]
    [InlineData("0 430000 -", "unit 0 - Meal", "")]
    [InlineData("0 430000 -", "national 0 - Care", "")]
    [InlineData("0 430211 -", "national 0 430211 Care", "FundResidenceBound fund=F;region=430211;lives=430000")]
    [InlineData("0 - Meal,Bath", "unit 0 - Meal", "")]
    [InlineData("0 - Meal,Bath", "unit 0 - Bath,Meal", "")]
    [InlineData("0 - Meal", "unit 0 - Meal,Bath", "FundServiceBound fund=F;service=SERVICE_TYPE_BATH")]
    [InlineData("0 - Meal", "national 0 - Care", "FundServiceBound fund=F;service=SERVICE_TYPE_CARE")]
    // Age, then residence, then services.
    [InlineData("80 430211 Meal", "unit 60 - Bath", "FundAgeBound fund=F;age=80;from=60")]
    [InlineData("80 430211 Meal", "unit 80 - Bath", "FundResidenceBound fund=F;region=430211;lives=430000")]
    [InlineData("80 430211 Meal", "unit 80 430211 Bath", "FundServiceBound fund=F;service=SERVICE_TYPE_BATH")]
    [InlineData("80 430211 Meal", "unit 80 430211 Meal", "")]
    public void A_programme_gets_money_of_a_fund_whose_conditions_it_keeps(string fund, string programme, string expected)
    {
        string[] bound = fund.Split(' '), asked = programme.Split(' ');
        var conditions = new FundConditions(int.Parse(bound[0], null), Region(bound[1]), [.. Services(bound[2])]);
        ProgrammeScheme scheme = asked[0] switch
        {
            "unit" => ProgrammeScheme.UnitVoucher,
            "subsidy" => ProgrammeScheme.PersistentSubsidy,
            _ => ProgrammeScheme.NationalEVoucher,
        };
        var gets = new Programme(Slug.Parse("p"), scheme, Unit.Fen, [.. Services(asked[3])], 1, Fen.Zero,
            new ProgrammeEligibility(int.Parse(asked[1], null), null, Difficulties.None) { Residence = Region(asked[2]) });

        Refusal? refusal = conditions.RefusalOf("F", gets, Policy);

        Assert.Equal(expected, refusal is null ? "" : $"{refusal.Reason} {refusal.Detail}");
        if (refusal is not null) ReasonTexts.AssertFills(refusal);
    }

    private static RegionCode? Region(string code) => code == "-" ? null : RegionCode.Parse(code);

    private static IEnumerable<ServiceType> Services(string names) => names == "-" ? [] : names.Split(',').Select(Enum.Parse<ServiceType>);
}
