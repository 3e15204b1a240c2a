using System.Text.Json.Nodes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using PolicyVersion = TimeBank.V1.PolicyVersion;

namespace TimeBank.Server.Tests;

/// <summary>A policy that asks the elder for something: a code from 20 yuan on, a PIN from 30, a confirmation from 50.</summary>
internal static class HolderTable
{
    /// <summary>Puts the table in force, for the first test of a server and all that follow it.</summary>
    public static async Task InForceAsync(TestServer server, Desk desk)
    {
        var day = new DateOnly(2026, 10, 2);
        if (desk.Today >= day) return;
        string region = desk.Region.Split('/')[^1];
        PolicyService.PolicyServiceClient As(Role role) => new(server.As(role, subject: $"{role}", regions: region));
        PolicyVersion now = await As(Role.Auditor).GetVersionAsync(new GetPolicyVersionRequest { Parent = desk.Region });
        JsonNode file = JsonNode.Parse(now.Document)!;
        (file["region"], file["version"], file["effective"]) = (region, "shown", $"{day:yyyy-MM-dd}");
        file["vouchers"]!["confirm"] = JsonNode.Parse(
            """
            { "value": [ { "service": "any", "fromFen": 5000, "needs": "confirmation" },
                { "service": "meal", "fromFen": 3000, "needs": "pin" }, { "service": "meal", "fromFen": 2000, "needs": "code-or-card" } ],
              "source": "own" }
            """);
        PolicyVersion proposed = await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = Desk.Id(), Parent = desk.Region, Document = file.ToJsonString() });
        await As(Role.FinanceChecker).ApproveVersionAsync(
            new ApprovePolicyVersionRequest { RequestId = Desk.Id(), Name = proposed.Name });
        await desk.AdvanceToAsync(ChinaTime.StartOf(day).AddHours(8));
    }

    /// <summary>An elder with ten meals on a voucher, and a canteen.</summary>
    /// <param name="id">Names the fund and the programme.</param>
    public static async Task<(string Elder, string Canteen, Voucher Meals)> MealsAsync(Desk desk, string id)
    {
        string fund = await desk.FundAsync($"{id}-fund", 10_000_000);
        string programme = await desk.FundedAsync(desk.Meals($"{id}-meals"), (fund, 5_000_000));
        string elder = await desk.RegisterElderAsync(), canteen = await desk.ProviderAsync(V1.ServiceType.Meal);
        await desk.IssueAsync(programme);
        return (elder, canteen, await desk.VoucherOfAsync(elder, programme));
    }
}
