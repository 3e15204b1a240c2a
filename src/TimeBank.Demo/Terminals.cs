using Google.Protobuf;
using TimeBank.Cli;
using TimeBank.Proofs;
using TimeBank.V1;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Demo;

/// <summary>
/// Two canteens have a terminal that works without a network. Both accept the same meals: the one that sends its receipt first is paid, the
/// other one bears its own. Later a receipt comes too late, and waits for the finance office.
/// </summary>
internal static class TerminalPlan
{
    /// <summary>What each terminal takes: of one elder's voucher twice, and of another's.</summary>
    public const int MealsTwice = 3, MealsLate = 2;

    public const string First = "terminal/1", Second = "terminal/2";

    /// <summary>The provider of the first terminal.</summary>
    public const string FirstProvider = "provider/1";

    private const string SecondProvider = "provider/2";
    private const int Day = 30, LateDay = 33, ClosedDay = 35;
    private const long MealFen = 1_100;

    /// <summary>From then on the terminals have a list.</summary>
    public static DateTimeOffset Opens { get; } = Calendar.At(Day, 10, 10);

    public static IEnumerable<Step> Of(Dice dice, CounterCast counter, CatalogueVersion catalogue)
    {
        string meal = catalogue.Items.First(item => item.Unit == "MEAL").Id;
        AcceptOfflineStep Accept(string terminal, int receipt, ElderPart elder, int meals, DateTimeOffset at) =>
            new(terminal, receipt, elder.Key, meal, meals, MealFen * meals, at);
        return
        [
            new EnrolTerminalStep(dice, First, FirstProvider, "演示·河西食堂离线终端", Calendar.At(Day, 9, 30)),
            new EnrolTerminalStep(dice, Second, SecondProvider, "演示·泰山路食堂离线终端", Calendar.At(Day, 9, 30)),
            new ApproveTerminalStep(First, Calendar.At(Day, 10, 0)),
            new ApproveTerminalStep(Second, Calendar.At(Day, 10, 0)),
            new SyncTerminalStep(First, FirstProvider, 0, "", Opens),
            new SyncTerminalStep(Second, SecondProvider, 0, "", Opens),
            Accept(First, 1, counter.Twice, MealsTwice, Calendar.At(Day, 13, 10)),
            Accept(Second, 1, counter.Twice, MealsTwice, Calendar.At(Day, 13, 20)),
            new SyncTerminalStep(Second, SecondProvider, 1, TerminalAnswer.Accepted, Calendar.At(Day, 14, 0)),
            new SyncTerminalStep(First, FirstProvider, 1, TerminalAnswer.Exception, Calendar.At(Day, 14, 30)),
            // The list is not a day old yet; the receipt is sent after more than one.
            Accept(First, 2, counter.Late, MealsLate, Calendar.At(Day + 1, 13, 0)),
            new SyncTerminalStep(First, FirstProvider, 2, TerminalAnswer.Exception, Calendar.At(LateDay, 14, 0)),
            new BearStep(First, FirstProvider, 1, Calendar.At(ClosedDay, 14, 0)),
        ];
    }
}

/// <summary>
/// A clerk gets the one-time code, and the terminal sends its public key with it. The terminal's own file keeps the key: a month that is
/// played again goes on with it.
/// </summary>
/// <param name="Dice">Gives each attempt its own request ids.</param>
internal sealed record EnrolTerminalStep(Dice Dice, string Terminal, string Provider, string DisplayName, DateTimeOffset At)
    : Step(Terminal, At, Terminal)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[Provider];
        var client = new Client(await stage.PartyAsync(Role.ProviderClerk, provider));
        // A code is shown once: where the answer got lost, the clerk asks for another terminal.
        int attempt = 0;
        StartDeviceEnrolmentResponse invited;
        do
        {
            invited = await client.StartDeviceEnrolmentAsync(new StartDeviceEnrolmentRequest
            {
                RequestId = Dice.RequestId($"{Key}/code/{++attempt}").ToString(), Provider = provider,
            });
        }
        while (invited.Code.Length == 0 && await IsInvitedAsync(client, invited.Device.Name));
        stage.Names[Key] = invited.Device.Name;
        string path = stage.TerminalFile(Key);
        Directory.CreateDirectory(stage.Terminals, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The file of another database: ids come from request ids, and the same seed has the same.
        if (invited.Code.Length > 0) File.Delete(path);
        using TerminalFile terminal = TerminalFile.Open(path, create: true);
        RevocationList list = await client.GetRevocationListAsync(new GetRevocationListRequest { Parent = Roles.Parent(Roles.Tianyuan) });
        if (terminal.Device is null) terminal.Enrol(new TerminalDevice(
            Roles.Tianyuan, invited.Device.Name.Split('/')[^1], provider.Split('/')[^1], SigningKey.Create(), list.VerifierKey));
        if (invited.Code.Length == 0) return;
        using SigningKey own = SigningKey.Read(terminal.Device!.Key)[0];
        await client.EnrolDeviceAsync(new EnrolDeviceRequest
        {
            RequestId = Dice.RequestId($"{Key}/key/{attempt}").ToString(),
            Device = invited.Device.Name,
            Code = invited.Code,
            PublicKey = ByteString.CopyFrom(own.PublicKey),
            DisplayName = DisplayName,
        });
    }

    private static async Task<bool> IsInvitedAsync(Client client, string device) =>
        (await client.GetDeviceAsync(new GetDeviceRequest { Name = device })).State == DeviceState.Invited;
}

/// <summary>Another person compares the fingerprint that the terminal shows, and approves it.</summary>
internal sealed record ApproveTerminalStep(string Terminal, DateTimeOffset At) : Step($"{Terminal}/approve", At, Terminal)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using TerminalFile terminal = TerminalFile.Open(stage.TerminalFile(Terminal));
        using SigningKey own = SigningKey.Read(terminal.Device!.Key)[0];
        await new Client(await stage.StaffAsync(Role.Counter)).ApproveDeviceAsync(new ApproveDeviceRequest
        {
            RequestId = requestId, Device = stage.Names[Terminal], Fingerprint = OfflineReceipt.Fingerprint(own.PublicKey),
        });
    }
}

/// <summary>A terminal accepts a voucher by the code on its paper, by the played month's clock, and asks no server.</summary>
/// <param name="Receipt">The counter that the receipt gets.</param>
internal sealed record AcceptOfflineStep(
    string Terminal, int Receipt, string Elder, string Item, int Quantity, long PriceFen, DateTimeOffset At)
    : Step($"{Terminal}/accept/{Receipt}", At, Terminal)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using TerminalFile terminal = TerminalFile.Open(stage.TerminalFile(Terminal));
        // It is in the file since an earlier play: a terminal signs a counter once.
        if (terminal.Receipts.Count >= Receipt) return;
        PrintableVoucher paper = await new VoucherService.VoucherServiceClient(await stage.StaffAsync(Role.Counter))
            .GetPrintableVoucherAsync(new GetPrintableVoucherRequest
            {
                Name = stage.VoucherOf(Roles.Meals, Elder), OnBehalfOf = stage.Names[Elder],
            });
        terminal.Accept(Acceptance.Of(terminal, paper.Code, Item, Quantity, PriceFen, 0, 0, At).Receipt);
    }
}

/// <summary>A terminal sends what it accepted, and fetches the list.</summary>
/// <param name="Receipt">The last receipt that it sends; 0: it has none yet.</param>
/// <param name="Outcome">What becomes of that one.</param>
internal sealed record SyncTerminalStep(string Terminal, string Provider, int Receipt, string Outcome, DateTimeOffset At)
    : Step($"{Terminal}/sync/{Receipt}", At, Terminal)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using TerminalFile terminal = TerminalFile.Open(stage.TerminalFile(Terminal));
        string provider = stage.Names[Provider];
        var client = new Client(await stage.PartyAsync(Role.ProviderClerk, provider));
        // The server knows receipts by themselves: a request id is good for one call.
        await TerminalCommands.SyncAsync(
            terminal, client, () => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString(), Receipt);
        if (Receipt == 0) return;
        TerminalAnswer? answer = terminal.Receipts[Receipt - 1].Answer;
        if (answer?.Outcome != Outcome) throw new StepException(
            Key, $"应为 {Outcome}，实为 {answer?.Outcome}：{answer?.Chinese}",
            $"{Outcome} was expected, and it is {answer?.Outcome}: {answer?.English}");
        if (Outcome != TerminalAnswer.Accepted) return;
        ListRedemptionsResponse list = await client.ListRedemptionsAsync(new ListRedemptionsRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan), Provider = provider, Voucher = string.Join('/', answer.Redemption.Split('/').Take(4)),
        });
        Redemption paid = list.Redemptions.Single(one => one.Name == answer.Redemption);
        stage.Names[Key] = paid.Name;
        stage.Entries.Add(paid.Entry);
        stage.Tally.Add($"credited/{Provider}", paid.Credited.Value);
        stage.Tally.Add($"redeemed/{Roles.Meals}", paid.PaidByVoucher.Value);
        stage.Tally.Add("redemptions", 1);
    }
}

/// <summary>The finance office closes an exception: the provider bears it.</summary>
internal sealed record BearStep(string Terminal, string Provider, int Receipt, DateTimeOffset At)
    : Step($"{Terminal}/bear/{Receipt}", At, Terminal)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using TerminalFile terminal = TerminalFile.Open(stage.TerminalFile(Terminal));
        var client = new Client(await stage.StaffAsync(Role.FinanceMaker));
        ListOfflineExceptionsResponse list = await client.ListOfflineExceptionsAsync(new ListOfflineExceptionsRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan), Provider = stage.Names[Provider], ShowResolved = true,
        });
        string digest = $"{OfflineReceipt.DigestOf(terminal.Receipts[Receipt - 1].Signed)}";
        stage.Names[Key] = list.Exceptions.Single(one => one.Answer.Digest == digest).Name;
        await client.ResolveOfflineExceptionAsync(new ResolveOfflineExceptionRequest
        {
            RequestId = requestId, Name = stage.Names[Key], Resolution = OfflineResolution.BorneByProvider,
            Note = "演示：同一笔餐次已由先上传的食堂结算",
        });
    }
}
