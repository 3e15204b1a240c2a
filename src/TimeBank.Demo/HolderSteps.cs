using System.Globalization;
using System.Text.Json.Nodes;
using TimeBank.Cli;
using TimeBank.V1;
using HolderClient = TimeBank.V1.HolderService.HolderServiceClient;
using PolicyClient = TimeBank.V1.PolicyService.PolicyServiceClient;

namespace TimeBank.Demo;

/// <summary>The finance office proposes the policy of the first day with a table of what elders show.</summary>
internal sealed record ProposePolicyStep(DateTimeOffset At) : Step($"policy/{BathPlan.Policy}", At, "policy")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new PolicyClient(await stage.StaffAsync(Role.FinanceMaker));
        string parent = Roles.Parent(Roles.Tianyuan);
        // That of the first day, whatever is in force by now: a month that is played again proposes the same text.
        PolicyVersion first = await client.GetVersionAsync(
            new GetPolicyVersionRequest { Parent = parent, Date = TimeText.ToContract(Calendar.Date(1)) });
        JsonNode document = JsonNode.Parse(first.Document)!;
        document["region"] = Roles.Tianyuan;
        document["version"] = BathPlan.Policy;
        document["effective"] = Calendar.Date(BathPlan.PolicyDay).ToString("O", CultureInfo.InvariantCulture);
        document["vouchers"]!["confirm"] = new JsonObject
        {
            ["value"] = new JsonArray(BathPlan.Table.Select(JsonNode (row) => new JsonObject
            {
                ["service"] = "bath", ["fromFen"] = row.FromFen, ["needs"] = EnumText.ShortOf(row.Needs),
            }).ToArray()),
            ["source"] = "own: a demonstration, no region's rule",
        };
        await client.ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = requestId, Parent = parent, Document = document.ToJsonString() });
    }

    public static string Name => $"{Roles.Parent(Roles.Tianyuan)}/policyVersions/{BathPlan.Policy}";
}

/// <summary>A second person approves it.</summary>
internal sealed record ApprovePolicyStep(DateTimeOffset At) : Step($"policy/{BathPlan.Policy}/approve", At, "policy")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new PolicyClient(await stage.StaffAsync(Role.FinanceChecker)).ApproveVersionAsync(
            new ApprovePolicyVersionRequest { RequestId = requestId, Name = ProposePolicyStep.Name });
}

/// <summary>An elder chooses a PIN at the counter.</summary>
internal sealed record SetPinStep(string Elder, string Pin, DateTimeOffset At) : Step($"{Elder}/pin", At, Elder)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string elder = stage.Names[Elder];
        await new HolderClient(await stage.StaffAsync(Role.Counter)).SetPinAsync(
            new SetPinRequest { RequestId = requestId, OnBehalfOf = elder, Elder = elder, Pin = Pin });
    }
}

/// <summary>Counter staff bind a card that the elder has.</summary>
internal sealed record BindCardStep(string Elder, string Number, DateTimeOffset At) : Step($"{Elder}/card", At, Elder)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string elder = stage.Names[Elder];
        await new HolderClient(await stage.StaffAsync(Role.Counter)).BindCardAsync(
            new BindCardRequest { RequestId = requestId, OnBehalfOf = elder, Elder = elder, Number = Number });
    }
}

/// <summary>A clerk asks whether an elder who can't come agrees to a payment.</summary>
internal sealed record AskConfirmationStep(string Elder, string Provider, string Item, long UpToFen, DateTimeOffset At)
    : Step(BathPlan.Confirmation, At, Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[Provider];
        var request = new RequestConfirmationRequest
        {
            RequestId = requestId, Elder = stage.Names[Elder], Provider = provider, UpTo = new Amount { Value = UpToFen, Unit = "CNY" },
        };
        request.Items.Add(Item);
        stage.Names[Key] =
            (await new HolderClient(await stage.PartyAsync(Role.ProviderClerk, provider)).RequestConfirmationAsync(request)).Name;
    }
}

/// <summary>Counter staff telephone the elder, who agrees.</summary>
internal sealed record AnswerConfirmationStep(string Elder, DateTimeOffset At) : Step($"{BathPlan.Confirmation}/answer", At, Elder)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new HolderClient(await stage.StaffAsync(Role.Counter)).AnswerConfirmationAsync(new AnswerConfirmationRequest
        {
            RequestId = requestId, OnBehalfOf = stage.Names[Elder], Confirmation = stage.Names[BathPlan.Confirmation], Agreed = true,
            Note = "演示：已电话询问本人，同意",
        });
}
