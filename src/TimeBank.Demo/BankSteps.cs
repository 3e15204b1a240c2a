using Google.Protobuf;
using Grpc.Core;
using TimeBank.Cli;
using TimeBank.V1;
using Client = TimeBank.V1.ReconciliationService.ReconciliationServiceClient;

namespace TimeBank.Demo;

/// <summary>The demonstration's bank writes a statement, and the finance office imports it.</summary>
internal sealed record ImportStep(StatementPlan Plan, DateTimeOffset At) : Step($"statement/{Plan.Number}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        // The bank's money is the sum of its statements; all of them are written anew where a month is played again.
        long opening = stage.Tally.Of(DemoBank.BalanceOf(Plan.Account));
        (byte[] file, long closing) = DemoBank.Write(Plan, opening, stage.Files);
        using AsyncDuplexStreamingCall<ImportStatementRequest, ImportStatementResponse> call =
            new Client(await stage.StaffAsync(Role.FinanceMaker)).ImportStatement(cancellationToken: stage.Cancellation);
        await call.RequestStream.WriteAsync(new ImportStatementRequest
        {
            RequestId = requestId,
            Parent = DemoAccounts.NameOf(Plan.Account),
            FileName = $"camt053-{Plan.Number:D3}.xml",
            Data = ByteString.CopyFrom(file),
        });
        await call.RequestStream.CompleteAsync();
        ImportStatementResponse answer = await call.ResponseStream.ReadAllAsync(stage.Cancellation).LastAsync(stage.Cancellation);
        if (answer.Refusal is { } refusal) throw new StepException(
            Key, $"对账单第 {refusal.Line} 行：{refusal.TextZh}", $"the statement's line {refusal.Line}: {refusal.TextEn}");
        stage.Tally.Add(DemoBank.BalanceOf(Plan.Account), closing - opening);
    }
}

/// <summary>The bank's open lines are matched, and what is sure is booked.</summary>
internal sealed record ReconcileStep(int Number, DateTimeOffset At, string Account = DemoAccounts.Slug)
    : Step($"reconcile/{Number}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using AsyncServerStreamingCall<ReconciliationProgress> run = new Client(await stage.StaffAsync(Role.FinanceMaker))
            .RunReconciliation(new RunReconciliationRequest { RequestId = requestId, Parent = DemoAccounts.NameOf(Account) });
        ReconciliationProgress last = new();
        while (await run.ResponseStream.MoveNext(stage.Cancellation)) last = run.ResponseStream.Current;
        if (last.Summary is not { NotBooked: [] }) throw new StepException(
            Key, $"应全部入账：{last.Summary}", $"all of it should have been booked: {last.Summary}");
    }
}

/// <summary>What the run suggested for a line is confirmed.</summary>
internal sealed record ConfirmMatchStep(string Reference, DateTimeOffset At, string Account = DemoAccounts.Slug)
    : Step($"confirm/{Reference}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string line = await BankLines.NameAsync(stage, Key, Reference, Account);
        var request = new ConfirmMatchRequest { RequestId = requestId, Parent = DemoAccounts.NameOf(Account) };
        request.Lines.Add(long.Parse(line.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture));
        await new Client(await stage.StaffAsync(Role.FinanceMaker)).ConfirmMatchAsync(request);
    }
}

/// <summary>The finance office proposes what becomes of a line that nothing explains.</summary>
internal sealed record ProposeResolutionStep(string Reference, ResolutionKind Kind, string Note, DateTimeOffset At)
    : Step($"resolve/{Reference}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceMaker)).ProposeResolutionAsync(new ProposeResolutionRequest
        {
            RequestId = requestId,
            Line = await BankLines.NameAsync(stage, Key, Reference),
            Kind = Kind,
            Note = Note,
        });
}

/// <summary>A second person approves it.</summary>
internal sealed record ApproveResolutionStep(string Reference, DateTimeOffset At) : Step($"resolve/{Reference}/approve", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceChecker)).ApproveResolutionAsync(new ApproveResolutionRequest
        {
            RequestId = requestId,
            Line = await BankLines.NameAsync(stage, Key, Reference),
        });
}

/// <summary>The server's names of the bank's lines.</summary>
internal static class BankLines
{
    /// <exception cref="StepException">No line has the bank's reference, or several have it.</exception>
    public static async Task<string> NameAsync(Stage stage, string step, string reference, string account = DemoAccounts.Slug)
    {
        var client = new Client(await stage.StaffAsync(Role.FinanceMaker));
        ListBankLinesResponse list = await new Paging(int.MaxValue).AllAsync(
            new ListBankLinesRequest { Parent = DemoAccounts.NameOf(account) }, page => client.ListBankLinesAsync(page).ResponseAsync);
        string[] found = [.. list.Lines.Where(line => line.BankReference == reference).Select(line => line.Name)];
        return found is [var name] ? name : throw new StepException(
            step, $"应有一条银行明细 {reference}，实有 {found.Length} 条。", $"the bank should have one line {reference}, and has {found.Length}.");
    }
}
