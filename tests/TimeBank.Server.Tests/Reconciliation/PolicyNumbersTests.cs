using System.Text.Json.Nodes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A region's own policy says how far an amount may be off, and how long a new payee waits.</summary>
public sealed class PolicyNumbersTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211";

    private readonly Desk _desk = new(server, Region);
    private readonly Bank _bank = new(server, Region, "main");

    [Fact]
    public async Task Numbers_of_a_policy_hold_from_its_first_day()
    {
        await InForceAsync(file =>
        {
            file["reconciliation"] = new JsonObject { ["toleranceFen"] = Number(5) };
            file["settlement"]!["payeeWaitDays"] = Number(0);
        });
        string fund = await _desk.FundAsync("numbers", 1_000), canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        RecordReceiptRequest second = _desk.Receipt(fund, 2_000);
        await _desk.Maker.RecordReceiptAsync(second);
        await _bank.OpenAsync();
        await _bank.TakenAsync(_bank.File(0, (1, 998, "ONE"), (1, 2_006, "TWO")));

        ReconciliationSummary summary = await _bank.RunAsync();
        Assert.Equal(["TOLERANCE 0 1"], summary.Passes.Select(pass => $"{pass.Pass} {pass.Confirmed} {pass.Suggested}"));
        V1.BankLine confirmed = await Confirm(1);
        await Confirm(2, $"{_desk.Region}/{(await LineItemAsync(second))}").IsRefusedAsync(Reason.MatchSumsDiffer);

        Assert.Equal(BankLineState.Matched, confirmed.State);
        Assert.Equal((3_000 - 2, 2L), (await BalanceAsync("bank/main"), await BalanceAsync("expense/fees")));
        await _bank.RunAsync();
        Assert.Equal(2L, await BalanceAsync("expense/fees"));
        await _bank.Maker.UnmatchAsync(new UnmatchRequest { RequestId = Desk.Id(), Line = confirmed.Name, Note = "x" })
            .IsRefusedAsync(Reason.MatchBooked);

        PayeeChange change = await new PayeeService.PayeeServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Region))
            .ProposePayeeAsync(new ProposePayeeRequest
            {
                RequestId = Desk.Id(), Provider = canteen, Account = new PayeeAccount
                {
                    HolderName = "演示食堂", AccountNumber = "6222000000001111", BankName = "演示银行", BankCode = "313551088886",
                },
            });
        Assert.Equal(PayeeChangeState.InForce, (await new PayeeService.PayeeServiceClient(
            server.As(Role.FinanceChecker, subject: "checker", regions: Region)).ApprovePayeeAsync(
                new ApprovePayeeRequest { RequestId = Desk.Id(), Change = change.Name })).State);
    }

    private static JsonObject Number(long value) => new() { ["value"] = value, ["source"] = "own" };

    private async Task InForceAsync(Action<JsonNode> change)
    {
        PolicyService.PolicyServiceClient As(Role role) => new(server.As(role, subject: $"{role}", regions: Region));
        V1.PolicyVersion now = await As(Role.Auditor).GetVersionAsync(new GetPolicyVersionRequest { Parent = _desk.Region });
        JsonNode file = JsonNode.Parse(now.Document)!;
        (file["region"], file["version"], file["effective"]) = (Region, "own-numbers", $"{_desk.Today.AddDays(1):yyyy-MM-dd}");
        change(file);
        V1.PolicyVersion proposed = await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = Desk.Id(), Parent = _desk.Region, Document = file.ToJsonString() });
        await As(Role.FinanceChecker).ApproveVersionAsync(
            new ApprovePolicyVersionRequest { RequestId = Desk.Id(), Name = proposed.Name });
        await _desk.AdvanceAsync(TimeSpan.FromDays(1));
    }

    private Grpc.Core.AsyncUnaryCall<V1.BankLine> Confirm(long line, params string[] items) => _bank.Maker.ConfirmMatchAsync(
        new ConfirmMatchRequest { RequestId = Desk.Id(), Parent = _bank.Name, Lines = { line }, Items = { items } });

    /// <summary>The name of the posting of a receipt on our account; the receipt is repeated, which gives its first answer.</summary>
    private async Task<string> LineItemAsync(RecordReceiptRequest receipt) =>
        $"entries/{(await _desk.Maker.RecordReceiptAsync(receipt)).Entry.Split('/')[^1]}/0";

    private async Task<long> BalanceAsync(string path) => (await new LedgerService.LedgerServiceClient(
        server.As(Role.Auditor, regions: Region)).GetAccountAsync(
            new GetAccountRequest { Name = $"{_desk.Region}/accounts/{path}" })).Balance.Amount.Value;
}
