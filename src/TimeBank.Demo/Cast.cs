using System.Collections.Immutable;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// The people of the month, all made up: given names with a number, marked as a demonstration's.
/// </summary>
internal sealed record Cast(ImmutableArray<ElderPart> Elders, ImmutableArray<VolunteerPart> Volunteers,
    ImmutableArray<ProviderPart> Providers)
{
    private const int EldersInTianyuan = 200, EldersInLusong = 12, VolunteerCount = 60, WithLusong = 12, WithParent = 20,
        OldVolunteers = 15, ParentsFromAge = 76;
    private const int SuspensionFrom = 15, SuspensionTo = 21;

    private static readonly string[] ElderNames =
        ["春兰", "桂英", "秀珍", "玉梅", "菊香", "德厚", "福生", "长庚", "树仁", "满堂", "水秀", "金莲", "松柏", "有才", "清泉", "冬梅"];
    private static readonly string[] VolunteerNames = ["志远", "晓燕", "海涛", "静怡", "子涵", "雨桐", "建军", "丽华", "文博", "思源", "佳宁", "国强"];

    private static readonly ImmutableArray<ServiceType> MoneyServices =
        [ServiceType.Care, ServiceType.Medical, ServiceType.Urgent, ServiceType.Mobility];

    /// <summary>The services that the month's national e-voucher pays for.</summary>
    public static ImmutableArray<ServiceType> NationalServices => MoneyServices;

    public static Cast Of(Dice dice)
    {
        ImmutableArray<ElderPart> elders =
        [
            .. Enumerable.Range(1, EldersInTianyuan).Select(number => Elder(dice, $"elder/{number}", Roles.Tianyuan, number)),
            // Lusong's elders are there for the volunteers who serve in both districts; all of them are entitled to hours.
            .. Enumerable.Range(1, EldersInLusong).Select(number => ElderWithHours(dice, $"lusong-elder/{number}", number)),
        ];
        ElderPart[] parents = [.. dice.For("parents")
            .Sample(elders.Where(elder => elder.Region == Roles.Tianyuan && elder.Age >= ParentsFromAge), WithParent)];
        ImmutableArray<VolunteerPart> volunteers =
            [.. Enumerable.Range(1, VolunteerCount).Select(number => Volunteer(dice, number, parents))];
        return new Cast(elders, volunteers, MakeProviders());
    }

    private static ElderPart Elder(Dice dice, string key, string region, int number)
    {
        Draw draw = dice.For(key);
        DateOnly born = new DateOnly(1966, 9, 30).AddDays(-Age(draw));
        bool alone = draw.Chance(55);
        var difficulties = ImmutableArray.CreateBuilder<Difficulty>();
        if (alone) difficulties.Add(Difficulty.LivesAlone);
        if (draw.Chance(alone ? 80 : 20)) difficulties.Add(Difficulty.EmptyNest);
        if (draw.Chance(30)) difficulties.Add(Difficulty.LowIncome);
        if (draw.Chance(4)) difficulties.Add(Difficulty.ExtremePoverty);
        if (draw.Chance(3)) difficulties.Add(Difficulty.Bereaved);
        if (draw.Chance(8)) difficulties.Add(Difficulty.LeftBehind);
        int? score = draw.Chance(72) ? Score(draw) : null;
        // Some assessments are older than a year and no longer count. Some come from the next district and count like the elder's own
        // district's.
        DateOnly assessed = draw.Chance(6)
            ? new DateOnly(2025, 8, 1).AddDays(draw.Int(0, 50)) : new DateOnly(2025, 11, 1).AddDays(draw.Int(0, 320));
        string assessedIn = draw.Chance(5) ? Roles.Lusong : region;
        return new ElderPart(key, region, Name("老人", number, draw.Pick(ElderNames)), born, difficulties.ToImmutable(), score, assessed,
            assessedIn);
    }

    private static ElderPart ElderWithHours(Dice dice, string key, int number)
    {
        Draw draw = dice.For(key);
        DateOnly drawn = new DateOnly(1945, 1, 1).AddDays(-draw.Int(0, 3_000));
        // The last one has a birthday that most years lack; old enough for hours either way.
        DateOnly born = number == EldersInLusong ? new DateOnly(1944, 2, 29) : drawn;
        return new ElderPart(key, Roles.Lusong, Name("芦淞老人", number, draw.Pick(ElderNames)), born,
            [Difficulty.LivesAlone, Difficulty.EmptyNest], null, default, "");
    }

    private static VolunteerPart Volunteer(Dice dice, int number, ElderPart[] parents)
    {
        Draw draw = dice.For($"volunteer/{number}");
        DateOnly born = number <= OldVolunteers
            ? new DateOnly(1966, 9, 1).AddDays(-draw.Int(0, 4_000)) : new DateOnly(2008, 9, 1).AddDays(-draw.Int(0, 14_000));
        // Old volunteers have no parents on the register. Every fifth volunteer also serves in Lusong.
        int parent = number - OldVolunteers - 1;
        return new VolunteerPart(
            $"volunteer/{number}", Name("志愿者", number, draw.Pick(VolunteerNames)), born,
            number % (VolunteerCount / WithLusong) == 0 ? $"lusong-volunteer/{number}" : null,
            parent >= 0 && parent < parents.Length ? parents[parent].Key : null);
    }

    private static ImmutableArray<ProviderPart> MakeProviders() =>
    [
        new("provider/1", "演示·河西社区食堂", [ServiceType.Meal]),
        new("provider/2", "演示·泰山路老年食堂", [ServiceType.Meal]),
        new("provider/3", "演示·栗雨送餐站", [ServiceType.Meal], SuspensionFrom, SuspensionTo),
        new("provider/4", "演示·嵩山路食堂", [ServiceType.Meal]),
        new("provider/5", "演示·马家河食堂", [ServiceType.Meal]),
        new("provider/6", "演示·居家照护一站", [ServiceType.Care, ServiceType.Mobility]),
        new("provider/7", "演示·居家照护二站", [ServiceType.Care]),
        new("provider/8", "演示·日间照料中心", [ServiceType.Care, ServiceType.Meal, ServiceType.Bath]),
        new("provider/9", "演示·陪诊服务社", [ServiceType.Medical, ServiceType.Mobility]),
        new("provider/10", "演示·紧急呼叫中心", [ServiceType.Urgent]),
        new("provider/11", "演示·助浴助洁公司", [ServiceType.Bath, ServiceType.Clean]),
        new("provider/12", "演示·综合养老服务中心", MoneyServices),
    ];

    // Days before the sixtieth birthday: a quarter are in their sixties, a third in their seventies, the others older.
    private static int Age(Draw draw) => draw.Int(1, 100) switch
    {
        <= 22 => draw.Int(0, 3_600),
        <= 52 => draw.Int(3_653, 7_300),
        <= 90 => draw.Int(7_305, 10_950),
        _ => draw.Int(10_958, 13_800),
    };

    private static int Score(Draw draw) => draw.Int(1, 100) switch
    {
        <= 10 => 90,
        <= 38 => draw.Int(66, 89),
        <= 70 => draw.Int(46, 65),
        <= 90 => draw.Int(30, 45),
        _ => draw.Int(0, 29),
    };

    private static string Name(string what, int number, string given) => $"演示{what}{number:D3}·{given}";
}

/// <summary>
/// An elder of the month, made up. The entitlement follows the rules that the month is made for; the server decides by its own rules.
/// </summary>
/// <param name="Key">The play's name for the elder; the server gives the real name.</param>
/// <param name="Score">The points of the ability assessment; null: never assessed.</param>
internal sealed record ElderPart(string Key, string Region, string DisplayName, DateOnly Born, ImmutableArray<Difficulty> Difficulties,
    int? Score, DateOnly Assessed, string AssessedIn)
{
    /// <summary>The month's meal programme is for elders from this age with one of the difficulties below.</summary>
    public const int MealsFromAge = 75;

    /// <summary>The month's bath programme is for elders from this age with moderate disability or worse.</summary>
    public const int BathsFromAge = 80;

    // From the shipped policy: moderate disability is up to 65 points, an assessment is valid for a year, hours are issued from age 80, or
    // from 60 to poor elders.
    private const int ModerateUpTo = 65, ValidMonths = 12, HoursFromAge = 80, PoorHoursFromAge = 60;

    public static ImmutableArray<Difficulty> MealsForDifficulties { get; } =
        [Difficulty.LivesAlone, Difficulty.LowIncome, Difficulty.ExtremePoverty];

    public int Age => AgeOn(Calendar.Date(1));

    public bool GetsNationalVoucher => GetsNationalVoucherOn(Calendar.Date(1));

    public bool GetsMeals => GetsMealsOn(Calendar.Date(1));

    public bool GetsBaths => GetsBathsOn(Calendar.Date(1));

    public bool GetsHours => GetsHoursOn(Calendar.Date(1));

    /// <summary>True if a programme gives the elder a voucher on the month's first day.</summary>
    public bool Gets(string programme) => programme switch
    {
        Roles.National => GetsNationalVoucher,
        Roles.Meals => GetsMeals,
        Roles.Baths => GetsBaths,
        _ => throw new ArgumentOutOfRangeException(nameof(programme), programme, "The month has no such programme."),
    };

    public bool GetsNationalVoucherOn(DateOnly day) => Region == Roles.Tianyuan && IsDisabledOn(day);

    public bool GetsMealsOn(DateOnly day) =>
        Region == Roles.Tianyuan && AgeOn(day) >= MealsFromAge && Difficulties.Any(MealsForDifficulties.Contains);

    public bool GetsBathsOn(DateOnly day) => Region == Roles.Tianyuan && AgeOn(day) >= BathsFromAge && IsDisabledOn(day);

    public bool GetsHoursOn(DateOnly day) => Has(Difficulty.LivesAlone) && (AgeOn(day) >= HoursFromAge ? Has(Difficulty.EmptyNest)
        : AgeOn(day) >= PoorHoursFromAge && Has(Difficulty.LowIncome) && IsDisabledOn(day));

    private int AgeOn(DateOnly day) => Ledger.Age.On(Born, day);

    private bool IsDisabledOn(DateOnly day) => Score <= ModerateUpTo && Ledger.CivilPeriod.LastDay(Assessed, ValidMonths) >= day;

    private bool Has(Difficulty difficulty) => Difficulties.Contains(difficulty);
}

/// <summary>A provider of the month, made up.</summary>
/// <param name="SuspendedFrom">The first day of its suspension; 0: never suspended.</param>
/// <param name="SuspendedTo">The last day of its suspension.</param>
internal sealed record ProviderPart(string Key, string DisplayName, ImmutableArray<ServiceType> Services, int SuspendedFrom = 0,
    int SuspendedTo = 0)
{
    public bool Gives(ServiceType type) => Services.Contains(type);

    public bool IsSuspended(int day) => SuspendedFrom <= day && day <= SuspendedTo;
}

/// <summary>A volunteer of the month, made up.</summary>
/// <param name="Key">The play's name for the enrolment at home.</param>
/// <param name="AwayKey">The play's name for the enrolment in Lusong; null if there is none.</param>
/// <param name="ParentKey">An elder who is this volunteer's father or mother; null if none is registered.</param>
internal sealed record VolunteerPart(string Key, string DisplayName, DateOnly Born, string? AwayKey, string? ParentKey)
{
    private const int SpendsFromAge = 60;

    /// <summary>True if old enough to spend own hours all month.</summary>
    public bool MaySpend => Ledger.Age.On(Born, Calendar.Date(1)) >= SpendsFromAge;

    public string? EnrolledIn(string region) => region == Roles.Tianyuan ? Key : AwayKey;
}

/// <summary>The regions, programmes and funds of the month, and its staff.</summary>
internal static class Roles
{
    public const string Tianyuan = "430211", Lusong = "430203", Zhuzhou = "430200";
    public const string National = "national-2026", Meals = "meals-2026", Baths = "baths-2026";
    public const string Lottery = "lottery", Fiscal = "fiscal", Donation = "donation-meals", Campaign = "winter-2026";

    /// <summary>The subjects of staff tokens, which the journal keeps as actors. Each role is another person, so nobody checks their own
    /// work.</summary>
    public static string SubjectOf(Role role) => "demo-" + ActingAs.NameOf(role).Replace('_', '-');

    public static string Parent(string region) => ResourceNames.OfRegion(region);

    public static string Programme(string id) => $"{Parent(Tianyuan)}/programmes/{id}";

    public static string Fund(string id) => $"{Parent(Tianyuan)}/funds/{id}";
}
