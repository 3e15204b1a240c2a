using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The shipped policy has the design's defaults. To change a number, ship a new version; do not edit this one.</summary>
public sealed class PolicyDefaultsTests
{
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1));

    public static TheoryData<string, string> Numbers => new()
    {
        { "hours.coinMinutes", "60" },
        { "hours.quantumMinutes", "15" },
        { "hours.balanceCapMinutes", "90000" },
        { "hours.earnFromAgeYears", "18" },
        { "hours.spendFromAgeYears", "60" },
        { "hours.giftToAgeYears", "60" },
        { "hours.sessionMaxMinutes", "120" },
        { "hours.dayMaxMinutes", "480" },
        { "hours.inheritWithinMonths", "12" },
        { "hours.gradeFromMinutes", "6000, 18000, 30000, 60000, 90000" },
        { "hours.issued.aloneFromAgeYears", "80" },
        { "hours.issued.lowIncomeFromAgeYears", "60" },
        { "hours.issued.lowIncomeToAgeYears", "79" },
        { "hours.issued.lowIncomeFromGrade", "moderate" },
        { "hours.issued.grantMinutesPerMonth", "240" },
        { "hours.guaranteeFund.targetFen", "1000000000" },
        { "hours.guaranteeFund.alertBelowPercent", "100" },
        { "vouchers.national.fromAgeYears", "60" },
        { "vouchers.national.fromGrade", "moderate" },
        { "vouchers.national.ceilingFenPerMonth", "80000" },
        { "vouchers.national.homeRatioPercent", "50" },
        { "vouchers.national.institutionRatioPercent", "40" },
        { "vouchers.national.ratioMinPercent", "30" },
        { "vouchers.national.ratioMaxPercent", "60" },
        { "vouchers.national.excludedBenefits", "special-hardship-support, institution-care-subsidy, home-care-project" },
        { "vouchers.meal.fromAgeYears", "80" },
        { "vouchers.meal.hardshipFromAgeYears", "60" },
        { "vouchers.meal.hardshipFlags", "living-alone, low-income, special-hardship" },
        { "vouchers.meal.grantUnitsPerMonth", "20" },
        { "vouchers.issueDayOfMonth", "1" },
        { "vouchers.firstIssueWorkingDays", "5" },
        { "vouchers.claimGraceDays", "28" },
        { "vouchers.returnUnusedDays", "3" },
        { "vouchers.pinMaxMisses", "5" },
        { "vouchers.pinLockHours", "24" },
        { "vouchers.confirm", "nothing" },
        { "vouchers.confirmWaitMinutes", "15" },
        { "vouchers.paperMonths", "2" },
        { "vouchers.unusedAlertDayOfMonth", "20" },
        { "vouchers.noUseAlertMonths", "3" },
        { "vouchers.offline.voucherMaxFen", "5000" },
        { "vouchers.offline.deviceMaxFen", "50000" },
        { "vouchers.offline.syncWithinHours", "24" },
        { "funding.centralEastPercent", "85" },
        { "funding.centralMiddlePercent", "90" },
        { "funding.centralWestPercent", "95" },
        { "funding.lotteryMinPercent", "55" },
        { "funding.provinceLotteryMinPercent", "70" },
        { "settlement.periodMonths", "1" },
        { "settlement.holdbackPercent", "5" },
        { "settlement.batchMaxPayments", "100" },
        { "settlement.payeeWaitDays", "1" },
        { "settlement.claimAboveFen", "1000000" },
        { "reconciliation.daysBefore", "3" },
        { "reconciliation.daysAfter", "10" },
        { "reconciliation.toleranceFen", "0" },
        { "reconciliation.shortestReferenceCharacters", "6" },
        { "reconciliation.transferDays", "3" },
        { "statistics.hideBelowPersons", "5" },
        { "complaints.answerWorkingDays", "5" },
        { "complaints.contestWorkingDays", "3" },
        { "prepayments.maxMonths", "12" },
        { "prepayments.depositBedFees", "12" },
        { "prepayments.providerAlertFen", "50000000" },
        { "visits.alertDayOfMonth", "25" },
        { "visits.recordWithinDays", "31" },
        { "evidence.nearMeters", "500" },
        { "evidence.sidesApartMinutes", "15" },
        { "evidence.fixAgeMinutes", "10" },
        { "evidence.checkOutLateMinutes", "720" },
        { "evidence.backDateDays", "7" },
        { "evidence.absenceAfterMinutes", "30" },
        { "evidence.review", "call, paper, doubtful" },
        { "patterns.pairDays", "5" },
        { "patterns.maximumServices", "5" },
        { "patterns.farServices", "2" },
        { "ability.ableFromPoints", "90" },
        { "ability.mildFromPoints", "66" },
        { "ability.moderateFromPoints", "46" },
        { "ability.severeFromPoints", "30" },
        { "ability.validMonths", "12" },
        { "undoMinutes", "10" },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_shipped_policy_has_the_decided_number_and_its_source(string key, string value)
    {
        PolicyItem item = Assert.Single(Policy.Items.Concat(Policy.Defaults), item => item.Key == key);
        Assert.Equal(value, item.Value);
        Assert.NotEmpty(item.Source);
    }

    [Fact]
    public void The_shipped_policy_has_no_other_numbers() =>
        Assert.Equal(Numbers.Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
            Policy.Items.Concat(Policy.Defaults).Select(item => item.Key).Order(StringComparer.Ordinal));

    /// <summary>The table above reads the file, this one the record: together they find two swapped keys.</summary>
    [Fact]
    public void Each_number_arrives_where_rules_look_for_it()
    {
        Assert.Equal(PolicyVersion.Parse("430000/2026-01"), Policy.Version);
        Assert.Equal(new DateOnly(2026, 1, 1), Policy.Effective);
        Assert.Equal((10, 5), (Policy.UndoMinutes, Policy.HideBelowPersons));
        Assert.Equal((5, 3), (Policy.Complaints.AnswerWorkingDays, Policy.Complaints.ContestWorkingDays));
        Assert.Equal(new PrepaymentPolicy(12, 12, new Fen(50_000_000)), Policy.Prepayments);
        Assert.Equal(new VisitsPolicy(25, 31), Policy.Visits);
        EvidencePolicy evidence = Policy.Evidence;
        Assert.Equal((500, 15, 10), (evidence.NearMeters, evidence.SidesApartMinutes, evidence.FixAgeMinutes));
        Assert.Equal((720, 7, 30), (evidence.CheckOutLateMinutes, evidence.BackDateDays, evidence.AbsenceAfterMinutes));
        Assert.Equal([EvidenceGrade.Call, EvidenceGrade.Paper, EvidenceGrade.Doubtful], evidence.Review);
        Assert.Equal(new PatternPolicy(5, 5, 2), Policy.Patterns);
        HoursPolicy hours = Policy.Hours;
        Assert.Equal((60, 15, 90_000, 120, 480),
            (hours.Coin.Value, hours.Quantum.Value, hours.BalanceCap.Value, hours.SessionMax.Value, hours.DayMax.Value));
        Assert.Equal((18, 60, 60, 12), (hours.EarnFromAge, hours.SpendFromAge, hours.GiftToAge, hours.InheritWithinMonths));
        Assert.Equal([6_000, 18_000, 30_000, 60_000, 90_000], hours.GradesFrom.Select(minutes => minutes.Value));
        Assert.Equal(new IssuedHoursPolicy(80, 60, 79, AbilityGrade.Moderate, new Minutes(240)), hours.Issued);
        Assert.Equal(new GuaranteeFundPolicy(new Fen(1_000_000_000), 100), hours.GuaranteeFund);
        VouchersPolicy vouchers = Policy.Vouchers;
        Assert.Equal(new NationalVoucherPolicy(60, AbilityGrade.Moderate, new Fen(80_000), 50, 40, 30, 60), vouchers.National);
        Assert.Equal(
            Benefits.SpecialHardshipSupport | Benefits.InstitutionCareSubsidy | Benefits.HomeCareProject, vouchers.National.Excluded);
        Assert.Equal(
            new MealProgrammePolicy(80, 60, Difficulties.LivingAlone | Difficulties.LowIncome | Difficulties.SpecialHardship, 20),
                vouchers.Meal);
        Assert.Equal((1, 5, 28, 3, 5, 24), (
            vouchers.IssueDayOfMonth,
            vouchers.FirstIssueWorkingDays,
            vouchers.ClaimGraceDays,
            vouchers.ReturnUnusedDays,
            vouchers.PinMaxMisses,
            vouchers.PinLockHours));
        Assert.Equal((20, 3, 15), (vouchers.UnusedAlertDay, vouchers.NoUseAlertMonths, vouchers.ConfirmWaitMinutes));
        Assert.Empty(vouchers.HolderChecks);
        Assert.Equal(new OfflinePolicy(new Fen(5_000), new Fen(50_000), 24), vouchers.Offline);
        Assert.Equal(new FundingPolicy(85, 90, 95, 55, 70), Policy.Funding);
        Assert.Equal(new SettlementPolicy(1, 5, 100, 1, new Fen(1_000_000)), Policy.Settlement);
        Assert.Equal(new AbilityPolicy(90, 66, 46, 30, 12), Policy.Ability);
    }

    [Theory]
    [InlineData(ServicePlace.Home, 50)]
    [InlineData(ServicePlace.Institution, 40)]
    [InlineData(ServicePlace.DayCare, 40)]
    public void The_voucher_pays_the_share_of_the_setting(ServicePlace place, int percent) =>
        Assert.Equal(percent, Policy.Vouchers.National.RatioPercent(place));

    [Theory]
    [InlineData("430211", true)]
    [InlineData("430200", true)]
    [InlineData("430000", true)]
    [InlineData("440100", false)]
    public void It_covers_its_region_and_those_inside(string region, bool covered) =>
        Assert.Equal(covered, Policy.Covers(RegionCode.Parse(region)));
}
