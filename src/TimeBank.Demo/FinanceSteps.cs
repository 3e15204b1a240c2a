using TimeBank.V1;
using PayeeClient = TimeBank.V1.PayeeService.PayeeServiceClient;
using PeriodClient = TimeBank.V1.PeriodService.PeriodServiceClient;
using SettlementClient = TimeBank.V1.SettlementService.SettlementServiceClient;

namespace TimeBank.Demo;

/// <summary>Accounts at banks, all made up: no bank's code begins with 000.</summary>
internal static class DemoAccounts
{
    public const string Holder = "演示·天元区民政局", Number = "00002601000001", BankName = "演示银行天元支行";

    /// <summary>Our account: its slug in the ledger. The other one has prepaid fees in custody alone.</summary>
    public const string Slug = "main", Custody = "prepaid";

    public static string NameOf(string slug) => $"{Roles.Parent(Roles.Tianyuan)}/bankAccounts/{slug}";

    public static string NumberOf(string slug) => slug == Custody ? "00002601000002" : Number;

    public static string BankCode(int number)
    {
        string digits = $"0005520{number:D4}";
        return digits + Ledger.BankCode.CheckDigit(digits);
    }

    public static PayeeAccount Of(ProviderPart provider, int number) => new()
    {
        HolderName = provider.DisplayName,
        AccountNumber = $"000026020{number:D5}",
        BankName = "演示银行",
        BankCode = BankCode(number),
    };
}

/// <summary>The administrator says what the bank calls an account of ours.</summary>
internal sealed record DescribeBankStep(DateTimeOffset At, string Account = DemoAccounts.Slug) : Step($"bank/{Account}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new BankAccountService.BankAccountServiceClient(await stage.StaffAsync(Role.Administrator))
            .SetBankAccountAsync(new SetBankAccountRequest
            {
                RequestId = requestId,
                Name = DemoAccounts.NameOf(Account),
                HolderName = DemoAccounts.Holder,
                AccountNumber = DemoAccounts.NumberOf(Account),
                ForCustody = Account == DemoAccounts.Custody,
                BankName = DemoAccounts.BankName,
                BankCode = DemoAccounts.BankCode(0),
                StatementProfile = "camt053",
            });
}

/// <summary>The finance office proposes the account that a provider is paid to.</summary>
internal sealed record ProposePayeeStep(ProviderPart Provider, int Number, DateTimeOffset At)
    : Step($"{Provider.Key}/payee", At, Provider.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        stage.Names[Key] = (await new PayeeClient(await stage.StaffAsync(Role.FinanceMaker)).ProposePayeeAsync(new ProposePayeeRequest
        {
            RequestId = requestId,
            Provider = stage.Names[Provider.Key],
            Account = DemoAccounts.Of(Provider, Number),
        })).Name;
}

/// <summary>A second person approves it with the number on the provider's own paper; it is in force on the next day.</summary>
internal sealed record ApprovePayeeStep(ProviderPart Provider, int Number, DateTimeOffset At)
    : Step($"{Provider.Key}/payee/approval", At, Provider.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new PayeeClient(await stage.StaffAsync(Role.FinanceChecker)).ApprovePayeeAsync(new ApprovePayeeRequest
        {
            RequestId = requestId,
            Change = stage.Names[$"{Provider.Key}/payee"],
            AccountNumber = DemoAccounts.Of(Provider, Number).AccountNumber,
        });
}

/// <summary>A batch is made of all that providers are owed: for services, or of prepaid fees.</summary>
internal sealed record PrepareBatchStep(string Batch, DateTimeOffset At, PayableKind Pays = PayableKind.Services)
    : Step($"batch/{Batch}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        stage.Names[Key] = (await new SettlementClient(await stage.StaffAsync(Role.FinanceMaker)).PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan), Pays = Pays })).Batch.Name;
}

/// <summary>The batch is handed to a second person.</summary>
internal sealed record SubmitBatchStep(string Batch, DateTimeOffset At) : Step($"batch/{Batch}/submit", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new SettlementClient(await stage.StaffAsync(Role.FinanceMaker)).SubmitBatchAsync(
            new SubmitBatchRequest { RequestId = requestId, Name = stage.Names[$"batch/{Batch}"] });
}

/// <summary>The second person approves it.</summary>
internal sealed record ApproveBatchStep(string Batch, DateTimeOffset At) : Step($"batch/{Batch}/approve", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new SettlementClient(await stage.StaffAsync(Role.FinanceChecker)).ApproveBatchAsync(
            new ApproveBatchRequest { RequestId = requestId, Name = stage.Names[$"batch/{Batch}"] });
}

/// <summary>The file for the bank is made; the demonstration's bank reads it later.</summary>
internal sealed record ExportBatchStep(string Batch, DateTimeOffset At, string Account = DemoAccounts.Slug)
    : Step($"batch/{Batch}/export", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        ExportPaymentsResponse answer = await new SettlementClient(await stage.StaffAsync(Role.FinanceMaker)).ExportPaymentsAsync(
            new ExportPaymentsRequest
            {
                RequestId = requestId,
                Name = stage.Names[$"batch/{Batch}"],
                BankAccount = Account,
                Format = PaymentFileFormat.Pain001,
            });
        stage.Files[Batch] = answer.File.ToByteArray();
    }
}

/// <summary>A month's days are closed.</summary>
internal sealed record PrepareCloseStep(string Month, DateTimeOffset At) : Step($"close/{Month}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new PeriodClient(await stage.StaffAsync(Role.FinanceMaker)).PreparePeriodCloseAsync(
            new PreparePeriodCloseRequest { RequestId = requestId, Name = NameOf(Month) });

    public static string NameOf(string month) => $"{Roles.Parent(Roles.Tianyuan)}/periods/{month}";
}

/// <summary>A second person signs the month's closing statement.</summary>
internal sealed record ApproveCloseStep(string Month, DateTimeOffset At) : Step($"close/{Month}/approve", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new PeriodClient(await stage.StaffAsync(Role.FinanceChecker)).ApprovePeriodCloseAsync(
            new ApprovePeriodCloseRequest { RequestId = requestId, Name = PrepareCloseStep.NameOf(Month) });
}

/// <summary>The city's finance office proposes to net a month's hours between its districts.</summary>
internal sealed record ProposeNettingStep(string Month, DateTimeOffset At) : Step($"netting/{Month}", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new ClearingService.ClearingServiceClient(await stage.CityStaffAsync(Role.FinanceMaker)).RunNettingAsync(
            new RunNettingRequest { RequestId = requestId, Name = NameOf(Month) });

    public static string NameOf(string month) => $"{Roles.Parent(Roles.Zhuzhou)}/nettings/{month}";
}

/// <summary>A second person of the city approves the netting, and both districts post it.</summary>
internal sealed record ApproveNettingStep(string Month, DateTimeOffset At) : Step($"netting/{Month}/approve", At, "finance")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new ClearingService.ClearingServiceClient(await stage.CityStaffAsync(Role.FinanceChecker)).ApproveNettingAsync(
            new ApproveNettingRequest { RequestId = requestId, Name = ProposeNettingStep.NameOf(Month) });
}
