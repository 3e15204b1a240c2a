using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Reads a policy file. Every number is an object <c>{ "value", "source" }</c> under a key that includes the unit. This reader asks for
/// every key that the file must have: a value that is missing, unknown, of another type or unit, or out of range is an error with its
/// place. Numbers that came later have a default, because versions that were in force before them are never edited.
/// </summary>
internal sealed class PolicyFile
{
    private const int MaxAge = 150;
    private const int MaxMinutes = 10_000_000;
    private const long MaxFen = 1_000_000_000_000;

    private readonly ImmutableArray<PolicyItem>.Builder items = ImmutableArray.CreateBuilder<PolicyItem>(),
        defaults = ImmutableArray.CreateBuilder<PolicyItem>();

    public static DataResult<Policy> Parse(ReadOnlySpan<byte> utf8)
    {
        List<DataError> errors = [];
        Policy policy = new PolicyFile().Read(DataObject.OfFile(utf8, errors));
        return errors.Count == 0 ? new(policy with { File = utf8.ToArray() }) : new(errors);
    }

    private Policy Read(DataObject file)
    {
        PolicyVersion version = new(file.Region("region"), file.Slug("version"));
        DateOnly effective = file.Date("effective");
        HoursPolicy hours = Section(file, "hours", Hours);
        VouchersPolicy vouchers = Section(file, "vouchers", Vouchers);
        FundingPolicy funding = Section(file, "funding", Funding);
        SettlementPolicy settlement = Section(file, "settlement", Settlement);
        ReconciliationPolicy reconciliation = Reconciliation(file);
        AbilityPolicy ability = Section(file, "ability", Ability);
        int undoMinutes = Number(file, "undoMinutes", 0, MaxMinutes);
        int hideBelowPersons = HideBelowPersons(file);
        ComplaintsPolicy complaints = Complaints(file);
        PrepaymentPolicy prepayments = Prepayments(file);
        VisitsPolicy visits = Visits(file);
        EvidencePolicy evidence = Evidence(file);
        PatternPolicy patterns = Patterns(file);
        file.Close();
        return new Policy(
            version, effective, hours, vouchers, funding, settlement, reconciliation, ability, undoMinutes, items.ToImmutable())
        {
            HideBelowPersons = hideBelowPersons,
            Complaints = complaints,
            Prepayments = prepayments,
            Visits = visits,
            Evidence = evidence,
            Patterns = patterns,
            Defaults = defaults.ToImmutable(),
        };
    }

    private HoursPolicy Hours(DataObject hours)
    {
        HoursPolicy policy = new(
            Coin: Minutes(hours, "coinMinutes"),
            Quantum: Minutes(hours, "quantumMinutes"),
            BalanceCap: Minutes(hours, "balanceCapMinutes"),
            EarnFromAge: Age(hours, "earnFromAgeYears"),
            SpendFromAge: Age(hours, "spendFromAgeYears"),
            GiftToAge: Age(hours, "giftToAgeYears"),
            SessionMax: Minutes(hours, "sessionMaxMinutes"),
            DayMax: Minutes(hours, "dayMaxMinutes"),
            InheritWithinMonths: Number(hours, "inheritWithinMonths", 0, 1_200),
            GradesFrom: Grades(hours, "gradeFromMinutes"),
            Issued: Section(hours, "issued", IssuedHours),
            GuaranteeFund: Section(hours, "guaranteeFund", GuaranteeFund));
        if (!hours.IsSound)
            return policy;
        if (policy.Coin.Value % policy.Quantum.Value != 0)
            hours.Refuse("quantumMinutes", "does not divide a coin");
        if (policy.SessionMax.Value % policy.Quantum.Value != 0)
            hours.Refuse("sessionMaxMinutes", "is no multiple of the quantum");
        if (policy.DayMax < policy.SessionMax || policy.DayMax.Value > 24 * 60)
            hours.Refuse("dayMaxMinutes", "is shorter than a session or longer than a day");
        return policy;
    }

    private IssuedHoursPolicy IssuedHours(DataObject issued)
    {
        IssuedHoursPolicy policy = new(
            AloneFromAge: Age(issued, "aloneFromAgeYears"),
            LowIncomeFromAge: Age(issued, "lowIncomeFromAgeYears"),
            LowIncomeToAge: Age(issued, "lowIncomeToAgeYears"),
            LowIncomeFromGrade: Grade(issued, "lowIncomeFromGrade"),
            PerMonth: Minutes(issued, "grantMinutesPerMonth"));
        if (issued.IsSound && policy.LowIncomeToAge < policy.LowIncomeFromAge)
            issued.Refuse("lowIncomeToAgeYears", "lies below lowIncomeFromAgeYears");
        return policy;
    }

    private GuaranteeFundPolicy GuaranteeFund(DataObject fund) => new(Fen(fund, "targetFen"), Percent(fund, "alertBelowPercent"));

    private VouchersPolicy Vouchers(DataObject vouchers) => new(
        National: Section(vouchers, "national", NationalVoucher),
        Meal: Section(vouchers, "meal", MealProgramme),
        IssueDayOfMonth: Number(vouchers, "issueDayOfMonth", 1, 28),
        FirstIssueWorkingDays: Number(vouchers, "firstIssueWorkingDays", 0, 365),
        ClaimGraceDays: Number(vouchers, "claimGraceDays", 0, VouchersPolicy.MaxClaimGraceDays),
        ReturnUnusedDays: Number(vouchers, "returnUnusedDays", 0, 365),
        PinMaxMisses: Number(vouchers, "pinMaxMisses", 1, 20),
        PinLockHours: Number(vouchers, "pinLockHours", 1, 24 * 365),
        Offline: Section(vouchers, "offline", Offline))
    {
        UnusedAlertDay = (int)NumberOr(VouchersPolicy.DefaultUnusedAlertDay, vouchers, "unusedAlertDayOfMonth", 1, 28),
        NoUseAlertMonths = (int)NumberOr(VouchersPolicy.DefaultNoUseAlertMonths, vouchers, "noUseAlertMonths", 1, 12),
        HolderChecks = HolderChecks(vouchers, "confirm"),
        ConfirmWaitMinutes = (int)NumberOr(VouchersPolicy.DefaultConfirmWaitMinutes, vouchers, "confirmWaitMinutes", 1, 24 * 60),
        PaperMonths = (int)NumberOr(VouchersPolicy.DefaultPaperMonths, vouchers, "paperMonths", 0, VouchersPolicy.MaxPaperMonths),
    };

    /// <summary>The rows in their order. One that an earlier row leaves nothing to is a mistake of whoever wrote it.</summary>
    private ImmutableArray<HolderCheckRow> HolderChecks(DataObject vouchers, string key)
    {
        if (!vouchers.Has(key))
        {
            defaults.Add(new PolicyItem(Key(vouchers, key), DataChoices.Of(DataChoices.HolderChecks, HolderCheck.Nothing), "own"));
            return [];
        }
        ImmutableArray<HolderCheckRow> rows = Read<ImmutableArray<HolderCheckRow>>(
            vouchers, key, item => [.. item.Objects("value").Select(HolderCheckOf)], all => string.Join(", ", all.Select(Words)));
        for (int at = 1; vouchers.IsSound && at < rows.Length; at++)
        {
            if (rows[..at].Any(earlier => earlier.Covers(rows[at])))
                vouchers.Refuse(key, $"row {at + 1} is never reached, because an earlier row fits whatever it fits");
        }
        return rows;

        static string Words(HolderCheckRow row) =>
            $"{DataChoices.Of(DataChoices.HolderServices, row.Service)} from {Plain(row.From.Value)}"
                + (row.Sum == HolderSum.Payment ? "" : $" by {DataChoices.Of(DataChoices.HolderSums, row.Sum)}")
                + $": {DataChoices.Of(DataChoices.HolderChecks, row.Needs)}";
    }

    private static HolderCheckRow HolderCheckOf(DataObject row)
    {
        HolderCheckRow read = new(
            row.Choice("service", DataChoices.HolderServices), new(row.Integer("fromFen", 0, MaxFen)),
            row.Choice("needs", DataChoices.HolderChecks),
            row.Has("sum") ? row.Choice("sum", DataChoices.HolderSums) : HolderSum.Payment);
        row.Close();
        return read;
    }

    private NationalVoucherPolicy NationalVoucher(DataObject voucher)
    {
        NationalVoucherPolicy policy = new(
            FromAge: Age(voucher, "fromAgeYears"),
            FromGrade: Grade(voucher, "fromGrade"),
            CeilingPerMonth: Fen(voucher, "ceilingFenPerMonth"),
            HomeRatioPercent: Percent(voucher, "homeRatioPercent"),
            InstitutionRatioPercent: Percent(voucher, "institutionRatioPercent"),
            RatioMinPercent: Percent(voucher, "ratioMinPercent"),
            RatioMaxPercent: Percent(voucher, "ratioMaxPercent"))
        {
            Excluded = BenefitsOr(
                NationalVoucherPolicy.DefaultExcluded, voucher, "excludedBenefits", "national; the 2026 plans of Fujian and Hebei"),
        };
        if (!voucher.IsSound)
            return policy;
        RefuseOutsideBand("homeRatioPercent", policy.HomeRatioPercent);
        RefuseOutsideBand("institutionRatioPercent", policy.InstitutionRatioPercent);
        return policy;

        void RefuseOutsideBand(string key, int percent)
        {
            if (percent < policy.RatioMinPercent || percent > policy.RatioMaxPercent)
                voucher.Refuse(key, $"{percent} lies outside the band of {policy.RatioMinPercent} to {policy.RatioMaxPercent}");
        }
    }

    private MealProgrammePolicy MealProgramme(DataObject meal) => new(
        FromAge: Age(meal, "fromAgeYears"),
        HardshipFromAge: Age(meal, "hardshipFromAgeYears"),
        HardshipFlags: Flags(meal, "hardshipFlags"),
        UnitsPerMonth: Number(meal, "grantUnitsPerMonth", 1, 1_000));

    private OfflinePolicy Offline(DataObject offline)
    {
        OfflinePolicy policy = new(Fen(offline, "voucherMaxFen"), Fen(offline, "deviceMaxFen"),
            Number(offline, "syncWithinHours", 1, 24 * 365));
        if (offline.IsSound && policy.DeviceMax < policy.VoucherMax)
            offline.Refuse("deviceMaxFen", "is less than one voucher's");
        return policy;
    }

    private FundingPolicy Funding(DataObject funding) => new(
        CentralEastPercent: Percent(funding, "centralEastPercent"),
        CentralMiddlePercent: Percent(funding, "centralMiddlePercent"),
        CentralWestPercent: Percent(funding, "centralWestPercent"),
        LotteryMinPercent: Percent(funding, "lotteryMinPercent"),
        ProvinceLotteryMinPercent: Percent(funding, "provinceLotteryMinPercent"));

    private SettlementPolicy Settlement(DataObject settlement) => new(
        PeriodMonths: Number(settlement, "periodMonths", 1, 12),
        HoldbackPercent: Percent(settlement, "holdbackPercent"),
        BatchMaxPayments: Number(settlement, "batchMaxPayments", 1, 10_000),
        PayeeWaitDays: (int)NumberOr(1, settlement, "payeeWaitDays", 0, 365),
        ClaimAbove: new(NumberOr(1_000_000, settlement, "claimAboveFen", 0, MaxFen)));

    private ReconciliationPolicy Reconciliation(DataObject file)
    {
        DataObject numbers = file.ObjectOrEmpty("reconciliation");
        ReconciliationPolicy policy = new(
            DaysBefore: (int)NumberOr(3, numbers, "daysBefore", 0, 365),
            DaysAfter: (int)NumberOr(10, numbers, "daysAfter", 0, 365),
            Tolerance: new(NumberOr(0, numbers, "toleranceFen", 0, 10_000)),
            ShortestReference: (int)NumberOr(6, numbers, "shortestReferenceCharacters", 4, 35),
            TransferDays: (int)NumberOr(3, numbers, "transferDays", 0, 365));
        numbers.Close();
        return policy;
    }

    private int HideBelowPersons(DataObject file)
    {
        DataObject statistics = file.ObjectOrEmpty("statistics");
        // Below 3 the statistics would not hide: two hidden cells of one person each are known from their sum.
        int number = (int)NumberOr(Policy.DefaultHideBelowPersons, statistics, "hideBelowPersons", 3, 1_000);
        statistics.Close();
        return number;
    }

    private ComplaintsPolicy Complaints(DataObject file)
    {
        DataObject numbers = file.ObjectOrEmpty("complaints");
        ComplaintsPolicy policy = new(
            AnswerWorkingDays: (int)NumberOr(ComplaintsPolicy.Default.AnswerWorkingDays, numbers, "answerWorkingDays", 1, 60),
            ContestWorkingDays: (int)NumberOr(ComplaintsPolicy.Default.ContestWorkingDays, numbers, "contestWorkingDays", 0, 60));
        numbers.Close();
        return policy;
    }

    private PrepaymentPolicy Prepayments(DataObject file)
    {
        const string national = "Ministry of Civil Affairs and six others, 2024/19";
        DataObject numbers = file.ObjectOrEmpty("prepayments");
        PrepaymentPolicy policy = new(
            MaxMonths: (int)NumberOr(PrepaymentPolicy.Default.MaxMonths, numbers, "maxMonths", 1, 120, national),
            DepositBedFees: (int)NumberOr(PrepaymentPolicy.Default.DepositBedFees, numbers, "depositBedFees", 0, 120, national),
            ProviderAlert: new(NumberOr(PrepaymentPolicy.Default.ProviderAlert.Value, numbers, "providerAlertFen", 0, MaxFen, "own")));
        numbers.Close();
        return policy;
    }

    private VisitsPolicy Visits(DataObject file)
    {
        DataObject numbers = file.ObjectOrEmpty("visits");
        VisitsPolicy policy = new(
            AlertDayOfMonth: (int)NumberOr(VisitsPolicy.Default.AlertDayOfMonth, numbers, "alertDayOfMonth", 1, 28, "own"),
            RecordWithinDays: (int)NumberOr(VisitsPolicy.Default.RecordWithinDays, numbers, "recordWithinDays", 0, 366, "own"));
        numbers.Close();
        return policy;
    }

    private EvidencePolicy Evidence(DataObject file)
    {
        EvidencePolicy normal = EvidencePolicy.Default;
        DataObject numbers = file.ObjectOrEmpty("evidence");
        EvidencePolicy policy = new(
            NearMeters: (int)NumberOr(normal.NearMeters, numbers, "nearMeters", 10, 100_000, "own"),
            SidesApartMinutes: (int)NumberOr(normal.SidesApartMinutes, numbers, "sidesApartMinutes", 1, 24 * 60, "own"),
            FixAgeMinutes: (int)NumberOr(normal.FixAgeMinutes, numbers, "fixAgeMinutes", 1, 24 * 60, "own"),
            CheckOutLateMinutes: (int)NumberOr(normal.CheckOutLateMinutes, numbers, "checkOutLateMinutes", 0, 13 * 24 * 60, "own"),
            BackDateDays: (int)NumberOr(normal.BackDateDays, numbers, "backDateDays", 0, EvidencePolicy.MaxBackDateDays, "own"),
            AbsenceAfterMinutes: (int)NumberOr(normal.AbsenceAfterMinutes, numbers, "absenceAfterMinutes", 0, 24 * 60, "own"),
            Review: Reviewed(normal.Review, numbers, "review"));
        numbers.Close();
        return policy;
    }

    private PatternPolicy Patterns(DataObject file)
    {
        DataObject numbers = file.ObjectOrEmpty("patterns");
        PatternPolicy policy = new(
            PairDays: (int)NumberOr(PatternPolicy.Default.PairDays, numbers, "pairDays", 2, 92, "own"),
            MaximumServices: (int)NumberOr(PatternPolicy.Default.MaximumServices, numbers, "maximumServices", 1, 1_000, "own"),
            FarServices: (int)NumberOr(PatternPolicy.Default.FarServices, numbers, "farServices", 1, 1_000, "own"));
        numbers.Close();
        return policy;
    }

    /// <summary>The grades whose hours wait for staff; a file that names "none" lets none wait.</summary>
    private ImmutableArray<EvidenceGrade> Reviewed(ImmutableArray<EvidenceGrade> missing, DataObject section, string key)
    {
        if (section.Has(key))
        {
            return [.. Read(section, key, item => item.Choices("value", DataChoices.EvidenceGrades), Words)
                .Where(grade => grade != EvidenceGrade.None)];
        }
        defaults.Add(new PolicyItem(Key(section, key), Words(missing), "own"));
        return missing;

        static string Words(ImmutableArray<EvidenceGrade> grades) =>
            string.Join(", ", grades.Select(grade => DataChoices.Of(DataChoices.EvidenceGrades, grade)));
    }

    private AbilityPolicy Ability(DataObject ability)
    {
        AbilityPolicy policy = new(
            AbleFromPoints: Points(ability, "ableFromPoints"),
            MildFromPoints: Points(ability, "mildFromPoints"),
            ModerateFromPoints: Points(ability, "moderateFromPoints"),
            SevereFromPoints: Points(ability, "severeFromPoints"),
            ValidMonths: Number(ability, "validMonths", 1, 120));
        if (!ability.IsSound)
            return policy;
        RefuseUnlessBelow("mildFromPoints", policy.MildFromPoints, policy.AbleFromPoints);
        RefuseUnlessBelow("moderateFromPoints", policy.ModerateFromPoints, policy.MildFromPoints);
        RefuseUnlessBelow("severeFromPoints", policy.SevereFromPoints, policy.ModerateFromPoints);
        return policy;

        void RefuseUnlessBelow(string key, int points, int milder)
        {
            if (points >= milder)
                ability.Refuse(key, "does not lie below the milder grade's");
        }
    }

    private static T Section<T>(DataObject parent, string key, Func<DataObject, T> read)
    {
        DataObject section = parent.Object(key);
        T value = read(section);
        section.Close();
        return value;
    }

    private Minutes Minutes(DataObject section, string key) => new(Number(section, key, 1, MaxMinutes));

    private Fen Fen(DataObject section, string key) => new(Read(section, key, item => item.Integer("value", 0, MaxFen), Plain));

    private int Age(DataObject section, string key) => Number(section, key, 0, MaxAge);

    private int Percent(DataObject section, string key) => Number(section, key, 0, 100);

    private int Points(DataObject section, string key) => Number(section, key, 1, AbilityPolicy.MaxPoints);

    private int Number(DataObject section, string key, int min, int max) =>
        (int)Read(section, key, item => item.Integer("value", min, max), Plain);

    private long NumberOr(
        long missing, DataObject section, string key, long min, long max,
        string source = "the product's default; this version does not say")
    {
        if (section.Has(key)) return Read(section, key, item => item.Integer("value", min, max), Plain);
        defaults.Add(new PolicyItem(Key(section, key), Plain(missing), source));
        return missing;
    }

    private Benefits BenefitsOr(Benefits missing, DataObject section, string key, string source)
    {
        if (section.Has(key))
        {
            return Read(section, key, item => item.Choices("value", DataChoices.Benefits), all => Words(all))
                .Aggregate(Benefits.None, (all, one) => all | one);
        }
        defaults.Add(new PolicyItem(Key(section, key), Words(Enum.GetValues<Benefits>().Where(one => (one & missing) != 0)), source));
        return missing;

        static string Words(IEnumerable<Benefits> benefits) =>
            string.Join(", ", benefits.Select(one => DataChoices.Of(DataChoices.Benefits, one)));
    }

    private AbilityGrade Grade(DataObject section, string key) =>
        Read(section, key, item => item.Choice("value", DataChoices.Grades), grade => DataChoices.Of(DataChoices.Grades, grade));

    private Difficulties Flags(DataObject section, string key) =>
        Read(section, key, item => item.Choices("value", DataChoices.Difficulties),
        flags => string.Join(", ", flags.Select(flag => DataChoices.Of(DataChoices.Difficulties, flag))))
            .Aggregate(Difficulties.None, (all, flag) => all | flag);

    private ImmutableArray<Minutes> Grades(DataObject section, string key)
    {
        ImmutableArray<long> from = Read(section, key, item => item.Integers("value", 1, MaxMinutes), all =>
            string.Join(", ", all.Select(Plain)));
        if (section.IsSound && from.Zip(from.Skip(1), (lower, higher) => lower >= higher).Any(falls => falls))
            section.Refuse(key, "does not rise");
        return [.. from.Select(minutes => new Minutes(minutes))];
    }

    private T Read<T>(DataObject section, string key, Func<DataObject, T> value, Func<T, string> show)
    {
        DataObject item = section.Object(key);
        T read = value(item);
        string source = item.Text("source", 200);
        item.Close();
        items.Add(new PolicyItem(Key(section, key), show(read), source));
        return read;
    }

    private static string Key(DataObject section, string key) => $"{section.Node.Path}.{key}"["$.".Length..];

    private static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);
}
