using System.Text.Json.Nodes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class PolicyApiTests(TestServer server)
{
    // No other test has rules for these districts.
    private const string You = "430223", Chaling = "430224", Unknown = "430299", City = "430200";

    private static int _requests;

    [Theory]
    [InlineData(Role.Volunteer)]
    [InlineData(Role.Auditor)]
    public async Task The_version_in_force_is_the_provinces_until_a_region_has_its_own(Role role)
    {
        V1.PolicyVersion version = await As(role)
            .GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{TestServer.Tianyuan}" });

        Assert.Equal(("regions/430000/policyVersions/2026-01", "2026-01", VersionState.Approved),
            (version.Name, version.Version, version.State));
        Assert.Equal(new Date { Year = 2026, Month = 1, Day = 1 }, version.EffectiveDate);
        Assert.Contains(new PolicyNumber { Key = "hours.balanceCapMinutes", Value = "90000", Source = "Nanjing, Guangzhou: 1,500 hours" },
            version.Numbers);
        Assert.Equal("2026-01", (string?)JsonNode.Parse(version.Document)!["version"]);
    }

    [Fact]
    public async Task A_version_is_proposed_approved_by_another_and_in_force_from_its_day()
    {
        string document = await DocumentAsync(You, "city-2031", "2031-01-01", file => file["hours"]!["coinMinutes"]!["value"] = 30);
        var propose = new ProposePolicyVersionRequest { RequestId = NewId(), Parent = $"regions/{You}", Document = document };

        V1.PolicyVersion proposed = await As(Role.FinanceMaker).ProposeVersionAsync(propose);
        Assert.Equal(($"regions/{You}/policyVersions/city-2031", VersionState.Proposed, "staff-FinanceMaker", ""),
            (proposed.Name, proposed.State, proposed.ProposedBy, proposed.ApprovedBy));
        Assert.Equal(proposed, await As(Role.FinanceMaker).ProposeVersionAsync(propose));

        V1.PolicyVersion approved = await As(Role.FinanceChecker)
            .ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = NewId(), Name = proposed.Name });
        Assert.Equal((VersionState.Approved, "staff-FinanceChecker"), (approved.State, approved.ApprovedBy));
        Assert.Equal("2026-01", (await InForceAsync(You, 2030, 12, 31)).Version);
        Assert.Equal("city-2031", (await InForceAsync(You, 2031, 1, 1)).Version);
        Assert.Equal("2026-01", (await InForceAsync(Chaling, 2031, 1, 1)).Version);
        Assert.Equal(approved, await As(Role.Auditor)
            .GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{You}", Version = "city-2031" }));
    }

    [Fact]
    public async Task Nobody_approves_what_they_proposed()
    {
        V1.PolicyVersion proposed = await ProposeAsync("maker-checker", role: Role.Administrator);

        await As(Role.Administrator).ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = NewId(), Name = proposed.Name })
            .IsRefusedAsync(Reason.MakerIsChecker);
    }

    [Fact]
    public async Task Versions_are_listed_last_first_in_pages_without_documents()
    {
        foreach (string year in new[] { "2041", "2043", "2042" }) await ProposeAsync($"list-{year}", $"{year}-01-01");

        List<V1.PolicyVersion> listed = await Pages.AllAsync<V1.PolicyVersion>(1, async token =>
        {
            ListPolicyVersionsResponse page = await As(Role.Auditor).ListVersionsAsync(
                new ListPolicyVersionsRequest
                {
                    Parent = $"regions/{Chaling}", State = VersionState.Proposed, PageSize = 1,
                    PageToken = token
                });
            return ([.. page.Versions], page.NextPageToken);
        });

        Assert.Equal(["list-2043", "list-2042", "list-2041"],
            listed.Select(version => version.Version).Where(name => name.StartsWith("list-", StringComparison.Ordinal)));
        Assert.All(listed, version => Assert.Equal(("", 0), (version.Document, version.Numbers.Count)));
    }

    [Theory]
    [InlineData("\"coinMinutes\"", "\"coinHours\"", "document.hours.coinHours", "document.hours.coinMinutes")]
    [InlineData("\"undoMinutes\"", "\"undo\"", "document.undo", "document.undoMinutes")]
    [InlineData("\"value\":60,", "\"value\":60.5,", "document.hours.coinMinutes.value")]
    [InlineData("\"430224\"", "\"43\"", "document.region")]
    [InlineData("\"430224\"", "\"430225\"", "document.region")]
    [InlineData("{\"region\"", "{{\"region\"", "document")]
    public async Task A_document_that_is_wrong_is_refused_with_every_place(string right, string wrong, params string[] places)
    {
        string document = await DocumentAsync(Chaling, "wrong", "2035-01-01");
        int at = document.IndexOf(right, StringComparison.Ordinal);
        document = document[..at] + wrong + document[(at + right.Length)..];

        await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = NewId(), Parent = $"regions/{Chaling}", Document = document })
            .IsRefusedAsync(Reason.PolicyInvalid, places);
    }

    [Theory]
    [InlineData("not-a-uuid", "regions/430224", "{}", Reason.InvalidField, "request_id")]
    [InlineData("", "regions/430224", "", Reason.InvalidField, "request_id", "document")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430224/x", "{}", Reason.InvalidField, "parent")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "", "{}", Reason.InvalidField, "parent")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430224", "", Reason.InvalidField, "document")]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430299", "{}", Reason.RegionUnknown)]
    [InlineData("018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e", "regions/430104", "{}", Reason.RegionNotAllowed)]
    public async Task Propose_with_wrong_fields_is_refused(string id, string parent, string document, Reason reason, params string[] fields)
    {
        await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = id, Parent = parent, Document = document }).IsRefusedAsync(reason, fields);
    }

    [Fact]
    public async Task A_document_too_long_is_refused()
    {
        var request = new ProposePolicyVersionRequest
        {
            RequestId = NewId(), Parent = $"regions/{Chaling}",
            Document = new string('x', 65_537)
        };
        await As(Role.FinanceMaker).ProposeVersionAsync(request).IsRefusedAsync(Reason.InvalidField, "document");
        request.Document = new string('x', 2 << 20);
        // Over the size limit of messages: the server refuses it unread.
        Assert.Equal(StatusCode.ResourceExhausted,
            (await Assert.ThrowsAsync<RpcException>(async () => await As(Role.FinanceMaker).ProposeVersionAsync(request))).StatusCode);
    }

    [Fact]
    public async Task A_first_day_that_has_begun_is_refused()
    {
        string document = await DocumentAsync(Chaling, "past", "2026-10-01");

        await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = NewId(), Parent = $"regions/{Chaling}", Document = document })
            .IsRefusedAsync(Reason.EffectiveDateInPast);
    }

    [Fact]
    public async Task A_first_day_that_nobody_will_see_is_refused()
    {
        var request = new ProposePolicyVersionRequest
        {
            RequestId = NewId(), Parent = $"regions/{Chaling}",
            Document = await DocumentAsync(Chaling, "late", "9999-12-31")
        };

        await As(Role.FinanceMaker).ProposeVersionAsync(request).IsRefusedAsync(Reason.PolicyInvalid, "document.effective");
    }

    [Fact]
    public async Task A_name_is_taken_once_and_a_request_id_has_one_content()
    {
        string id = NewId();
        await ProposeAsync("taken", id: id);

        await As(Role.FinanceMaker)
            .ProposeVersionAsync(new ProposePolicyVersionRequest
            {
                RequestId = NewId(), Parent = $"regions/{Chaling}",
                Document = await DocumentAsync(Chaling, "taken", "2036-01-01")
            })
            .IsRefusedAsync(Reason.VersionExists);
        await As(Role.FinanceMaker)
            .ProposeVersionAsync(new ProposePolicyVersionRequest
            {
                RequestId = id, Parent = $"regions/{Chaling}",
                Document = await DocumentAsync(Chaling, "other", "2036-01-01")
            })
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    [Theory]
    [InlineData("regions/430224/policyVersions/none", Reason.PolicyVersionNotFound)]
    [InlineData("regions/430224/catalogueVersions/none", Reason.InvalidField, "name")]
    [InlineData("regions/430224/policyVersions/NONE", Reason.InvalidField, "name")]
    [InlineData("regions/430224", Reason.InvalidField, "name")]
    [InlineData("", Reason.InvalidField, "name")]
    public async Task Approve_of_what_is_not_there_is_refused(string name, Reason reason, params string[] fields)
    {
        await As(Role.FinanceChecker).ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = NewId(), Name = name })
            .IsRefusedAsync(reason, fields);
    }

    [Fact]
    public async Task A_version_is_approved_once()
    {
        await As(Role.FinanceChecker, "430000")
            .ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = NewId(), Name = "regions/430000/policyVersions/2026-01" })
            .IsRefusedAsync(Reason.VersionAlreadyApproved);
    }

    [Fact]
    public async Task Get_with_wrong_fields_is_refused()
    {
        PolicyService.PolicyServiceClient auditor = As(Role.Auditor);
        var day = new Date { Year = 2025, Month = 12, Day = 31 };

        await auditor.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Chaling}", Date = day })
            .IsRefusedAsync(Reason.PolicyVersionNotFound);
        await auditor.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Chaling}", Version = "none" })
            .IsRefusedAsync(Reason.PolicyVersionNotFound);
        await auditor.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Chaling}", Version = "none", Date = day })
            .IsRefusedAsync(Reason.InvalidField, "date");
        await auditor.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Chaling}", Version = "No!" })
            .IsRefusedAsync(Reason.InvalidField, "version");
        await auditor.GetVersionAsync(
            new GetPolicyVersionRequest { Parent = $"regions/{Chaling}", Date = new Date { Year = 2026, Month = 2, Day = 30 } })
            .IsRefusedAsync(Reason.InvalidField, "date");
        await auditor.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Unknown}" }).IsRefusedAsync(Reason.RegionUnknown);
        await auditor.ListVersionsAsync(
            new ListPolicyVersionsRequest { Parent = $"regions/{Chaling}", PageSize = -1, State = (VersionState)9 })
            .IsRefusedAsync(Reason.InvalidField, "page_size", "state");
        await auditor.ListVersionsAsync(new ListPolicyVersionsRequest { Parent = $"regions/{Chaling}", PageToken = "AAAA" })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    private static string NewId() => new Guid(++_requests, 0x70, 1, new byte[8]).ToString();

    private PolicyService.PolicyServiceClient As(Role role, string region = City) => new(server.As(role, "", "", region));

    private async Task<V1.PolicyVersion> InForceAsync(string region, int year, int month, int day) =>
        await As(Role.Auditor).GetVersionAsync(
            new GetPolicyVersionRequest { Parent = $"regions/{region}", Date = new Date { Year = year, Month = month, Day = day } });

    private async Task<string> DocumentAsync(string region, string version, string effective, Action<JsonObject>? change = null) =>
        VersionDocuments.Changed(
            (await As(Role.Auditor).GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{TestServer.Tianyuan}" })).Document,
            region, version, effective, change);

    private async Task<V1.PolicyVersion> ProposeAsync(string version, string effective = "2035-01-01", Role role = Role.FinanceMaker,
        string? id = null) =>
        await As(role)
            .ProposeVersionAsync(new ProposePolicyVersionRequest
            {
                RequestId = id ?? NewId(), Parent = $"regions/{Chaling}",
                Document = await DocumentAsync(Chaling, version, effective)
            });
}
