using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Cli;
using TimeBank.V1;
using Client = TimeBank.V1.PrepaymentService.PrepaymentServiceClient;
using ProviderClient = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Demo;

/// <summary>
/// A care home collects fees in advance, into custody at a bank account of its own. One elder has a bed there and stays; another one leaves
/// early in November and gets back what the home has not earned. The home draws October, and a batch pays it from custody's account. One of
/// its staff may take vouchers and nothing else.
/// </summary>
internal static class PrepaidPlan
{
    public const string Stays = "prepaid/1", Leaves = "prepaid/2";

    public const string Lead = "demo-care-home-lead", Receptionist = "demo-care-home-receptionist";

    /// <summary>What comes in and goes back, in fen: three months of 3,200 yuan with a deposit of 2,400; two months of 2,600.</summary>
    public const long StaysFen = (3 * 320_000) + DepositFen, LeavesFen = 2 * 260_000, BackFen = 234_000, DrawnFen = 580_000;

    private const long DepositFen = 240_000;

    private const string Batch = "prepaid", Back = "DEMO-PREPAID-BACK";

    // After what the daily plan does; November's days are counted on from October's.
    private const int AgreedDay = 21, PaidInDay = 22, PayeeDay = 32, DrawnDay = 33, EndedDay = 34, BackDay = 35, PaidDay = 36, LastDay = 51;

    public static ProviderPart Home { get; } = new("care-home/1", "演示·颐养院", [ServiceType.Care]);

    public static IEnumerable<Step> Of(Dice dice, Cast cast, CounterCast counter)
    {
        // Nobody of whom something is reported: a death or a departure ends what was prepaid.
        List<ElderPart> elders = dice.For("prepaid").Sample(cast.Elders.Where(elder => elder.Region == Roles.Tianyuan
            && counter.Notices.All(notice => notice.Elder.Key != elder.Key)), 2);
        PrepaidPart stays = new(Stays, elders[0].Key, "护理床位", 320_000, 120_000, 3, DepositFen, "DEMO-PREPAID-1"),
            leaves = new(Leaves, elders[1].Key, "日间照料", 260_000, 0, 2, 0, "DEMO-PREPAID-2");
        const string account = DemoAccounts.Custody;
        return
        [
            new DescribeBankStep(Calendar.At(AgreedDay, 7, 0), account),
            new RegisterProviderStep(Home, Calendar.At(AgreedDay, 7, 10)),
            new NameStaffStep(Lead, ByAdministrator: true, [.. Enum.GetValues<ProviderRight>().Skip(1)], Calendar.At(AgreedDay, 7, 20)),
            new NameStaffStep(Receptionist, ByAdministrator: false, [ProviderRight.Redeem], Calendar.At(AgreedDay, 7, 30)),
            new OwnRightsStep(Calendar.At(AgreedDay, 7, 40)) { RefusedAs = "PROVIDER_RIGHT_MISSING" },
            .. new[] { stays, leaves }.SelectMany(part => new Step[]
            {
                new ProposePrepaidStep(part, Calendar.At(AgreedDay, 9, 0)),
                new AgreePrepaidStep(part, AtCounter: part == leaves, Calendar.At(AgreedDay, 10, 0)),
                new ReceivePrepaidStep(part, PaidInDay, Calendar.At(PaidInDay, 15, 0)),
            }),
            new ProposePayeeStep(Home, cast.Providers.Length + 1, Calendar.At(PayeeDay, 9, 0)),
            new ApprovePayeeStep(Home, cast.Providers.Length + 1, Calendar.At(PayeeDay, 15, 0)),
            new DrawPrepaidStep(Calendar.At(DrawnDay, 10, 0)),
            new EndPrepaidStep(leaves, Calendar.At(EndedDay, 9, 30)),
            new ApproveBackStep(leaves, Calendar.At(EndedDay, 15, 0)),
            new PrepareBatchStep(Batch, Calendar.At(EndedDay, 11, 30), PayableKind.Prepaid),
            new SubmitBatchStep(Batch, Calendar.At(EndedDay, 11, 40)),
            new ApproveBatchStep(Batch, Calendar.At(EndedDay, 14, 30)),
            new ExportBatchStep(Batch, Calendar.At(EndedDay, 14, 40), account),
            new PayBackStep(leaves, BackDay, Back, Calendar.At(BackDay, 11, 0)),
            new ImportStep(new StatementPlan(4, 1, LastDay,
            [
                new(PaidInDay, StaysFen, stays.Reference, "演示·预付费的老人", "预收费"),
                new(PaidInDay, LeavesFen, leaves.Reference, "演示·预付费的老人", "预收费"),
                new(BackDay, -BackFen, Back, "演示·预付费的老人", "退还预收费"),
            ], new PayPlan(Batch, PaidDay), Account: account), Calendar.At(LastDay, 18, 20)),
            new ReconcileStep(4, Calendar.At(LastDay, 18, 30), account),
            .. new[] { stays.Reference, leaves.Reference, Back }.Select(reference =>
                new ConfirmMatchStep(reference, Calendar.At(LastDay, 18, 40), account)),
        ];
    }
}

/// <summary>What an elder and the care home agree on; amounts in fen.</summary>
/// <param name="Elder">The play's key for the elder.</param>
/// <param name="Reference">The bank's, of what comes in.</param>
internal sealed record PrepaidPart(
    string Key, string Elder, string Purpose, long MonthlyFen, long BedFen, int Months, long DepositFen, string Reference)
{
    public long AllFen => (MonthlyFen * Months) + DepositFen;

    public static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };
}

/// <summary>A person is named who acts for the care home: the first one by the administrator, others by that one.</summary>
internal sealed record NameStaffStep(string Person, bool ByAdministrator, ImmutableArray<ProviderRight> Rights, DateTimeOffset At)
    : Step($"{PrepaidPlan.Home.Key}/staff/{Person}", At, PrepaidPlan.Home.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string home = stage.Names[PrepaidPlan.Home.Key];
        CallInvoker caller = ByAdministrator ? await stage.StaffAsync(Role.Administrator) : await stage.ClerkAsync(home, PrepaidPlan.Lead);
        await new ProviderClient(caller).NameProviderStaffAsync(
            new NameProviderStaffRequest { RequestId = requestId, Provider = home, Person = Person, Rights = { Rights } });
    }
}

/// <summary>Who may take vouchers alone tries to see what the home is owed: nobody gives that to oneself.</summary>
internal sealed record OwnRightsStep(DateTimeOffset At) : Step($"{PrepaidPlan.Home.Key}/own-rights", At, PrepaidPlan.Home.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string home = stage.Names[PrepaidPlan.Home.Key];
        await new ProviderClient(await stage.ClerkAsync(home, PrepaidPlan.Receptionist)).NameProviderStaffAsync(new NameProviderStaffRequest
        {
            RequestId = requestId, Provider = home, Person = PrepaidPlan.Receptionist, Rights = { ProviderRight.Money },
        });
    }
}

/// <summary>The care home makes an agreement.</summary>
internal sealed record ProposePrepaidStep(PrepaidPart Part, DateTimeOffset At) : Step(Part.Key, At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string home = stage.Names[PrepaidPlan.Home.Key];
        stage.Names[Key] = (await new Client(await stage.ClerkAsync(home, PrepaidPlan.Lead)).ProposePrepaymentAsync(
            new ProposePrepaymentRequest
            {
                RequestId = requestId, Provider = home, Elder = stage.Names[Part.Elder], ServiceType = ServiceType.Care,
                Purpose = Part.Purpose, MonthlyAmount = PrepaidPart.Fen(Part.MonthlyFen), MonthlyBedFee = PrepaidPart.Fen(Part.BedFen),
                FirstMonth = Calendar.Month(1), Months = Part.Months, Deposit = PrepaidPart.Fen(Part.DepositFen),
            })).Name;
    }
}

/// <summary>The elder agrees.</summary>
/// <param name="AtCounter">True if counter staff do it for the elder.</param>
internal sealed record AgreePrepaidStep(PrepaidPart Part, bool AtCounter, DateTimeOffset At) : Step($"{Part.Key}/agree", At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string elder = stage.Names[Part.Elder];
        await new Client(await stage.PersonAsync(elder, AtCounter)).AgreePrepaymentAsync(new AgreePrepaymentRequest
        {
            RequestId = requestId, Name = stage.Names[Part.Key], OnBehalfOf = AtCounter ? elder : "",
        });
    }
}

/// <summary>The finance office records what has arrived for an agreement.</summary>
internal sealed record ReceivePrepaidStep(PrepaidPart Part, int Day, DateTimeOffset At) : Step($"{Part.Key}/receive", At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceMaker)).RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest
        {
            RequestId = requestId, Name = stage.Names[Part.Key], Amount = PrepaidPart.Fen(Part.AllFen),
            Deposit = PrepaidPart.Fen(Part.DepositFen), BankAccount = DemoAccounts.Custody,
            ReceivedDate = TimeText.ToContract(Calendar.Date(Day)), Reference = Part.Reference,
        });
}

/// <summary>The run by which the home draws October.</summary>
internal sealed record DrawPrepaidStep(DateTimeOffset At) : Step("prepaid/draw", At, "prepaid")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using AsyncServerStreamingCall<RunProgress> run = new Client(await stage.StaffAsync(Role.FinanceMaker)).DrawPrepayments(
            new DrawPrepaymentsRequest { RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan), Month = Calendar.Month(1) });
        await run.ResponseStream.ReadAllAsync(stage.Cancellation).LastAsync(stage.Cancellation);
    }
}

/// <summary>The elder ends the agreement.</summary>
internal sealed record EndPrepaidStep(PrepaidPart Part, DateTimeOffset At) : Step($"{Part.Key}/end", At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PartyAsync(Role.Elder, stage.Names[Part.Elder])).EndPrepaymentAsync(
            new EndPrepaymentRequest { RequestId = requestId, Name = stage.Names[Part.Key], Note = "演示：由女儿照顾" });
}

/// <summary>A second person approves what goes back.</summary>
internal sealed record ApproveBackStep(PrepaidPart Part, DateTimeOffset At) : Step($"{Part.Key}/approve", At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceChecker)).ApprovePrepaymentRefundAsync(
            new ApprovePrepaymentRefundRequest { RequestId = requestId, Name = stage.Names[Part.Key] });
}

/// <summary>The finance office records that the bank has paid it back.</summary>
internal sealed record PayBackStep(PrepaidPart Part, int Day, string Reference, DateTimeOffset At) : Step($"{Part.Key}/back", At, Part.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceMaker)).RecordPrepaymentRefundAsync(new RecordPrepaymentRefundRequest
        {
            RequestId = requestId, Name = stage.Names[Part.Key], BankAccount = DemoAccounts.Custody,
            PaidDate = TimeText.ToContract(Calendar.Date(Day)), Reference = Reference,
        });
}

/// <content>What became of prepaid fees: every fen is in custody, with the home, or back with the elder.</content>
internal sealed partial class MonthFigures
{
    private async Task ReadPrepaidAsync(Stage stage)
    {
        var client = new Client(await stage.StaffAsync(Role.Auditor));
        foreach ((string key, long paidIn, long back) in new[]
            { (PrepaidPlan.Stays, PrepaidPlan.StaysFen, 0L), (PrepaidPlan.Leaves, PrepaidPlan.LeavesFen, PrepaidPlan.BackFen) })
        {
            Prepayment one = await client.GetPrepaymentAsync(new GetPrepaymentRequest { Name = stage.Names[key] });
            Expect($"{key}：存入 = 划付 + 存管 + 退还", $"{key}: paid in = drawn + in custody + paid back", one.PaidIn.Value,
                one.Drawn.Value + one.FeesLeft.Value + one.DepositLeft.Value + one.RefundDue.Value + one.Refunded.Value);
            Expect($"{key}：存入 = 计划", $"{key}: paid in = planned", one.PaidIn.Value, paidIn);
            Expect($"{key}：退还 = 计划", $"{key}: paid back = planned", one.Refunded.Value, back);
        }
        CustodyReport report = await client.GetCustodyReportAsync(new GetCustodyReportRequest { Parent = Roles.Parent(Roles.Tianyuan) });
        string account = $"bank/{DemoAccounts.Custody}";
        Expect($"{account}：账面 = 存管中的预收费", $"{account}: in the books = what is in custody",
            -Signed((await AccountAsync(stage, account)).Balance), report.Held.Value + report.RefundsDue.Value);
        Expect($"{account}：账面 = 存入 − 划付 − 退还", $"{account}: in the books = paid in − drawn − paid back",
            -Signed((await AccountAsync(stage, account)).Balance),
            PrepaidPlan.StaysFen + PrepaidPlan.LeavesFen - PrepaidPlan.DrawnFen - PrepaidPlan.BackFen);
    }
}
