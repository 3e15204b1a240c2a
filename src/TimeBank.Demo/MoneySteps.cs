using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>A fund is opened.</summary>
internal sealed record CreateFundStep(string Id, FundKind Kind, string DisplayName, string Purpose, DateTimeOffset At)
    : Step($"fund/{Id}", At, "money")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await (await stage.FundsAsync()).CreateFundAsync(new CreateFundRequest
        {
            RequestId = requestId,
            Parent = Roles.Parent(Roles.Tianyuan),
            FundId = Id,
            Kind = Kind,
            DisplayName = DisplayName,
            Purpose = Purpose,
        });
}

/// <summary>Money arrives on the bank account.</summary>
internal sealed record ReceiveStep(string Fund, long Fen, string Reference, int Day, DateTimeOffset At)
    : Step($"receipt/{Reference}", At, "money")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        await (await stage.FundsAsync()).RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = requestId,
            Fund = Roles.Fund(Fund),
            Amount = new Amount { Value = Fen, Unit = "CNY" },
            BankAccount = "main",
            ReceivedDate = TimeText.ToContract(Calendar.Date(Day)),
            Reference = Reference,
        });
        stage.Tally.Add($"received/{Fund}", Fen);
    }
}

/// <summary>A programme is opened.</summary>
internal sealed record CreateProgrammeStep(CreateProgrammeRequest Programme, DateTimeOffset At)
    : Step($"programme/{Programme.ProgrammeId}", At, "money")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await (await stage.FundsAsync()).CreateProgrammeAsync(new CreateProgrammeRequest(Programme) { RequestId = requestId });
}

/// <summary>Funds give a programme money.</summary>
internal sealed record AllotStep(string Name, AllotFundsRequest Allotment, DateTimeOffset At) : Step($"allot/{Name}", At, "money")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        AllotFundsResponse given =
            await (await stage.FundsAsync()).AllotFundsAsync(new AllotFundsRequest(Allotment) { RequestId = requestId });
        stage.Tally.Add($"allotted/{Allotment.Programme.Split('/')[^1]}", given.Lines.Sum(line => line.Amount.Value));
    }
}

/// <summary>
/// What an ended programme has left goes back to its funds: a dry run says each fund's part, and the run returns the same.
/// </summary>
internal sealed record ReturnFundsStep(string Programme, DateTimeOffset At) : Step($"return/{Programme}", At, "expire")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        FundService.FundServiceClient client = await stage.FundsAsync();
        // A month that is played again finds nothing left, so a dry run would find nothing either.
        bool isFirst = (await client.GetProgrammeAsync(new GetProgrammeRequest { Name = Roles.Programme(Programme) })).Available.Value > 0;
        ProgrammeReturn? tried = isFirst ? await RunAsync(validateOnly: true) : null;
        ProgrammeReturn back = await RunAsync(validateOnly: false);
        if (tried?.Funds.Equals(back.Funds) == false) throw new StepException(
            Key, $"试算应退 {tried}，实际退回 {back}。", $"the dry run would return {tried}, and the run returned {back}.");
        foreach (FundReturn part in back.Funds) stage.Tally.Add($"returned/{Programme}", part.Amount.Value);
        stage.Entries.Add(back.Entry);

        async Task<ProgrammeReturn> RunAsync(bool validateOnly)
        {
            var request = new ReturnUnspentFundsRequest
            {
                RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan), Memo = "演示：项目到期，按出资比例退回", ValidateOnly = validateOnly,
            };
            request.Programmes.Add(Roles.Programme(Programme));
            using var run = client.ReturnUnspentFunds(request);
            RunSummary summary = (await Runs.LastAsync(run, stage.Cancellation)).Summary;
            return summary.Returns is [var one] ? one : throw new StepException(
                Key, $"没有退回：{summary}", $"nothing was returned: {summary}");
        }
    }
}
