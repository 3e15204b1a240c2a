namespace TimeBank.Ledger;

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
