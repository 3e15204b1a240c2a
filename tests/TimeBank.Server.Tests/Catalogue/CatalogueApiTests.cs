using System.Text.Json.Nodes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;
using ServicePlace = TimeBank.V1.ServicePlace;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class CatalogueApiTests(TestServer server)
{
    private const string Yanling = "430225", City = "430200";

    private static int _requests;

    [Fact]
    public async Task The_list_in_force_has_its_items_in_both_languages()
    {
        CatalogueVersion list = await As(Role.Elder)
            .GetVersionAsync(new GetCatalogueVersionRequest { Parent = $"regions/{TestServer.Tianyuan}" });

        Assert.Equal(("regions/430211/catalogueVersions/demo-2026-01", VersionState.Approved), (list.Name, list.State));
        V1.CatalogueItem bath = list.Items.Single(item => item.Id == "bath-home");
        Assert.Equal(("助浴：上门助浴", "Assisted bath at home", V1.ServiceType.Bath, "BATH", V1.Payer.PublicFunds),
            (bath.NameZh, bath.NameEn, bath.ServiceType, bath.Unit, bath.Payer));
        Assert.Equal((14_400, 12_000, 60, 3, 60),
            (bath.CeilingPrice.Value, bath.ContractPrice.Value, bath.Standard.Value, bath.UnitsPerMonth, bath.FromAge));
        Assert.Equal((V1.AbilityGrade.Moderate, ServicePlace.Home), (bath.FromGrade, bath.Place));
        V1.CatalogueItem company = list.Items.Single(item => item.Id == "companionship");
        Assert.Equal((V1.Payer.TimeBank, null, null), (company.Payer, company.CeilingPrice, company.ContractPrice));
        Assert.Equal("demo-2026-01", (string?)JsonNode.Parse(list.Document)!["version"]);
    }

    [Fact]
    public async Task A_list_is_proposed_compared_approved_and_in_force_from_its_day()
    {
        CatalogueVersion proposed = await ProposeAsync("better", "2031-01-01", list =>
        {
            list.Item("meal-canteen")["ceilingPriceFen"] = 1_500;
            list.Item("clean-windows")["id"] = "clean-more";
        });

        CatalogueComparison comparison = await As(Role.Auditor)
            .CompareWithParentAsync(new CompareWithParentRequest { Name = proposed.Name });
        Assert.Equal((true, "regions/430000/catalogueVersions/demo-2026-01"), (comparison.Acceptable, comparison.ParentVersion));
        Assert.Contains(new CatalogueDifference
        {
            Item = "meal-canteen", Kind = DifferenceKind.Above, Field = "ceilingPriceFen",
            ParentValue = "1200", Value = "1500"
        }, comparison.Differences);
        Assert.Contains(new CatalogueDifference { Item = "clean-more", Kind = DifferenceKind.Added }, comparison.Differences);

        CatalogueVersion approved = await As(Role.FinanceChecker)
            .ApproveVersionAsync(new ApproveCatalogueVersionRequest { RequestId = NewId(), Name = proposed.Name });
        Assert.Equal((VersionState.Approved, "staff-FinanceMaker", "staff-FinanceChecker"),
            (approved.State, approved.ProposedBy, approved.ApprovedBy));
        var day = new Date { Year = 2031, Month = 1, Day = 1 };
        Assert.Equal(approved, await As(Role.Auditor)
            .GetVersionAsync(new GetCatalogueVersionRequest { Parent = $"regions/{Yanling}", Date = day }));
        Assert.Equal("regions/430000/catalogueVersions/demo-2026-01",
            (await As(Role.Auditor).GetVersionAsync(new GetCatalogueVersionRequest { Parent = $"regions/{Yanling}" })).Name);
    }

    public static TheoryData<string, Action<JsonObject>> Shortfalls => new()
    {
        { "meal-canteen", list => list["items"]!.AsArray().Remove(list.Item("meal-canteen")) },
        { "care-home.ceilingPriceFen 7999 → 8000", list => list.Item("care-home")["ceilingPriceFen"] = 7_999 },
    };

    [Theory, MemberData(nameof(Shortfalls))]
    public async Task A_list_below_the_provinces_is_refused_with_the_place(string place, Action<JsonObject> change)
    {
        Func<Task> propose = () => ProposeAsync("below", "2032-01-01", change);

        await propose.IsRefusedAsync(Reason.CatalogueBelowParent);
        Assert.Contains(place, (await Assert.ThrowsAsync<RpcException>(propose)).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_names_an_item_twice_is_refused_with_the_place()
    {
        Func<Task> propose = () => ProposeAsync("twice", "2032-01-01", list => list.Item("errands")["id"] = "companionship");

        await propose.IsRefusedAsync(Reason.CatalogueInvalid, "document.items[11].id");
    }

    [Theory]
    [InlineData("regions/430225/catalogueVersions/none", Reason.CatalogueVersionNotFound)]
    [InlineData("regions/430000/catalogueVersions/demo-2026-01", Reason.CatalogueNoParent)]
    [InlineData("regions/430225/policyVersions/x", Reason.InvalidField, "name")]
    public async Task Compare_without_a_version_or_a_parent_is_refused(string name, Reason reason, params string[] fields)
    {
        await As(Role.Auditor, "430000").CompareWithParentAsync(new CompareWithParentRequest { Name = name })
            .IsRefusedAsync(reason, fields);
    }

    [Fact]
    public async Task Nobody_approves_what_they_proposed()
    {
        CatalogueVersion proposed = await ProposeAsync("own", "2033-01-01", role: Role.Administrator);

        await As(Role.Administrator).ApproveVersionAsync(new ApproveCatalogueVersionRequest { RequestId = NewId(), Name = proposed.Name })
            .IsRefusedAsync(Reason.MakerIsChecker);
    }

    [Fact]
    public async Task Lists_are_listed_without_items_and_with_guarded_pages()
    {
        await ProposeAsync("one", "2034-01-01");
        await ProposeAsync("two", "2034-02-01");
        CatalogueService.CatalogueServiceClient auditor = As(Role.Auditor);
        var request = new ListCatalogueVersionsRequest { Parent = $"regions/{Yanling}", PageSize = 1 };

        ListCatalogueVersionsResponse page = await auditor.ListVersionsAsync(request);
        Assert.Equal(("", 0), (page.Versions.Single().Document, page.Versions.Single().Items.Count));
        Assert.NotEmpty(page.NextPageToken);
        await auditor.ListVersionsAsync(
            new ListCatalogueVersionsRequest(request) { PageToken = page.NextPageToken, State = VersionState.Proposed })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await As(Role.Administrator).ListVersionsAsync(new ListCatalogueVersionsRequest(request) { PageToken = page.NextPageToken })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    private static string NewId() => new Guid(++_requests, 0x70, 2, new byte[8]).ToString();

    private CatalogueService.CatalogueServiceClient As(Role role, string region = City) => new(server.As(role, "", "", region));

    private async Task<CatalogueVersion> ProposeAsync(string version, string effective, Action<JsonObject>? change = null,
        Role role = Role.FinanceMaker)
    {
        CatalogueVersion basis = await As(Role.Auditor)
            .GetVersionAsync(new GetCatalogueVersionRequest { Parent = $"regions/{TestServer.Tianyuan}" });
        string document = VersionDocuments.Changed(basis.Document, Yanling, version, effective, change);
        return await As(role).ProposeVersionAsync(
            new ProposeCatalogueVersionRequest { RequestId = NewId(), Parent = $"regions/{Yanling}", Document = document });
    }
}
