using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// The rule that a local service list never falls below the higher one (the papers of Hubei, Zhuzhou, Henan, Shanxi and Hunan on basic
/// elderly care). What
/// is compared is the benefit that reaches the elder. The contract price is not: what a region pays its providers is its own affair.
/// </summary>
internal static class CatalogueFloor
{
    public static ImmutableArray<CatalogueFinding> Compare(Catalogue local, Catalogue parent) =>
        [.. parent.Items.SelectMany(floor => Compare(local.Find(floor.Id), floor))];

    private static IEnumerable<CatalogueFinding> Compare(CatalogueItem? item, CatalogueItem floor)
    {
        if (item is null)
        {
            yield return new CatalogueFinding(floor.Id, CatalogueShortfall.Lacking);
            yield break;
        }
        if (item.Type != floor.Type)
            yield return Found(CatalogueShortfall.OtherType, DataChoices.Of(DataChoices.ServiceTypes, floor.Type),
            DataChoices.Of(DataChoices.ServiceTypes, item.Type));
        if (item.Unit != floor.Unit)
            yield return Found(CatalogueShortfall.OtherUnit, floor.Unit.Code, item.Unit.Code);
        if (item.Place != floor.Place)
            yield return Found(CatalogueShortfall.OtherSetting, DataChoices.Of(DataChoices.Places, floor.Place),
            DataChoices.Of(DataChoices.Places, item.Place));
        if (BorneByElder(item.Payer) > BorneByElder(floor.Payer))
            yield return Found(CatalogueShortfall.PayerShifted, DataChoices.Of(DataChoices.Payers, floor.Payer),
            DataChoices.Of(DataChoices.Payers, item.Payer));
        if (item.CeilingPrice < floor.CeilingPrice)
            yield return Found(CatalogueShortfall.LowerCeilingPrice, Text(floor.CeilingPrice.Value), Text(item.CeilingPrice.Value));
        if (item.StandardMinutes < floor.StandardMinutes)
            yield return Found(CatalogueShortfall.ShorterStandard, Text(floor.StandardMinutes.Value), Text(item.StandardMinutes.Value));
        if (item.UnitsPerMonth < floor.UnitsPerMonth)
            yield return Found(CatalogueShortfall.FewerUnits, Text(floor.UnitsPerMonth), Text(item.UnitsPerMonth));
        if (item.FromAge > floor.FromAge)
            yield return Found(CatalogueShortfall.HigherAge, Text(floor.FromAge), Text(item.FromAge));
        if (item.FromGrade > floor.FromGrade)
            yield return Found(CatalogueShortfall.HeavierGrade, DataChoices.Of(DataChoices.Grades, floor.FromGrade),
            DataChoices.Of(DataChoices.Grades, item.FromGrade));

        CatalogueFinding Found(CatalogueShortfall shortfall, string required, string found) => new(floor.Id, shortfall, required, found);
    }

    // Hours are the elder's own as well, but no money: they stand between a shared price and none.
    private static int BorneByElder(Payer payer) => payer switch
    {
        Payer.PublicFunds => 0,
        Payer.TimeBank => 1,
        Payer.Shared => 2,
        Payer.Elder => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(payer), payer, "An item has a payer."),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One way in which a local catalogue falls below the wider region's.</summary>
/// <param name="Item">The item of the wider region's catalogue.</param>
/// <param name="Required">What the wider region has there; empty where the item is lacking.</param>
/// <param name="Found">What the local one has.</param>
public sealed record CatalogueFinding(Slug Item, CatalogueShortfall Shortfall, string Required = "", string Found = "")
{
    /// <summary>The key of the catalogue file that says less; empty where the item is lacking.</summary>
    public string Key => Shortfall switch
    {
        CatalogueShortfall.None or CatalogueShortfall.Lacking => "",
        CatalogueShortfall.OtherType => "type",
        CatalogueShortfall.OtherUnit => "unit",
        CatalogueShortfall.OtherSetting => "setting",
        CatalogueShortfall.PayerShifted => "payer",
        CatalogueShortfall.LowerCeilingPrice => "ceilingPriceFen",
        CatalogueShortfall.ShorterStandard => "standardMinutes",
        CatalogueShortfall.FewerUnits => "promisedUnitsPerMonth",
        CatalogueShortfall.HigherAge => "fromAgeYears",
        CatalogueShortfall.HeavierGrade => "fromGrade",
    };

    /// <summary>As refusals name it: what was found and what the wider region asks for.</summary>
    public override string ToString() => Shortfall == CatalogueShortfall.Lacking ? Item.Text : $"{Item}.{Key} {Found} → {Required}";
}

/// <summary>In what an item of a local catalogue falls below the wider region's. Numbers are stored.</summary>
public enum CatalogueShortfall
{
    None = 0,

    /// <summary>The local catalogue lacks the item.</summary>
    Lacking = 1,

    /// <summary>It is another type of service.</summary>
    OtherType = 2,

    /// <summary>Something else is given for it: what the wider region issued could not be redeemed here.</summary>
    OtherUnit = 3,

    /// <summary>It is given in another setting, where the voucher pays another share.</summary>
    OtherSetting = 4,

    /// <summary>The elder bears more of it.</summary>
    PayerShifted = 5,

    /// <summary>Public money takes part in less of the price.</summary>
    LowerCeilingPrice = 6,

    /// <summary>The service is shorter.</summary>
    ShorterStandard = 7,

    /// <summary>Fewer units a month.</summary>
    FewerUnits = 8,

    /// <summary>Only elders of a higher age.</summary>
    HigherAge = 9,

    /// <summary>Only elders of a heavier disability.</summary>
    HeavierGrade = 10,
}
