using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>All numbers that the rules use in one region, from one day on. Rules are code; a policy decides nothing.</summary>
/// <param name="Effective">The first civil day in force.</param>
/// <param name="UndoMinutes">How long a person may undo an action that they confirmed on a page.</param>
/// <param name="Items">The same numbers with their sources, in file order.</param>
public sealed record Policy(
    PolicyVersion Version,
    DateOnly Effective,
    HoursPolicy Hours,
    VouchersPolicy Vouchers,
    FundingPolicy Funding,
    SettlementPolicy Settlement,
    ReconciliationPolicy Reconciliation,
    AbilityPolicy Ability,
    int UndoMinutes,
    ImmutableArray<PolicyItem> Items)
{
    internal const int DefaultHideBelowPersons = 5;

    /// <summary>Numbers that came after versions were in force, and that the file doesn't say: the product's defaults.</summary>
    public ImmutableArray<PolicyItem> Defaults { get; init; } = [];

    /// <summary>Public statistics hide figures that are about fewer persons than this.</summary>
    public int HideBelowPersons { get; init; } = DefaultHideBelowPersons;

    public ComplaintsPolicy Complaints { get; init; } = ComplaintsPolicy.Default;

    public PrepaymentPolicy Prepayments { get; init; } = PrepaymentPolicy.Default;

    public VisitsPolicy Visits { get; init; } = VisitsPolicy.Default;

    /// <summary>How a service is proven, and how late it may be recorded.</summary>
    public EvidencePolicy Evidence { get; init; } = EvidencePolicy.Default;

    public PatternPolicy Patterns { get; init; } = PatternPolicy.Default;

    /// <summary>The bytes of the file from which the policy was read.</summary>
    public ReadOnlyMemory<byte> File { get; init; }

    /// <summary>Reads a policy file. Every error names its place.</summary>
    public static DataResult<Policy> Parse(ReadOnlySpan<byte> utf8) => PolicyFile.Parse(utf8);

    /// <summary>True where the policy applies to this region: its own region, or one inside it.</summary>
    public bool Covers(RegionCode region) => region.IsWithin(Version.Region);

    /// <summary>The last moment at which a person may take back what was recorded at a time.</summary>
    public DateTimeOffset UndoUntil(LedgerTime recorded) => recorded.ToDateTimeOffset().AddMinutes(UndoMinutes);
}

/// <summary>The name of one version of one region's policy, such as <c>430000/2026-01</c>. Every entry carries it.</summary>
public readonly record struct PolicyVersion(RegionCode Region, Slug Name)
{
    public static PolicyVersion Parse(string text) =>
        TryParse(text, out PolicyVersion version)
            ? version : throw new FormatException($"'{text}' is not a policy version such as 430000/2026-01.");

    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyVersion version)
    {
        version = default;
        if (text is not { Length: > 7 } || text[6] != '/' || !RegionCode.TryParse(text[..6], out RegionCode region)
            || !Slug.TryParse(text[7..], out Slug name))
            return false;
        version = new PolicyVersion(region, name);
        return true;
    }

    public override string ToString() => $"{Region}/{Name}";
}

/// <summary>The points from which each grade of the ability assessment begins. Fewer points than severe are complete.</summary>
/// <param name="ValidMonths">How long an assessment is valid.</param>
public sealed record AbilityPolicy(int AbleFromPoints, int MildFromPoints, int ModerateFromPoints, int SevereFromPoints, int ValidMonths)
{
    /// <summary>The maximum of points by the standard.</summary>
    public const int MaxPoints = 90;

    /// <summary>The grade of an assessment's points.</summary>
    public AbilityGrade GradeOf(int points) =>
        points >= AbleFromPoints ? AbilityGrade.Able
        : points >= MildFromPoints ? AbilityGrade.Mild
        : points >= ModerateFromPoints ? AbilityGrade.Moderate
        : points >= SevereFromPoints ? AbilityGrade.Severe
        : AbilityGrade.Complete;
}

/// <summary>The numbers of the time bank.</summary>
/// <param name="Coin">The minutes of one time coin.</param>
/// <param name="Quantum">Service is credited in steps of so many minutes, rounded down.</param>
/// <param name="BalanceCap">The maximum of a volunteer's earned hours; what a service earns above it goes to the pool.</param>
/// <param name="EarnFromAge">The minimum age in years for earning.</param>
/// <param name="SpendFromAge">The minimum age in years for spending.</param>
/// <param name="GiftToAge">The minimum age in years of a family member who receives a gift.</param>
/// <param name="SessionMax">The longest single service.</param>
/// <param name="DayMax">The maximum credited to one person for one day.</param>
/// <param name="InheritWithinMonths">How long direct family may claim the balance after a death or an exit.</param>
/// <param name="GradesFrom">The lifetime minutes from which each star is held, rising; the first is one star.</param>
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

/// <summary>Who gets hours because of hardship, and how many.</summary>
/// <param name="AloneFromAge">The minimum age in years of an elder in an empty nest who lives alone.</param>
/// <param name="LowIncomeFromAge">The minimum age in years of an elder of low income, disabled and living alone.</param>
/// <param name="LowIncomeToAge">The maximum age in years of such an elder.</param>
/// <param name="LowIncomeFromGrade">The mildest grade that counts as disabled there.</param>
/// <param name="PerMonth">The minutes for a month; they expire with it.</param>
public sealed record IssuedHoursPolicy(int AloneFromAge, int LowIncomeFromAge, int LowIncomeToAge, AbilityGrade LowIncomeFromGrade,
    Minutes PerMonth);

/// <summary>The national e-voucher: who gets it, and which share of the elder's own part it pays.</summary>
/// <param name="FromAge">The minimum age in years.</param>
/// <param name="FromGrade">The mildest grade of disability that is entitled.</param>
/// <param name="CeilingPerMonth">The maximum for one elder in a calendar month.</param>
/// <param name="HomeRatioPercent">The share at home.</param>
/// <param name="InstitutionRatioPercent">The share in an institution or in day care.</param>
/// <param name="RatioMinPercent">The lowest share that a region may set.</param>
/// <param name="RatioMaxPercent">The highest share that a region may set.</param>
public sealed record NationalVoucherPolicy(
    int FromAge,
    AbilityGrade FromGrade,
    Fen CeilingPerMonth,
    int HomeRatioPercent,
    int InstitutionRatioPercent,
    int RatioMinPercent,
    int RatioMaxPercent)
{
    internal const Benefits DefaultExcluded =
        Benefits.SpecialHardshipSupport | Benefits.InstitutionCareSubsidy | Benefits.HomeCareProject;

    /// <summary>The other benefits whose receivers get no voucher.</summary>
    public Benefits Excluded { get; init; } = DefaultExcluded;

    /// <summary>The share that the voucher pays at the place of the service.</summary>
    public int RatioPercent(ServicePlace place) => place is ServicePlace.DayCare or ServicePlace.Institution
        ? InstitutionRatioPercent : HomeRatioPercent;
}

/// <summary>The numbers of vouchers of every kind.</summary>
/// <param name="IssueDayOfMonth">The day on which a month's vouchers are issued.</param>
/// <param name="FirstIssueWorkingDays">Working days within which a newly entitled elder gets the first voucher.</param>
/// <param name="ClaimGraceDays">Days from use-by to claim-by.</param>
/// <param name="ReturnUnusedDays">Days after expiry within which unused money returns to its funders.</param>
/// <param name="PinMaxMisses">The number of wrong PINs that locks the PIN.</param>
/// <param name="PinLockHours">How long the PIN stays locked.</param>
public sealed record VouchersPolicy(
    NationalVoucherPolicy National,
    MealProgrammePolicy Meal,
    int IssueDayOfMonth,
    int FirstIssueWorkingDays,
    int ClaimGraceDays,
    int ReturnUnusedDays,
    int PinMaxMisses,
    int PinLockHours,
    OfflinePolicy Offline)
{
    /// <summary>The most that a policy may say of <see cref="ClaimGraceDays"/> and <see cref="PaperMonths"/>.</summary>
    public const int MaxClaimGraceDays = 365, MaxPaperMonths = 12;

    internal const int DefaultUnusedAlertDay = 20, DefaultNoUseAlertMonths = 3, DefaultConfirmWaitMinutes = 15, DefaultPaperMonths = 2;

    /// <summary>From this day of the month on, a voucher of which nothing is used is an alert.</summary>
    public int UnusedAlertDay { get; init; } = DefaultUnusedAlertDay;

    /// <summary>So many whole months in which vouchers were issued and nothing was used are an alert.</summary>
    public int NoUseAlertMonths { get; init; } = DefaultNoUseAlertMonths;

    /// <summary>What an elder shows before a voucher is spent: the first row that fits decides; where none does, nothing.</summary>
    public ImmutableArray<HolderCheckRow> HolderChecks { get; init; } = [];

    /// <summary>Whether a row judges by what was paid before on the same day.</summary>
    public bool ChecksDaySums => HolderChecks.Any(row => row.Sum != HolderSum.Payment);

    /// <summary>How long a confirmation that a clerk asks for waits for an answer, and then for the payment.</summary>
    public int ConfirmWaitMinutes { get; init; } = DefaultConfirmWaitMinutes;

    /// <summary>
    /// A paper of a voucher without a use-by is good to the end of the month so many months after the one in which it is printed.
    /// </summary>
    public int PaperMonths { get; init; } = DefaultPaperMonths;
}

/// <summary>
/// What an elder shows before a voucher is spent, from weak to strong: what is stronger stands for all that is weaker. A code or card says
/// that the elder's paper is here, a PIN that the elder is or told somebody, a confirmation that somebody who isn't the clerk heard the
/// elder agree to this very payment. The names are stored.
/// </summary>
public enum HolderCheck
{
    [JsonStringEnumMemberName("nothing")]
    Nothing = 0,

    /// <summary>The voucher's signed code, or a card that is bound to the elder.</summary>
    [JsonStringEnumMemberName("code-or-card")]
    CodeOrCard = 1,

    [JsonStringEnumMemberName("pin")]
    Pin = 2,

    [JsonStringEnumMemberName("confirmation")]
    Confirmation = 3,
}

/// <summary>A row of the table that says what an elder shows.</summary>
/// <param name="Service"><see cref="ServiceType.None"/>: any.</param>
/// <param name="From">What vouchers pay, in fen, from which the row fits.</param>
/// <param name="Sum">Of what: a payment alone, or with those before it on the day.</param>
public sealed record HolderCheckRow(ServiceType Service, Fen From, HolderCheck Needs, HolderSum Sum = HolderSum.Payment)
{
    public bool Fits(ServiceType service, Fen amount, SpentToday spent = default) =>
        (Service == ServiceType.None || Service == service) && amount + Sum switch
        {
            HolderSum.Payment => Fen.Zero,
            HolderSum.DayAtProvider => spent.AtProvider,
            HolderSum.Day => spent.ByElder,
        } >= From;

    /// <summary>True where the row fits whatever the other one fits: a wider sum is never less.</summary>
    internal bool Covers(HolderCheckRow other) =>
        (Service == ServiceType.None || Service == other.Service) && other.From >= From && Sum >= other.Sum;
}

/// <summary>What vouchers paid for an elder on a day, before the payment that is judged.</summary>
/// <param name="ByElder">All of it.</param>
/// <param name="AtProvider">At the provider of the payment.</param>
public readonly record struct SpentToday(Fen ByElder, Fen AtProvider);

/// <summary>What a row's amount is held against, from narrow to wide. Days are days of payment, and all services count.</summary>
public enum HolderSum
{
    /// <summary>The payment alone.</summary>
    Payment = 0,

    /// <summary>It and what vouchers paid for the elder at this provider on the day.</summary>
    DayAtProvider = 1,

    /// <summary>It and what vouchers paid for the elder anywhere on the day.</summary>
    Day = 2,
}

/// <summary>The meal programme.</summary>
/// <param name="FromAge">The minimum age in years of every elder.</param>
/// <param name="HardshipFromAge">The minimum age in years of an elder with one of the flags.</param>
/// <param name="HardshipFlags">The difficulties; one is enough.</param>
/// <param name="UnitsPerMonth">Meals a month.</param>
public sealed record MealProgrammePolicy(int FromAge, int HardshipFromAge, Difficulties HardshipFlags, long UnitsPerMonth);

/// <summary>The shares of the funding levels.</summary>
/// <param name="CentralEastPercent">The central share in the eastern provinces.</param>
/// <param name="CentralMiddlePercent">The central share in the middle provinces, Hunan among them.</param>
/// <param name="CentralWestPercent">The central share in the western provinces.</param>
/// <param name="LotteryMinPercent">The minimum share of the welfare lottery's money for elderly care.</param>
/// <param name="ProvinceLotteryMinPercent">The same at the provincial department.</param>
public sealed record FundingPolicy(
    int CentralEastPercent, int CentralMiddlePercent, int CentralWestPercent, int LotteryMinPercent, int ProvinceLotteryMinPercent);

/// <summary>
/// The fund that buys services that no volunteer gives. An alert is due where it covers less than this share of the outstanding hours.
/// </summary>
public sealed record GuaranteeFundPolicy(Fen Target, int AlertBelowPercent);

/// <summary>The offline limits: for each voucher, for each device since its last sync, and the time until the next sync.</summary>
public sealed record OfflinePolicy(Fen VoucherMax, Fen DeviceMax, int SyncWithinHours);

/// <summary>How providers are paid.</summary>
/// <param name="PeriodMonths">Months between settlements.</param>
/// <param name="HoldbackPercent">The share that a programme may hold back; the programme chooses whether it does.</param>
/// <param name="BatchMaxPayments">The maximum of payments in one batch.</param>
/// <param name="PayeeWaitDays">
/// Days from the approval of a provider's account to the first payment to it: a forged letter with "our new account" is the usual fraud,
/// and the provider hears of a change before money goes there.
/// </param>
/// <param name="ClaimAbove">What a provider may owe before the debt is a claim that a person follows up.</param>
public sealed record SettlementPolicy(int PeriodMonths, int HoldbackPercent, int BatchMaxPayments, int PayeeWaitDays, Fen ClaimAbove);

/// <summary>The clocks of complaints, in working days.</summary>
/// <param name="AnswerWorkingDays">From the filing to the answer, and from the contest of an answer to its review.</param>
/// <param name="ContestWorkingDays">From the answer to the last day on which staff leave it to be contested.</param>
public sealed record ComplaintsPolicy(int AnswerWorkingDays, int ContestWorkingDays)
{
    internal static ComplaintsPolicy Default { get; } = new(5, 3);
}

/// <summary>The limits of fees that providers collect in advance.</summary>
/// <param name="MaxMonths">The most months of one agreement.</param>
/// <param name="DepositBedFees">A deposit is at most so many monthly bed fees.</param>
/// <param name="ProviderAlert">What one provider's agreements may hold together without an alert.</param>
public sealed record PrepaymentPolicy(int MaxMonths, int DepositBedFees, Fen ProviderAlert)
{
    internal static PrepaymentPolicy Default { get; } = new(12, 12, new Fen(50_000_000));
}

/// <summary>Monthly visits to elders in special difficulty.</summary>
/// <param name="AlertDayOfMonth">From this day of the month on a visit that is missing is an alert.</param>
/// <param name="RecordWithinDays">How many days after a visit it may still be recorded.</param>
public sealed record VisitsPolicy(int AlertDayOfMonth, int RecordWithinDays)
{
    internal static VisitsPolicy Default { get; } = new(25, 31);
}

/// <summary>How lines of the bank are matched with what the ledger expects.</summary>
/// <param name="DaysBefore">How many days before its day a payment may be booked.</param>
/// <param name="DaysAfter">How many days after its day.</param>
/// <param name="Tolerance">By how much an amount may differ and still be suggested.</param>
/// <param name="ShortestReference">How many letters and digits of ours a text must hold to name a payment.</param>
/// <param name="TransferDays">How many days money may be under way between two of our accounts.</param>
public sealed record ReconciliationPolicy(int DaysBefore, int DaysAfter, Fen Tolerance, int ShortestReference, int TransferDays);

/// <summary>The versions of one region's policy: an event is judged by the rules of its day.</summary>
public sealed class PolicyHistory
{
    private readonly ImmutableArray<Policy> versions;

    /// <exception cref="ArgumentException">There is no version, the versions are of several regions, or two have one name or one first
    /// day.</exception>
    public PolicyHistory(IEnumerable<Policy> policies)
    {
        versions = [.. policies.OrderBy(policy => policy.Effective)];
        if (versions.IsEmpty)
            throw new ArgumentException("A history has at least one version.", nameof(policies));
        if (versions.Any(policy => policy.Version.Region != versions[0].Version.Region))
            throw new ArgumentException("A history is of one region.", nameof(policies));
        if (versions.DistinctBy(policy => policy.Effective).Count() != versions.Length
            || versions.DistinctBy(policy => policy.Version).Count() != versions.Length)
            throw new ArgumentException("Two versions have one name or begin on one day.", nameof(policies));
    }

    /// <summary>The defaults that ship with the product.</summary>
    public static PolicyHistory BuiltIn { get; } =
        new(ShippedData.Names("policy-").Select(name => Policy.Parse(ShippedData.Read(name)).Expect(name)));

    /// <summary>Every version, oldest first.</summary>
    public IReadOnlyList<Policy> Versions => versions;

    /// <summary>The policy in force on a civil day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day is before the first version. Use <see cref="Find(DateOnly)"/> where that can
    /// happen.</exception>
    public Policy At(DateOnly day) => Find(day) ?? throw new ArgumentOutOfRangeException(nameof(day), day, "No policy was in force.");

    /// <summary>The policy in force on a civil day; null before the first version.</summary>
    public Policy? Find(DateOnly day) => versions.LastOrDefault(policy => policy.Effective <= day);

    /// <summary>The policy version that an entry carries; null where this history lacks it.</summary>
    public Policy? Find(PolicyVersion version) => versions.FirstOrDefault(policy => policy.Version == version);
}

/// <summary>One number of a policy as its file has it, for display and audit.</summary>
/// <param name="Key">For example <c>hours.balanceCapMinutes</c>. The name includes the unit.</param>
/// <param name="Value">As written; list values are separated by commas.</param>
/// <param name="Source">The paper or rule that the number comes from.</param>
public sealed record PolicyItem(string Key, string Value, string Source);
