using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>All numbers that rules take in one region from one day on. Rules are code; nothing here decides.</summary>
/// <param name="Effective">The first civil day on which it is in force.</param>
/// <param name="UndoMinutes">How long a person may undo what they committed to on a page.</param>
/// <param name="Items">The same numbers with their sources, in the order of the file.</param>
public sealed record Policy(
    PolicyVersion Version,
    DateOnly Effective,
    HoursPolicy Hours,
    VouchersPolicy Vouchers,
    FundingPolicy Funding,
    SettlementPolicy Settlement,
    AbilityPolicy Ability,
    int UndoMinutes,
    ImmutableArray<PolicyItem> Items)
{
    /// <summary>The bytes of the file that it was read from.</summary>
    public ReadOnlyMemory<byte> File { get; init; }

    /// <summary>Reads a policy file; every error names its place.</summary>
    public static DataResult<Policy> Parse(ReadOnlySpan<byte> utf8) => PolicyFile.Parse(utf8);

    /// <summary>Whether the policy is in force for this region: its own, or one inside it.</summary>
    public bool Covers(RegionCode region) => region.IsWithin(Version.Region);
}

/// <summary>Names one version of one region's policy, as it is stamped on every entry: <c>430000/2026-01</c>.</summary>
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

/// <summary>The grades of the ability assessment, by the points from which each begins; below severe is complete.</summary>
/// <param name="ValidMonths">How long an assessment is valid.</param>
public sealed record AbilityPolicy(int AbleFromPoints, int MildFromPoints, int ModerateFromPoints, int SevereFromPoints, int ValidMonths)
{
    /// <summary>The most points that the standard gives.</summary>
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
/// <param name="Quantum">Service is credited in steps of this, rounded down.</param>
/// <param name="BalanceCap">What a volunteer's balance holds at most; the excess goes to the pool.</param>
/// <param name="EarnFromAge">Years at which one may begin to earn.</param>
/// <param name="SpendFromAge">Years at which one may begin to spend.</param>
/// <param name="GiftToAge">Years that a family member who receives a gift has at least.</param>
/// <param name="SessionMax">The longest single service.</param>
/// <param name="DayMax">The most that one person is credited for one day.</param>
/// <param name="InheritWithinMonths">How long after a death or an exit direct family may claim the balance.</param>
/// <param name="GradesFrom">Lifetime minutes from which each star is held, rising: the first entry is one star.</param>
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

/// <summary>Who is given hours because of hardship, and how many.</summary>
/// <param name="AloneFromAge">Years from which an elder of an empty nest who lives alone is given hours.</param>
/// <param name="LowIncomeFromAge">Years from which an elder of low income, disabled and living alone, is given hours …</param>
/// <param name="LowIncomeToAge">… and the last years of age at which that is so.</param>
/// <param name="LowIncomeFromGrade">The mildest grade that counts as disabled there.</param>
/// <param name="PerMonth">The minutes given for a month; they end with it.</param>
public sealed record IssuedHoursPolicy(int AloneFromAge, int LowIncomeFromAge, int LowIncomeToAge, AbilityGrade LowIncomeFromGrade,
    Minutes PerMonth);

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
    public int RatioPercent(ServicePlace place) => place is ServicePlace.DayCare or ServicePlace.Institution
        ? InstitutionRatioPercent : HomeRatioPercent;
}

/// <summary>The numbers of vouchers of every kind.</summary>
/// <param name="IssueDayOfMonth">The day on which a month's vouchers are issued.</param>
/// <param name="FirstIssueWorkingDays">Working days within which a newly entitled elder has the first one.</param>
/// <param name="ClaimGraceDays">Claim-by is use-by and this many days.</param>
/// <param name="ReturnUnusedDays">Days after expiry within which unused money is back with its funders.</param>
/// <param name="PinMaxMisses">The miss that locks the PIN.</param>
/// <param name="PinLockHours">How long it stays locked.</param>
public sealed record VouchersPolicy(
    NationalVoucherPolicy National,
    MealProgrammePolicy Meal,
    int IssueDayOfMonth,
    int FirstIssueWorkingDays,
    int ClaimGraceDays,
    int ReturnUnusedDays,
    int PinMaxMisses,
    int PinLockHours,
    OfflinePolicy Offline);

/// <summary>The meal programme.</summary>
/// <param name="FromAge">Years from which every elder is given meals.</param>
/// <param name="HardshipFromAge">Years from which an elder with one of the flags is.</param>
/// <param name="HardshipFlags">The difficulties of which one is enough.</param>
/// <param name="UnitsPerMonth">Meals a month.</param>
public sealed record MealProgrammePolicy(int FromAge, int HardshipFromAge, Difficulties HardshipFlags, long UnitsPerMonth);

/// <summary>Who pays what share.</summary>
/// <param name="CentralEastPercent">The central share in the eastern provinces.</param>
/// <param name="CentralMiddlePercent">The central share in the middle provinces, Hunan among them.</param>
/// <param name="CentralWestPercent">The central share in the western provinces.</param>
/// <param name="LotteryMinPercent">Of the welfare lottery's money, at least this share goes to elderly care.</param>
/// <param name="ProvinceLotteryMinPercent">The same at the provincial department.</param>
public sealed record FundingPolicy(
    int CentralEastPercent, int CentralMiddlePercent, int CentralWestPercent, int LotteryMinPercent, int ProvinceLotteryMinPercent);

/// <summary>
/// The fund that buys a service which no volunteer gives; an alert is due where it covers less than this share of outstanding hours.
/// </summary>
public sealed record GuaranteeFundPolicy(Fen Target, int AlertBelowPercent);

/// <summary>How much may be accepted without a network: by voucher, by device since its last sync, and for how long.</summary>
public sealed record OfflinePolicy(Fen VoucherMax, Fen DeviceMax, int SyncWithinHours);

/// <summary>How providers are paid.</summary>
/// <param name="PeriodMonths">Months between settlements.</param>
/// <param name="HoldbackPercent">What may be held back; a programme chooses whether it is.</param>
/// <param name="BatchMaxPayments">Payments in one batch at most.</param>
public sealed record SettlementPolicy(int PeriodMonths, int HoldbackPercent, int BatchMaxPayments);

/// <summary>The versions of one region's policy, so that what happened on a day is judged by the rules of that day.</summary>
public sealed class PolicyHistory
{
    private readonly ImmutableArray<Policy> versions;

    /// <exception cref="ArgumentException">
    /// There is no version, or the versions are of several regions, or two have one name or begin on one day.
    /// </exception>
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
    /// <exception cref="ArgumentOutOfRangeException">The day lies before the first version; ask <see cref="Find(DateOnly)"/> where that may
    /// be.</exception>
    public Policy At(DateOnly day) => Find(day) ?? throw new ArgumentOutOfRangeException(nameof(day), day, "No policy was in force.");

    /// <summary>The policy in force on a civil day; null before the first.</summary>
    public Policy? Find(DateOnly day) => versions.LastOrDefault(policy => policy.Effective <= day);

    /// <summary>The policy that an entry is stamped with; null where it is none of these.</summary>
    public Policy? Find(PolicyVersion version) => versions.FirstOrDefault(policy => policy.Version == version);
}

/// <summary>One number of a policy as its file has it, for showing and auditing.</summary>
/// <param name="Key">Such as <c>hours.balanceCapMinutes</c>; the unit is in the name.</param>
/// <param name="Value">As written; the values of a list with commas between.</param>
/// <param name="Source">Where the number comes from.</param>
public sealed record PolicyItem(string Key, string Value, string Source);
