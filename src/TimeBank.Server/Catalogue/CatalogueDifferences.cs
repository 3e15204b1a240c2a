using TimeBank.Ledger;
using TimeBank.V1;
using Catalogue = TimeBank.Ledger.Catalogue;

namespace TimeBank.Server;

/// <summary>How a service list differs from the wider region's: where it falls below it, and where that one would fall below it.</summary>
internal static class CatalogueDifferences
{
    public static IEnumerable<CatalogueDifference> Between(Catalogue local, Catalogue parent) =>
        local.CompareWith(parent).Select(Below).Concat(parent.CompareWith(local).Where(finding => !IsBelowBothWays(finding.Shortfall)).Select(Above));

    private static CatalogueDifference Below(CatalogueFinding finding) => new()
    {
        Item = finding.Item.Text,
        Kind = finding.Shortfall == CatalogueShortfall.Lacking ? DifferenceKind.Missing : DifferenceKind.Below,
        Field = finding.Key,
        ParentValue = finding.Required,
        Value = finding.Found,
    };

    // Here the wider region's list was held against the local one.
    private static CatalogueDifference Above(CatalogueFinding finding) => new()
    {
        Item = finding.Item.Text,
        Kind = finding.Shortfall == CatalogueShortfall.Lacking ? DifferenceKind.Added : DifferenceKind.Above,
        Field = finding.Key,
        ParentValue = finding.Found,
        Value = finding.Required,
    };

    // What is merely other has been told already.
    private static bool IsBelowBothWays(CatalogueShortfall shortfall) =>
        shortfall is CatalogueShortfall.OtherType or CatalogueShortfall.OtherUnit or CatalogueShortfall.OtherSetting;
}
