using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// The rule that a local service list never falls below the higher one (the papers of Hubei, Zhuzhou, Henan, Shanxi and Hunan on basic
/// elderly care). It compares the benefit that reaches the elder. It ignores the contract price: a region's pay for its providers is its
/// own affair.
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

    // Hours also belong to the elder but are not money: an item for hours ranks between a free one and a shared price.
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

/// <summary>One point in which a local catalogue falls below the wider region's.</summary>
/// <param name="Item">The item of the wider region's catalogue.</param>
/// <param name="Required">The wider region's value; empty where the item is missing.</param>
/// <param name="Found">The local value.</param>
public sealed record CatalogueFinding(Slug Item, CatalogueShortfall Shortfall, string Required = "", string Found = "")
{
    /// <summary>The catalogue file's key that gives less; empty where the item is missing.</summary>
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

    /// <summary>The text for refusals: the found value and the one that the wider region requires.</summary>
    public override string ToString() => Shortfall == CatalogueShortfall.Lacking ? Item.Text : $"{Item}.{Key} {Found} → {Required}";
}

/// <summary>How an item of a local catalogue falls below the wider region's. The numbers are stored.</summary>
public enum CatalogueShortfall
{
    None = 0,

    /// <summary>The local catalogue lacks the item.</summary>
    Lacking = 1,

    /// <summary>Another type of service.</summary>
    OtherType = 2,

    /// <summary>Another unit: a voucher that the wider region issued could not be redeemed here.</summary>
    OtherUnit = 3,

    /// <summary>Another setting, where the voucher pays another share.</summary>
    OtherSetting = 4,

    /// <summary>The elder bears more of it.</summary>
    PayerShifted = 5,

    /// <summary>Public money pays towards less of the price.</summary>
    LowerCeilingPrice = 6,

    /// <summary>The service is shorter.</summary>
    ShorterStandard = 7,

    /// <summary>Fewer units a month.</summary>
    FewerUnits = 8,

    /// <summary>Only older elders.</summary>
    HigherAge = 9,

    /// <summary>Only elders with a heavier disability.</summary>
    HeavierGrade = 10,
}
