using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.ComplaintService.ComplaintServiceClient;

namespace TimeBank.Server.Tests;

/// <summary>An elder with a voucher, a canteen that is paid, and everybody who has to do with complaints about it.</summary>
internal sealed class ComplaintDesk(TestServer server, string region)
{
    private static int s_used;

    private readonly string _id = $"complained{Interlocked.Increment(ref s_used)}";

    public Desk Desk { get; } = new(server, region);

    public string Elder { get; private set; } = "";

    public string Canteen { get; private set; } = "";

    public string Voucher { get; private set; } = "";

    public Client OfElder => As(Role.Elder, Elder);

    public Client OfClerk => As(Role.ProviderClerk, Canteen);

    public Client Counter => As(Role.Counter, subject: "counter");

    public Client First => As(Role.Counter, subject: "first");

    public Client Second => As(Role.FinanceChecker, subject: "second");

    public Client Office => As(Role.FinanceMaker, subject: "second");

    public Client Auditor => As(Role.Auditor);

    public SettlementService.SettlementServiceClient Maker => new(server.As(Role.FinanceMaker, subject: "maker", regions: region));

    public SettlementService.SettlementServiceClient Checker => new(server.As(Role.FinanceChecker, subject: "checker", regions: region));

    public async Task OpenAsync(bool holdsBack = false)
    {
        string fund = await Desk.FundAsync($"{_id}-fund", 1_000_000);
        CreateProgrammeRequest meals = Desk.Meals($"{_id}-meals");
        meals.HoldsBack = holdsBack;
        string programme = await Desk.FundedAsync(meals, (fund, 1_000_000));
        Elder = await Desk.RegisterElderAsync();
        Canteen = await Desk.ProviderAsync(ServiceType.Meal);
        await PayeeSeed.WriteAsync(server.Services, Canteen);
        await Desk.IssueAsync(programme);
        Voucher = (await Desk.VoucherOfAsync(Elder, programme)).Name;
    }

    public Client As(Role role, string party = "", string subject = "") => new(server.As(role, party, subject, region));

    public async Task<Redemption> EatAsync(long fen) =>
        (await Desk.Clerk(Canteen).RedeemVoucherAsync(Desk.Lunch(Voucher, Canteen, fen))).Redemption;

    public async Task<RefundRedemptionResponse> RefundAsync(Redemption eaten) => await Desk.Clerk(Canteen).RefundRedemptionAsync(
        new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = eaten.Name, Memo = "not eaten" });

    public FileComplaintRequest About(string subject) => new()
    {
        RequestId = Desk.Id(), Parent = Desk.Region, Subject = subject, Category = ComplaintCategory.NotReceived, Words = "没有吃这顿饭",
    };

    public async Task<Complaint> FiledAsync(string subject) => await OfElder.FileComplaintAsync(About(subject));

    public AnswerComplaintRequest Answer(Complaint complaint) =>
        new() { RequestId = Desk.Id(), Name = complaint.Name, Words = "已核对签到记录" };

    public ContestAnswerRequest Contest(Complaint complaint) =>
        new() { RequestId = Desk.Id(), Name = complaint.Name, Words = "记录不对" };

    public CloseComplaintRequest CloseBy(Complaint complaint, string entry) =>
        new() { RequestId = Desk.Id(), Name = complaint.Name, Entry = entry };

    /// <summary>To its end without an entry, and without a day's wait.</summary>
    public async Task EndAsync(Complaint complaint) =>
        await OfElder.WithdrawComplaintAsync(new WithdrawComplaintRequest { RequestId = Desk.Id(), Name = complaint.Name });

    public PrepareBatchRequest Prepare() => new() { RequestId = Desk.Id(), Parent = Desk.Region, Providers = { Canteen } };

    /// <summary>With what earlier batches have held back.</summary>
    public PrepareBatchRequest PrepareReleasing() => new(Prepare()) { ReleaseHeldBackUntil = Desk.DateOf(Desk.Today) };

    public async Task<SettlementPayment> PaymentAsync() => (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();

    public async Task<SettlementBatch> SubmittedAsync(PrepareBatchRequest? prepare = null)
    {
        SettlementBatch batch = (await Maker.PrepareBatchAsync(prepare ?? Prepare())).Batch;
        return await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
    }

    public async Task<SettlementBatch> ApprovedAsync(PrepareBatchRequest? prepare = null) =>
        await Checker.ApproveBatchAsync(Approve(await SubmittedAsync(prepare)));

    public async Task PaidAsync(SettlementBatch batch) => await Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
    {
        RequestId = Desk.Id(), Payment = batch.Payments.Single().Name, Outcome = PaymentState.Paid, BankAccount = "main",
        Date = new Date { Year = 2026, Month = 10, Day = 1 },
    });

    public async Task<ExportPaymentsResponse> ExportAsync(SettlementBatch batch) =>
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest
        {
            RequestId = Desk.Id(), Name = batch.Name, BankAccount = "main", Format = V1.PaymentFileFormat.Pain001,
        });

    public ApproveBatchRequest Approve(SettlementBatch batch) => new() { RequestId = Desk.Id(), Name = batch.Name };

    public async Task<SettlementBatch> BatchAsync(SettlementBatch batch) =>
        await Maker.GetBatchAsync(new GetBatchRequest { Name = batch.Name });

    public async Task WithdrawAsync(SettlementBatch batch) => await Checker.WithdrawBatchAsync(
        new WithdrawBatchRequest { RequestId = Desk.Id(), Name = batch.Name, Note = "complained about" });

    /// <summary>What the canteen is owed and no batch holds, by the books.</summary>
    public async Task<long> PayableAsync() =>
        (await Desk.ProviderClerk(Canteen).GetProviderAsync(new GetProviderRequest { Name = Canteen })).Payable.Value;
}

/// <summary>Tests of complaints share a server of their own: others look at all that a region owes, or need one without entries.</summary>
[CollectionDefinition(Name)]
public sealed class ComplaintCollection : ICollectionFixture<TestServer>
{
    public const string Name = "complaints";
}
