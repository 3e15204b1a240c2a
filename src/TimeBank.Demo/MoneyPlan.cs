using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>The month's money: three funds, the money that arrives in them, and three programmes that they pay for.</summary>
internal static class MoneyPlan
{
    private const long MealContractFen = 1_200, MealsAMonth = 20;
    private const int SecondDonationDay = 16, TopUpDay = 20;

    public static IEnumerable<Step> Of(Cast cast) =>
    [
        // Comes before anybody registers: a database that holds another month fails here, before anything is added to it.
        new CreateFundStep(Roles.Lottery, FundKind.Lottery, "演示·福彩公益金", "", Calendar.At(1, 0, 5)),
        new DescribeBankStep(Calendar.At(1, 7, 0)),
        new CreateFundStep(Roles.Fiscal, FundKind.Fiscal, "演示·财政资金", "", Calendar.At(1, 7, 0)),
        new CreateFundStep(Roles.Donation, FundKind.Donation, "演示·暖心餐捐赠", "老年助餐", Calendar.At(1, 7, 0)),
        new ReceiveStep(Roles.Lottery, 26_000_000, "DEMO-2026-1001", 1, Calendar.At(1, 7, 5)),
        new ReceiveStep(Roles.Fiscal, 18_000_000, "DEMO-2026-1002", 1, Calendar.At(1, 7, 5)),
        new ReceiveStep(Roles.Donation, 2_000_050, "DEMO-2026-1003", 1, Calendar.At(1, 7, 5)),
        new CreateProgrammeStep(National(), Calendar.At(1, 7, 10)),
        new CreateProgrammeStep(Meals(), Calendar.At(1, 7, 10)),
        new CreateProgrammeStep(Baths(), Calendar.At(1, 7, 10)),
        // The total does not divide evenly; the shares are exact to the fen all the same.
        new AllotStep("national", ByShares(Roles.National, 19_999_999, (Roles.Lottery, 55), (Roles.Fiscal, 45)), Calendar.At(1, 7, 15)),
        new AllotStep(
            "meals", ForPurpose(ByAmounts(Roles.Meals, (Roles.Lottery, 1_500_000), (Roles.Donation, 1_800_000))), Calendar.At(1, 7, 15)),
        new AllotStep("baths", ByShares(Roles.Baths, BathPlan.AllottedFen(cast), (Roles.Lottery, 60), (Roles.Fiscal, 40)),
            Calendar.At(1, 7, 15)),
        new ReceiveStep(Roles.Donation, 528_800, "DEMO-2026-1004", SecondDonationDay, Calendar.At(SecondDonationDay, 10, 0)),
        new AllotStep(
            "meals-donated", ForPurpose(ByAmounts(Roles.Meals, (Roles.Donation, 528_800))), Calendar.At(SecondDonationDay, 10, 5)),
        new AllotStep("national-top-up", ByShares(Roles.National, 1_000_001, (Roles.Lottery, 55), (Roles.Fiscal, 45)),
        Calendar.At(TopUpDay, 10, 0)),
    ];

    private static CreateProgrammeRequest National()
    {
        var programme = new CreateProgrammeRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan),
            ProgrammeId = Roles.National,
            DisplayName = "演示·养老服务消费补贴",
            Scheme = ProgrammeScheme.NationalEVoucher,
        };
        programme.ServiceTypes.Add(Cast.NationalServices);
        return programme;
    }

    private static CreateProgrammeRequest Meals()
    {
        var programme = new CreateProgrammeRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan),
            ProgrammeId = Roles.Meals,
            DisplayName = "演示·老年助餐券",
            Scheme = ProgrammeScheme.UnitVoucher,
            MonthlyQuota = new Amount { Value = MealsAMonth, Unit = "MEAL" },
            ContractPrice = new Amount { Value = MealContractFen, Unit = "CNY" },
            Eligibility = new Eligibility { MinAge = ElderPart.MealsFromAge },
        };
        programme.ServiceTypes.Add(ServiceType.Meal);
        programme.Eligibility.AnyDifficulty.Add(ElderPart.MealsForDifficulties);
        return programme;
    }

    private static CreateProgrammeRequest Baths()
    {
        var programme = new CreateProgrammeRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan),
            ProgrammeId = Roles.Baths,
            DisplayName = "演示·十月助浴券",
            Scheme = ProgrammeScheme.UnitVoucher,
            MonthlyQuota = new Amount { Value = BathPlan.BathsAMonth, Unit = "BATH" },
            ContractPrice = new Amount { Value = BathPlan.ContractFen, Unit = "CNY" },
            Eligibility = new Eligibility { MinAge = ElderPart.BathsFromAge, MinGrade = AbilityGrade.Moderate },
        };
        programme.ServiceTypes.Add(ServiceType.Bath);
        return programme;
    }

    private static AllotFundsRequest ByShares(string programme, long totalFen, params ReadOnlySpan<(string Fund, long Parts)> shares)
    {
        var split = new AllotmentByShares { Total = new Amount { Value = totalFen, Unit = "CNY" } };
        foreach ((string fund, long parts) in shares) split.Shares.Add(new FundShare { Fund = Roles.Fund(fund), Parts = parts });
        return new AllotFundsRequest { Programme = Roles.Programme(programme), ByShares = split };
    }

    /// <summary>The donors gave for meals, and the programme is one of meals.</summary>
    private static AllotFundsRequest ForPurpose(AllotFundsRequest allotment) => new(allotment) { ServesPurpose = true };

    private static AllotFundsRequest ByAmounts(string programme, params ReadOnlySpan<(string Fund, long Fen)> amounts)
    {
        var lines = new AllotmentByAmounts();
        foreach ((string fund, long fen) in amounts) lines.Lines.Add(
            new FundAmount { Fund = Roles.Fund(fund), Amount = new Amount { Value = fen, Unit = "CNY" } });
        return new AllotFundsRequest { Programme = Roles.Programme(programme), ByAmounts = lines };
    }
}
