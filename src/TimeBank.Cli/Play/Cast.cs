using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>Who takes part in the month. All of them are made up: given names alone, with a number, and marked as a demonstration's.</summary>
internal sealed record Cast(ImmutableArray<ElderPart> Elders, ImmutableArray<VolunteerPart> Volunteers, ImmutableArray<ProviderPart> Providers)
{
    private const int EldersInTianyuan = 200, EldersInLusong = 12, VolunteerCount = 60, WithLusong = 12, WithParent = 20, OldVolunteers = 15, ParentsFromAge = 76;
    private const int SuspensionFrom = 15, SuspensionTo = 21;

    private static readonly string[] ElderNames = ["春兰", "桂英", "秀珍", "玉梅", "菊香", "德厚", "福生", "长庚", "树仁", "满堂", "水秀", "金莲", "松柏", "有才", "清泉", "冬梅"];
    private static readonly string[] VolunteerNames = ["志远", "晓燕", "海涛", "静怡", "子涵", "雨桐", "建军", "丽华", "文博", "思源", "佳宁", "国强"];

    private static readonly ImmutableArray<ServiceType> MoneyServices = [ServiceType.Care, ServiceType.Medical, ServiceType.Urgent, ServiceType.Mobility];

    /// <summary>What the national e-voucher of the month pays for.</summary>
    public static ImmutableArray<ServiceType> NationalServices => MoneyServices;

    public static Cast Of(Dice dice)
    {
        ImmutableArray<ElderPart> elders =
        [
            .. Enumerable.Range(1, EldersInTianyuan).Select(number => Elder(dice, $"elder/{number}", Roles.Tianyuan, number)),
            // Those of Lusong are there for the volunteers who serve in both: all of them are entitled to hours.
            .. Enumerable.Range(1, EldersInLusong).Select(number => ElderWithHours(dice, $"lusong-elder/{number}", number)),
        ];
        ElderPart[] parents = [.. dice.For("parents").Sample(elders.Where(elder => elder.Region == Roles.Tianyuan && elder.Age >= ParentsFromAge), WithParent)];
        ImmutableArray<VolunteerPart> volunteers = [.. Enumerable.Range(1, VolunteerCount).Select(number => Volunteer(dice, number, parents))];
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
        // Some assessments are more than a year old and count no more; some were made in the next district, which counts as one's own.
        DateOnly assessed = draw.Chance(6) ? new DateOnly(2025, 8, 1).AddDays(draw.Int(0, 50)) : new DateOnly(2025, 11, 1).AddDays(draw.Int(0, 320));
        string assessedIn = draw.Chance(5) ? Roles.Lusong : region;
        return new ElderPart(key, region, Name("老人", number, draw.Pick(ElderNames)), born, difficulties.ToImmutable(), score, assessed, assessedIn);
    }

    private static ElderPart ElderWithHours(Dice dice, string key, int number)
    {
        Draw draw = dice.For(key);
        DateOnly born = new DateOnly(1945, 1, 1).AddDays(-draw.Int(0, 3_000));
        return new ElderPart(key, Roles.Lusong, Name("芦淞老人", number, draw.Pick(ElderNames)), born, [Difficulty.LivesAlone, Difficulty.EmptyNest], null, default, "");
    }

    private static VolunteerPart Volunteer(Dice dice, int number, ElderPart[] parents)
    {
        Draw draw = dice.For($"volunteer/{number}");
        DateOnly born = number <= OldVolunteers ? new DateOnly(1966, 9, 1).AddDays(-draw.Int(0, 4_000)) : new DateOnly(2008, 9, 1).AddDays(-draw.Int(0, 14_000));
        // The old ones have no parents on the register; every fifth volunteer also serves in Lusong.
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
        new("provider/8", "演示·日间照料中心", [ServiceType.Care, ServiceType.Meal]),
        new("provider/9", "演示·陪诊服务社", [ServiceType.Medical, ServiceType.Mobility]),
        new("provider/10", "演示·紧急呼叫中心", [ServiceType.Urgent]),
        new("provider/11", "演示·助浴助洁公司", [ServiceType.Bath, ServiceType.Clean]),
        new("provider/12", "演示·综合养老服务中心", MoneyServices),
    ];

    // Days before the sixtieth birthday's: a quarter in their sixties, a third in their seventies, the others older.
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
