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
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await (await stage.FundsAsync()).AllotFundsAsync(new AllotFundsRequest(Allotment) { RequestId = requestId });
}
