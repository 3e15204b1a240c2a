using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// The rule that a local service list never falls below the higher one (the papers of Hubei, Zhuzhou, Henan, Shanxi and Hunan on basic elderly care). What
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
            yield return Finding(CatalogueShortfall.OtherType, DataWords.Of(DataWords.ServiceTypes, floor.Type), DataWords.Of(DataWords.ServiceTypes, item.Type));
        if (item.Unit != floor.Unit)
            yield return Finding(CatalogueShortfall.OtherUnit, floor.Unit.Code, item.Unit.Code);
        if (item.Setting != floor.Setting)
            yield return Finding(CatalogueShortfall.OtherSetting, DataWords.Of(DataWords.Settings, floor.Setting), DataWords.Of(DataWords.Settings, item.Setting));
        if (BorneByElder(item.Payer) > BorneByElder(floor.Payer))
            yield return Finding(CatalogueShortfall.PayerShifted, DataWords.Of(DataWords.Payers, floor.Payer), DataWords.Of(DataWords.Payers, item.Payer));
        if (item.CeilingPrice < floor.CeilingPrice)
            yield return Finding(CatalogueShortfall.LowerCeilingPrice, Text(floor.CeilingPrice.Value), Text(item.CeilingPrice.Value));
        if (item.StandardMinutes < floor.StandardMinutes)
            yield return Finding(CatalogueShortfall.ShorterStandard, Text(floor.StandardMinutes.Value), Text(item.StandardMinutes.Value));
        if (item.UnitsPerMonth < floor.UnitsPerMonth)
            yield return Finding(CatalogueShortfall.FewerUnits, Text(floor.UnitsPerMonth), Text(item.UnitsPerMonth));
        if (item.FromAge > floor.FromAge)
            yield return Finding(CatalogueShortfall.HigherAge, Text(floor.FromAge), Text(item.FromAge));
        if (item.FromGrade > floor.FromGrade)
            yield return Finding(CatalogueShortfall.HeavierGrade, DataWords.Of(DataWords.Grades, floor.FromGrade), DataWords.Of(DataWords.Grades, item.FromGrade));

        CatalogueFinding Finding(CatalogueShortfall shortfall, string required, string found) => new(floor.Id, shortfall, required, found);
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
