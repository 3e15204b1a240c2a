using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>A run issues a month's vouchers to everybody entitled. Then the stage learns which voucher belongs to whom.</summary>
internal sealed record IssueVouchersStep(string Programme, DateTimeOffset At) : Step($"issue/{Programme}", At, Programme)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new VoucherService.VoucherServiceClient(await stage.StaffAsync(Role.FinanceMaker));
        using var run = client.IssueVouchers(
            new IssueVouchersRequest { RequestId = requestId, Programme = Roles.Programme(Programme), Month = Calendar.Month(1) });
        await Runs.LastAsync(run, stage.Cancellation);
        var request = new ListVouchersRequest { Parent = Roles.Parent(Roles.Tianyuan), Programme = Roles.Programme(Programme) };
        ListVouchersResponse list = await new Paging(int.MaxValue)
            .AllAsync(request, page => client.ListVouchersAsync(page, cancellationToken: stage.Cancellation).ResponseAsync);
        DateOnly month = Calendar.Date(1);
        foreach (Voucher voucher in list.Vouchers.Where(voucher => voucher.ValidFrom.Year == month.Year
            && voucher.ValidFrom.Month == month.Month))
        {
            stage.Names[VoucherKey(Programme, voucher.Elder)] = voucher.Name;
        }
    }

    /// <summary>The stage's key for an elder's voucher; the elder is given by the server's name.</summary>
    public static string VoucherKey(string programme, string elder) => $"voucher/{programme}/{elder}";
}

/// <summary>A voucher pays for a service.</summary>
/// <param name="ServiceDay">The day of a service claimed later; 0: the same day.</param>
/// <param name="AtCounter">True if counter staff redeem for the elder, and not the provider's clerk.</param>
internal sealed record RedeemStep(
    string Name, string Programme, string Elder, string Provider, string Item, ServicePlace Place, int Quantity, long PriceFen,
        long InsuranceFen, int ServiceDay, bool AtCounter, DateTimeOffset At)
    : Step($"redeem/{Name}", At, Provider)
{
    /// <summary>The PIN that the elder types; empty: none.</summary>
    public string Pin { get; init; } = "";

    /// <summary>The number of the card that the elder shows; empty: none.</summary>
    public string Card { get; init; } = "";

    /// <summary>The key of the confirmation that the elder gave; empty: none.</summary>
    public string Confirmation { get; init; } = "";

    /// <summary>What the elder has to show by the policy of the day, and shows.</summary>
    public HolderCheck Needs { get; init; }

    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string elder = stage.Names[Elder], provider = stage.Names[Provider];
        var client = new VoucherService.VoucherServiceClient(
            AtCounter ? await stage.StaffAsync(Role.Counter) : await stage.PartyAsync(Role.ProviderClerk, provider));
        Redemption paid = (await client.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = requestId,
            OnBehalfOf = AtCounter ? elder : "",
            Voucher = stage.VoucherOf(Programme, Elder),
            Provider = provider,
            Item = Item,
            Quantity = Quantity,
            Price = new Amount { Value = PriceFen, Unit = "CNY" },
            Insurance = InsuranceFen > 0 ? new Amount { Value = InsuranceFen, Unit = "CNY" } : null,
            Place = Place,
            ServiceDate = ServiceDay > 0 ? TimeText.ToContract(Calendar.Date(ServiceDay)) : null,
            Shown = Pin.Length + Card.Length + Confirmation.Length == 0 ? null : new Shown
            {
                Pin = Pin, Card = Card, Confirmation = Confirmation.Length == 0 ? "" : stage.Names[Confirmation],
            },
        })).Redemption;
        stage.Names[Key] = paid.Name;
        if (paid.NeededCheck != Needs || paid.ShownCheck != Needs) throw new StepException(
            Key, $"应出示 {Needs}，实为 {paid.NeededCheck}、{paid.ShownCheck}。",
            $"{Needs} should have been needed and shown, and {paid.NeededCheck} and {paid.ShownCheck} were.");
        if (Needs != HolderCheck.Unspecified) stage.Entries.Add(paid.Entry);
        stage.Tally.Add($"credited/{Provider}", paid.Credited.Value);
        stage.Tally.Add($"redeemed/{Programme}", paid.PaidByVoucher.Value);
        stage.Tally.Add("redemptions", 1);
    }
}

/// <summary>A redemption is taken back.</summary>
internal sealed record RefundStep(RedeemStep Of, DateTimeOffset At) : Step($"refund/{Of.Name}", At, Of.Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new VoucherService.VoucherServiceClient(
            Of.AtCounter ? await stage.StaffAsync(Role.Counter) : await stage.PartyAsync(Role.ProviderClerk, stage.Names[Of.Provider]));
        Redemption back = (await client.RefundRedemptionAsync(new RefundRedemptionRequest
        {
            RequestId = requestId,
            OnBehalfOf = Of.AtCounter ? stage.Names[Of.Elder] : "",
            Redemption = stage.Names[Of.Key],
            Memo = "演示：记错服务，退回",
        })).Redemption;
        stage.Names[Key] = back.RefundEntry;
        stage.Tally.Add($"credited/{Of.Provider}", -back.Credited.Value);
        stage.Tally.Add($"redeemed/{Of.Programme}", -back.PaidByVoucher.Value);
        stage.Tally.Add("refunds", 1);
    }
}

/// <summary>A voucher is voided before its time.</summary>
internal sealed record VoidStep(string Programme, string Elder, DateTimeOffset At) : Step($"void/{Programme}/{Elder}", At, Elder)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new VoucherService.VoucherServiceClient(await stage.StaffAsync(Role.FinanceMaker))
            .VoidVoucherAsync(
            new VoidVoucherRequest { RequestId = requestId, Voucher = stage.VoucherOf(Programme, Elder), Memo = "演示：迁出本区" });
}

/// <summary>Vouchers past their claim-by expire.</summary>
internal sealed record ExpireVouchersStep(DateTimeOffset At) : Step("expire", At, "expire")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new VoucherService.VoucherServiceClient(await stage.StaffAsync(Role.FinanceMaker));
        using var run = client.ExpireVouchers(new ExpireVouchersRequest { RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan) });
        await Runs.LastAsync(run, stage.Cancellation);
    }
}
