using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Client = TimeBank.V1.PrepaymentService.PrepaymentServiceClient;
using PayableKind = TimeBank.V1.PayableKind;

namespace TimeBank.Server.Tests;

/// <summary>An elder, a day care, and everybody who has to do with the fees that the day care collects in advance.</summary>
internal sealed class PrepaymentDesk(TestServer server, string region = TestServer.Tianyuan)
{
    private int _references;

    public Desk Desk { get; } = new(server, region);

    public string Elder { get; private set; } = "";

    public string Provider { get; private set; } = "";

    /// <summary>Where the money comes in and goes out.</summary>
    public string BankAccount { get; set; } = "main";

    public Client OfElder => As(Role.Elder, Elder);

    public Client OfClerk => As(Role.ProviderClerk, Provider);

    public Client Counter => As(Role.Counter, subject: "counter");

    public Client Maker => As(Role.FinanceMaker, subject: "maker");

    public Client Checker => As(Role.FinanceChecker, subject: "checker");

    public Client Auditor => As(Role.Auditor);

    public Client As(Role role, string party = "", string subject = "") => new(server.As(role, party, subject, region));

    public async Task OpenAsync()
    {
        await Desk.BankAccountAsync();
        Elder = await Desk.RegisterElderAsync();
        Provider = await Desk.ProviderAsync(V1.ServiceType.Meal);
    }

    /// <summary>Three months from this one: 300 yuan a month, of which 100 for the bed, and a deposit of 200.</summary>
    public ProposePrepaymentRequest Plan() => new()
    {
        RequestId = Desk.Id(), Provider = Provider, Elder = Elder, ServiceType = V1.ServiceType.Meal, Purpose = "日间照料",
        MonthlyAmount = Desk.Fen(30_000), MonthlyBedFee = Desk.Fen(10_000), FirstMonth = Month(Desk.Today), Months = 3,
        Deposit = Desk.Fen(20_000),
    };

    public async Task<Prepayment> AgreedAsync(ProposePrepaymentRequest? plan = null)
    {
        Prepayment made = await OfClerk.ProposePrepaymentAsync(plan ?? Plan());
        return await As(Role.Elder, made.Elder).AgreePrepaymentAsync(
            new AgreePrepaymentRequest { RequestId = Desk.Id(), Name = made.Name });
    }

    /// <summary>An agreement with all its money in custody.</summary>
    public async Task<Prepayment> PaidAsync(ProposePrepaymentRequest? plan = null)
    {
        Prepayment agreed = await AgreedAsync(plan);
        return (await Maker.RecordPrepaymentReceiptAsync(Receipt(
            agreed, (agreed.MonthlyAmount.Value * agreed.Months) + agreed.Deposit.Value, agreed.Deposit.Value))).Prepayment;
    }

    public RecordPrepaymentReceiptRequest Receipt(Prepayment agreement, long fen, long deposit = 0) => new()
    {
        RequestId = Desk.Id(), Name = agreement.Name, Amount = Desk.Fen(fen), Deposit = Desk.Fen(deposit), BankAccount = BankAccount,
        ReceivedDate = Desk.Today.ToContract(), Reference = $"流水 {++_references}",
    };

    public async Task<RunSummary> DrawAsync(DateOnly month, string request = "", bool tries = false) =>
        (await Desk.RunAsync(Maker.DrawPrepayments(new DrawPrepaymentsRequest
        {
            RequestId = request.Length > 0 ? request : Desk.Id(), Parent = Desk.Region, Month = Month(month), ValidateOnly = tries,
        })))[^1].Summary;

    public EndPrepaymentRequest End(Prepayment agreement) => new() { RequestId = Desk.Id(), Name = agreement.Name };

    public ApprovePrepaymentRefundRequest Approve(Prepayment agreement) => new() { RequestId = Desk.Id(), Name = agreement.Name };

    public RecordPrepaymentRefundRequest Refund(Prepayment agreement) => new()
    {
        RequestId = Desk.Id(), Name = agreement.Name, BankAccount = BankAccount, PaidDate = Desk.Today.ToContract(),
        Reference = $"退款 {++_references}",
    };

    public DisputePrepaymentRequest Dispute(Prepayment agreement, bool disputed) =>
        new() { RequestId = Desk.Id(), Name = agreement.Name, Disputed = disputed, Note = "没有提供服务" };

    public async Task<Prepayment> ReadAsync(Prepayment agreement) =>
        await Auditor.GetPrepaymentAsync(new GetPrepaymentRequest { Name = agreement.Name });

    /// <summary>Paid in, drawn, left as fees and as deposit, due back, paid back; in fen.</summary>
    public static long[] Sums(Prepayment one) => [one.PaidIn.Value, one.Drawn.Value, one.FeesLeft.Value, one.DepositLeft.Value,
        one.RefundDue.Value, one.Refunded.Value];

    /// <summary>What an account holds by the journal, in fen, on its usual side.</summary>
    public async Task<long> BookAsync(string path)
    {
        var auditor = new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: region));
        return (await auditor.GetAccountAsync(new GetAccountRequest { Name = $"{Desk.Region}/accounts/{path}" })).Balance.Amount.Value;
    }

    public string PathOf(Prepayment agreement, string part) => $"custody/{agreement.Name.Split('/')[^1]}/{part}";

    public string Payable => $"provider/{Provider.Split('/')[^1]}/payable";

    public string Prepaid => $"provider/{Provider.Split('/')[^1]}/prepaid";

    public SettlementService.SettlementServiceClient Settlements(Role role) =>
        new(server.As(role, subject: role == Role.FinanceChecker ? "checker" : "maker", regions: region));

    public async Task<SettlementBatch> PreparedAsync(PayableKind pays) => (await Settlements(Role.FinanceMaker).PrepareBatchAsync(
        new PrepareBatchRequest { RequestId = Desk.Id(), Parent = Desk.Region, Pays = pays })).Batch;

    /// <summary>An approved batch of what providers have drawn.</summary>
    public async Task<SettlementBatch> ApprovedAsync()
    {
        string name = (await PreparedAsync(PayableKind.Prepaid)).Name;
        await Settlements(Role.FinanceMaker).SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = name });
        return await Settlements(Role.FinanceChecker).ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = name });
    }

    public async Task MoveToAsync(DateOnly day) =>
        await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(ChinaTime.StartOf(day).AddHours(8)),
        });

    public static Date Month(DateOnly day) => new() { Year = day.Year, Month = day.Month };
}
