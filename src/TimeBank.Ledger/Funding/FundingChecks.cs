namespace TimeBank.Ledger;

/// <summary>Whether a share reaches its minimum.</summary>
public enum CheckVerdict
{
    None = 0,

    Met = 1,

    NotMet = 2,

    /// <summary>There is nothing that the share could be of.</summary>
    Nothing = 3,
}

/// <summary>A share that must not fall below a percentage. The amounts themselves are compared, so no rounding decides.</summary>
/// <param name="Part">In the unit of <paramref name="Whole"/>.</param>
public readonly record struct ShareCheck(Int128 Part, Int128 Whole, int MinPercent)
{
    public CheckVerdict Verdict => Whole <= 0 ? CheckVerdict.Nothing
        : Part * 100 >= Whole * MinPercent ? CheckVerdict.Met : CheckVerdict.NotMet;

    /// <summary>The share in hundredths of a percent, rounded down, for display; zero where there is nothing to compare.</summary>
    public long BasisPoints => Whole <= 0 || Part <= 0 ? 0 : (long)Int128.Min(Part * 10_000 / Whole, long.MaxValue);
}

/// <summary>
/// The share of the welfare lottery's money that goes to elderly care. Source: Hubei, Zhuzhou, Henan, Shanxi and Hunan; for a province's
/// own department Shanxi.
/// </summary>
public static class LotteryRule
{
    /// <param name="region">The region whose books these are; a province's own has its own minimum.</param>
    /// <param name="used">What lottery funds gave to programmes, less what came back; every programme is for elderly care. In fen.</param>
    /// <param name="received">What lottery funds received, in fen.</param>
    public static ShareCheck Judge(RegionCode region, FundingPolicy policy, Int128 used, Int128 received) =>
        new(used, received, region == region.Province ? policy.ProvinceLotteryMinPercent : policy.LotteryMinPercent);
}

/// <summary>The parts of the country for which the central share differs.</summary>
public enum CountryPart
{
    None = 0,
    East = 1,

    /// <summary>Hunan among them.</summary>
    Middle = 2,
    West = 3,
}

/// <summary>
/// How the central budget and the locality share what a programme spent, in fen. The central budget bears its percentage of what lies
/// within the quota; fractions of a fen and what passes the quota are the locality's. Source: national; Henan.
/// </summary>
/// <param name="Spent">Negative where refunds exceed what was spent: then nothing is shared.</param>
public readonly record struct CostShare(Int128 Spent, Int128 Quota, int CentralPercent)
{
    public Int128 Within => Int128.Max(0, Int128.Min(Spent, Quota));

    public Int128 Central => Within * CentralPercent / 100;

    /// <summary>The locality's part of what lies within the quota.</summary>
    public Int128 Local => Within - Central;

    /// <summary>What passes the quota; all of it is the locality's.</summary>
    public Int128 Beyond => Int128.Max(0, Spent - Quota);

    public static int PercentOf(CountryPart part, FundingPolicy policy) => part switch
    {
        CountryPart.East => policy.CentralEastPercent,
        CountryPart.Middle => policy.CentralMiddlePercent,
        CountryPart.West => policy.CentralWestPercent,
        CountryPart.None => throw new ArgumentOutOfRangeException(nameof(part), part, "The part of the country is not given."),
    };
}

/// <summary>What an hour of a service costs, as a price for some minutes: prices aren't divided before they must be.</summary>
public readonly record struct HourPrice(Fen Price, Minutes Per);

/// <summary>
/// How far the guarantee fund covers the hours that people hold, at a price. Source: Nanjing; own.
/// </summary>
/// <param name="Available">What the fund has, less what it owes; fen.</param>
/// <param name="Outstanding">The minutes that all people hold together.</param>
public readonly record struct GuaranteeCoverage(Int128 Available, Int128 Outstanding, HourPrice Price, GuaranteeFundPolicy Policy)
{
    /// <summary>What all outstanding hours would cost, rounded up to the fen.</summary>
    public Int128 Cost => ((Outstanding * Price.Price.Value) + Price.Per.Value - 1) / Price.Per.Value;

    /// <summary>Below its percentage an alert is due.</summary>
    public ShareCheck Check => new(Available * Price.Per.Value, Outstanding * Price.Price.Value, Policy.AlertBelowPercent);
}
