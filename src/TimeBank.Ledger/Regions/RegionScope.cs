namespace TimeBank.Ledger;

/// <summary>Which regions a rule of one region reaches.</summary>
public static class RegionScope
{
    /// <summary>Whether the region is the wider one or lies in it: Tianyuan (430211) in Zhuzhou (430200) and in Hunan (430000).</summary>
    public static bool IsWithin(this RegionCode region, RegionCode wider) => region == wider || region.City == wider || region.Province == wider;

    /// <summary>The next wider region: Tianyuan's is Zhuzhou, Zhuzhou's is Hunan, Hunan has none.</summary>
    public static RegionCode? Parent(this RegionCode region) =>
        region != region.City ? region.City : region != region.Province ? region.Province : null;
}
