using System.Text;
using TimeBank.Ledger;
using TimeBank.V1;
using Catalogue = TimeBank.Ledger.Catalogue;
using CatalogueItem = TimeBank.Ledger.CatalogueItem;

namespace TimeBank.Server;

/// <summary>Service lists in the contract's types.</summary>
internal static class CatalogueContract
{
    public const string Collection = "catalogueVersions";

    public static CatalogueVersion ToCatalogueHeader(this RuleVersion version) => new()
    {
        Name = ResourceName.Of(RegionCode.Parse(version.Region), Collection, version.Name),
        Version = version.Name,
        State = VersionPage.State(version),
        EffectiveDate = version.Effective.ToContract(),
        ProposedBy = version.ProposedBy,
        ApprovedBy = version.ApprovedBy,
    };

    public static CatalogueVersion ToWholeCatalogue(this RuleVersion version)
    {
        Catalogue catalogue = Catalogue.Parse(Encoding.UTF8.GetBytes(version.Document)).Expect(version.Name);
        CatalogueVersion whole = version.ToCatalogueHeader();
        whole.NoteZh = catalogue.Note.Chinese;
        whole.NoteEn = catalogue.Note.English;
        whole.Items.Add(catalogue.Items.Select(ToContract));
        whole.Document = version.Document;
        return whole;
    }

    private static V1.CatalogueItem ToContract(CatalogueItem item) => new()
    {
        Id = item.Id.Text,
        ServiceType = item.Type.ToContract(),
        NameZh = item.Name.Chinese,
        NameEn = item.Name.English,
        Unit = item.Unit.Code,
        Place = item.Place.ToContract(),
        Payer = item.Payer.ToContract(),
        CeilingPrice = item.Unit == Unit.Minutes ? null : item.CeilingPrice.ToContract(),
        ContractPrice = item.ContractPrice?.ToContract(),
        Standard = item.StandardMinutes.ToContract(),
        UnitsPerMonth = item.UnitsPerMonth,
        FromAge = item.FromAge,
        FromGrade = item.FromGrade.ToContract(),
        ContentZh = item.Content.Chinese,
        ContentEn = item.Content.English,
    };
}

/// <summary>
/// The differences between a service list and the wider region's: items and fields below it, and items and fields above it.
/// </summary>
internal static class CatalogueDifferences
{
    public static IEnumerable<CatalogueDifference> Between(Catalogue local, Catalogue parent) =>
        local.CompareWith(parent).Select(Below)
            .Concat(parent.CompareWith(local).Where(finding => !IsBelowBothWays(finding.Shortfall)).Select(Above));

    private static CatalogueDifference Below(CatalogueFinding finding) => new()
    {
        Item = finding.Item.Text,
        Kind = finding.Shortfall == CatalogueShortfall.Lacking ? DifferenceKind.Missing : DifferenceKind.Below,
        Field = finding.Key,
        ParentValue = finding.Required,
        Value = finding.Found,
    };

    // The comparison ran the other way round, so Required is the local value and Found the wider region's.
    private static CatalogueDifference Above(CatalogueFinding finding) => new()
    {
        Item = finding.Item.Text,
        Kind = finding.Shortfall == CatalogueShortfall.Lacking ? DifferenceKind.Added : DifferenceKind.Above,
        Field = finding.Key,
        ParentValue = finding.Found,
        Value = finding.Required,
    };

    // A different type, unit or setting shows up in both comparisons: report it once.
    private static bool IsBelowBothWays(CatalogueShortfall shortfall) =>
        shortfall is CatalogueShortfall.OtherType or CatalogueShortfall.OtherUnit or CatalogueShortfall.OtherSetting;
}
