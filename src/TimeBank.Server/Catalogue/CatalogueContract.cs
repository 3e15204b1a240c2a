using System.Text;
using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;
using Catalogue = TimeBank.Ledger.Catalogue;
using CatalogueItem = TimeBank.Ledger.CatalogueItem;
using Payer = TimeBank.Ledger.Payer;

namespace TimeBank.Server;

/// <summary>Service lists in the contract's types.</summary>
internal static class CatalogueContract
{
    public const string Collection = "catalogueVersions";

    public static CatalogueVersion ToCatalogueHeader(this VersionMessage version) => new()
    {
        Name = ResourceName.Of(RegionCode.Parse(version.Region), Collection, version.Name),
        Version = version.Name,
        State = VersionPage.State(version),
        EffectiveDate = version.Effective.ToContract(),
        ProposedBy = version.ProposedBy,
        ApprovedBy = version.ApprovedBy,
    };

    public static CatalogueVersion ToWholeCatalogue(this VersionMessage version)
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
        Place = item.Setting.ToContract(),
        Payer = ToContract(item.Payer),
        CeilingPrice = item.Unit == Unit.Minutes ? null : item.CeilingPrice.ToContract(),
        ContractPrice = item.ContractPrice?.ToContract(),
        Standard = item.StandardMinutes.ToContract(),
        UnitsPerMonth = item.UnitsPerMonth,
        FromAge = item.FromAge,
        FromGrade = item.FromGrade.ToContract(),
        ContentZh = item.Content.Chinese,
        ContentEn = item.Content.English,
    };

    private static V1.Payer ToContract(Payer payer) => payer switch
    {
        Payer.None => V1.Payer.Unspecified,
        Payer.PublicFunds => V1.Payer.PublicFunds,
        Payer.Shared => V1.Payer.Shared,
        Payer.Elder => V1.Payer.Elder,
        Payer.TimeBank => V1.Payer.TimeBank,
    };
}
