using System.Collections.Immutable;
using TimeBank.V1;
using Client = TimeBank.V1.VoucherService.VoucherServiceClient;

namespace TimeBank.Demo;

/// <summary>
/// A day at the day-care centre: a meal, a bath and an hour of care on one bill, which three vouchers of three programmes pay. On the next
/// day the bath is taken back.
/// </summary>
internal static class BillPlan
{
    /// <summary>What the bill takes of the vouchers, at most.</summary>
    public const long Meals = 1, NationalFen = 5_000;

    public const string Key = "bill/1", Provider = "provider/8";

    private const int Day = 9, BathLine = 2;
    private const long MealFen = 1_150, BathFen = 8_500, CareFen = 8_000;

    /// <summary>Whose vouchers pay it.</summary>
    public static ImmutableArray<string> Programmes { get; } = [Roles.Meals, Roles.Baths, Roles.National];

    public static IEnumerable<Step> Of(CounterCast counter, CatalogueVersion catalogue)
    {
        BillLine Line(Func<CatalogueItem, bool> isIt, long fen) => new()
        {
            Item = catalogue.Items.First(isIt).Id, Quantity = 1, Price = new Amount { Value = fen, Unit = "CNY" },
        };
        return
        [
            new PayBillStep(counter.Billed.Key,
                [
                    Line(item => item.Unit == "MEAL", MealFen), Line(item => item.Unit == "BATH", BathFen),
                    Line(item => item is { Unit: "CNY", ServiceType: ServiceType.Care }, CareFen),
                ],
                Calendar.At(Day, 15, 0)),
            new RefundLineStep(BathLine, Calendar.At(Day + 1, 15, 0)),
        ];
    }

    /// <summary>Counts for each programme what vouchers paid of lines.</summary>
    /// <param name="sign">-1: what they got back.</param>
    public static void Count(Stage stage, IEnumerable<BilledLine> lines, int sign)
    {
        foreach (BillShare share in lines.SelectMany(line => line.Shares))
        {
            stage.Tally.Add($"redeemed/{share.Programme.Split('/')[^1]}", sign * share.PaidByVoucher.Value);
        }
    }
}

/// <summary>The clerk shows the elder a quote; the elder agrees, and the vouchers pay just that.</summary>
internal sealed record PayBillStep(string Elder, ImmutableArray<BillLine> Lines, DateTimeOffset At)
    : Step(BillPlan.Key, At, BillPlan.Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[BillPlan.Provider];
        string[] vouchers = [.. BillPlan.Programmes.Select(programme => stage.VoucherOf(programme, Elder))];
        Bill bill = await FindAsync(stage, provider, vouchers[0]) ?? await PayAsync(stage, requestId, provider, vouchers);
        stage.Names[Key] = bill.Name;
        stage.Entries.Add(bill.Entry);
        stage.Tally.Add($"credited/{BillPlan.Provider}", bill.Credited.Value);
        BillPlan.Count(stage, bill.Lines, 1);
    }

    private async Task<Bill> PayAsync(Stage stage, string requestId, string provider, string[] vouchers)
    {
        var client = new Client(await stage.PartyAsync(Role.ProviderClerk, provider));
        var request = new PayBillRequest
        {
            RequestId = requestId, Elder = stage.Names[Elder], Provider = provider, Place = ServicePlace.DayCare, Memo = Key,
            ValidateOnly = true,
        };
        request.Lines.Add(Lines);
        request.Vouchers.Add(vouchers);
        string quote = (await client.PayBillAsync(request)).Quote;
        return (await client.PayBillAsync(new PayBillRequest(request) { Quote = quote, ValidateOnly = false })).Bill;
    }

    /// <summary>The bill, where an earlier play has paid it: a quote of now would be another. Null: nobody has paid it.</summary>
    private async Task<Bill?> FindAsync(Stage stage, string provider, string voucher)
    {
        ListRedemptionsResponse list = await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Auditor))
            .ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = Roles.Parent(Roles.Tianyuan), Provider = provider, Voucher = voucher });
        return list.Redemptions.FirstOrDefault(one => one.Memo == Key) is { } share
            ? await new Client(await stage.StaffAsync(Role.Auditor)).GetBillAsync(new GetBillRequest { Name = share.Bill }) : null;
    }
}

/// <summary>The clerk takes one line of the bill back.</summary>
internal sealed record RefundLineStep(int Line, DateTimeOffset At) : Step($"{BillPlan.Key}/refund", At, BillPlan.Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var request = new RefundBillRequest { RequestId = requestId, Bill = stage.Names[BillPlan.Key], Memo = "演示：当天没有助浴，退回这一项" };
        request.Lines.Add(Line);
        RefundBillResponse back = await new Client(await stage.PartyAsync(Role.ProviderClerk, stage.Names[BillPlan.Provider]))
            .RefundBillAsync(request);
        BilledLine line = back.Bill.Lines.Single(one => one.Number == Line);
        stage.Entries.Add(line.RefundEntry);
        stage.Tally.Add($"credited/{BillPlan.Provider}", -back.Refunded.Value);
        BillPlan.Count(stage, [line], -1);
        stage.Tally.Add("refunds", 1);
    }
}
