using Google.Protobuf;
using Grpc.Core;
using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>Hours, orders, and the second month.</content>
internal sealed partial class StoredHistory
{
    private VolunteerService.VolunteerServiceClient Own => new(As(Role.Volunteer, _volunteer));

    private ElderService.ElderServiceClient Finance => new(As(Role.FinanceMaker));

    private ServiceOrderService.ServiceOrderServiceClient Orders(string party) =>
        new(As(party.Contains("/elders/", StringComparison.Ordinal) ? Role.Elder : Role.Volunteer, party));

    private async Task HoursAsync()
    {
        var october = new Date { Year = 2026, Month = 10 };
        await RunAsync("hours of October", id =>
            Finance.IssueHours(new IssueHoursRequest { RequestId = id, Parent = Parent, Month = october, Elder = _elder }));
        await StepAsync("gift", id => Own.GiftHoursAsync(
            new GiftHoursRequest { RequestId = id, Volunteer = _volunteer, Receiver = _relative, Amount = Minutes(900), Memo = "给妈妈" }));
        await StepAsync("gift to a stranger", id =>
            Own.GiftHoursAsync(new GiftHoursRequest { RequestId = id, Volunteer = _volunteer, Receiver = _elder, Amount = Minutes(1) }));
        await StepAsync("gift too large", id => Own.GiftHoursAsync(
            new GiftHoursRequest { RequestId = id, Volunteer = _volunteer, Receiver = _relative, Amount = Minutes(99_000) }));
        await StepAsync("donation", id =>
            Own.DonateHoursAsync(new DonateHoursRequest { RequestId = id, Volunteer = _volunteer, Amount = Minutes(120), Memo = "捐给时间池" }));
        await StepAsync("donation at the counter", id => new VolunteerService.VolunteerServiceClient(As(Role.Counter)).DonateHoursAsync(
            new DonateHoursRequest { RequestId = id, OnBehalfOf = _volunteer, Volunteer = _volunteer, Amount = Minutes(15) }));
        await StepAsync("donation too large", id =>
            Own.DonateHoursAsync(new DonateHoursRequest { RequestId = id, Volunteer = _volunteer, Amount = Minutes(99_000) }));
        ClearingService.ClearingServiceClient here = new(As(Role.Volunteer, _volunteer)), there = new(As(Role.Volunteer, _away, There));
        await StepAsync("hours leave", id =>
            here.TransferHoursAsync(new TransferHoursRequest { RequestId = id, From = _volunteer, To = _away, Amount = Minutes(200) }));
        await StepAsync("hours come back", id =>
            there.TransferHoursAsync(new TransferHoursRequest { RequestId = id, From = _away, To = _volunteer, Amount = Minutes(50) }));
        await StepAsync("hours stay", id =>
            here.TransferHoursAsync(new TransferHoursRequest { RequestId = id, From = _volunteer, To = _helper, Amount = Minutes(5) }));
        // Deliver here and not by a timer: the grains store how far they have read, so the moment must be fixed.
        foreach (string region in new[] { Here, There }) await _grains.GetGrain<IClearingGrain>(region).DeliverAsync();
    }

    private async Task OrdersAsync()
    {
        await AdvanceAsync("2026-10-08 08:00");
        string confirmed = await AcceptedAsync("service", _elder, _volunteer, "2026-10-08 09:00", 90);
        string cancelled = await AcceptedAsync("service called off", _elder, _helper, "2026-10-09 09:00", 60);
        await StepAsync("service called off: cancelled", id =>
            Orders(_helper).CancelOrderAsync(new CancelOrderRequest { RequestId = id, Order = cancelled, Note = "下雨" }));
        string withdrawn = await RequestedAsync("service withdrawn", _relative, "2026-10-10 09:00", 30);
        await StepAsync("service withdrawn: cancelled", id =>
            Orders(_relative).CancelOrderAsync(new CancelOrderRequest { RequestId = id, Order = withdrawn, Note = "不用了" }));
        string expired = await AcceptedAsync("service nobody came to", _relative, _helper, "2026-10-11 09:00", 30);
        await StepAsync("service too long", id => Orders(_relative).RequestServiceAsync(Service(id, _relative, "2026-10-12 09:00", 600)));
        await StepAsync("service at the same time", id =>
            Orders(_relative).RequestServiceAsync(Service(id, _relative, "2026-10-11 09:00", 30)));
        await StepAsync("service: too early", id =>
            Orders(_volunteer).CheckInAsync(new CheckInRequest { RequestId = id, Order = confirmed }));
        await ServedAsync("service", confirmed, _volunteer, "2026-10-08 09:00", "2026-10-08 10:25");
        await StepAsync("service: confirmed", id =>
            Orders(_elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = id, Order = confirmed }));
        await StepAsync("service: rated", id =>
            Orders(_elder).RateOrderAsync(new RateOrderRequest { RequestId = id, Order = confirmed, Stars = 5, Comment = "很好" }));

        string settled = await AcceptedAsync("service settled", _relative, _volunteer, "2026-10-08 13:00", 60);
        await ServedAsync("service settled", settled, _volunteer, "2026-10-08 13:00", "2026-10-08 14:00");
        await StepAsync("service settled: disputed", id =>
            Orders(_relative).DisputeOrderAsync(new DisputeOrderRequest { RequestId = id, Order = settled, Note = "只来了半小时" }));
        await StepAsync("service settled: resolved", id => Checker.ResolveDisputeAsync(
            new ResolveDisputeRequest
            {
                RequestId = id,
                Order = settled, Outcome = DisputeOutcome.Settled, Amount = Minutes(30), Note = "各退一步"
            }));
        string dropped = await AcceptedAsync("service dropped", _relative, _helper, "2026-10-08 15:00", 60);
        await ServedAsync("service dropped", dropped, _helper, "2026-10-08 15:00", "2026-10-08 15:20");
        await StepAsync("service dropped: disputed", id =>
            Orders(_helper).DisputeOrderAsync(new DisputeOrderRequest { RequestId = id, Order = dropped, Note = "家里没人" }));
        await StepAsync("service dropped: resolved", id => Checker.ResolveDisputeAsync(
            new ResolveDisputeRequest { RequestId = id, Order = dropped, Outcome = DisputeOutcome.Cancelled, Note = "不计" }));
        await AdvanceAsync("2026-10-26 09:00");
        await StepAsync("service nobody came to: looked at", _ => Orders(_relative).GetOrderAsync(new GetOrderRequest { Name = expired }));
    }

    private async Task NovemberAsync()
    {
        await AdvanceAsync("2026-11-02 09:00");
        var november = new Date { Year = 2026, Month = 11 };
        await RunAsync("hours end", id => Finance.ExpireHours(new ExpireHoursRequest { RequestId = id, Parent = Parent }));
        await StepAsync("grant", id =>
            Finance.GrantFromPoolAsync(new GrantFromPoolRequest { RequestId = id, Elder = _elder, Amount = Minutes(60), Memo = "困难" }));
        await StepAsync("grant too large", id =>
            Finance.GrantFromPoolAsync(new GrantFromPoolRequest { RequestId = id, Elder = _elder, Amount = Minutes(99_000), Memo = "困难" }));
        await RunAsync("meals of November", id =>
            Vouchers.IssueVouchers(new IssueVouchersRequest { RequestId = id, Programme = _meals, Month = november }));
        await RunAsync("money of November", id =>
            Vouchers.IssueVouchers(new IssueVouchersRequest { RequestId = id, Programme = _national, Month = november }));
        string voided = await VoucherAsync(_assessed, "2026-11");
        await StepAsync("voided", id =>
            Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = id, Voucher = voided, Memo = "迁出" }));
        await StepAsync("care with what is void", id => Clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest
            {
                RequestId = id, Voucher = voided, Provider = _canteen, Item = "care-home", Quantity = 1,
                Price = Fen(6_000), Place = ServicePlace.Home
            }));
        await StepAsync("lunch claimed late", id => Clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = id, Voucher = _mealVoucher, Provider = _canteen, Item = "meal-canteen", Quantity = 1, Price = Fen(1_300),
            ServiceDate = Day(2026, 10, 31),
        }));
        await AdvanceAsync("2026-11-29 09:00");
        await RunAsync("meals end", id =>
            Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = id, Parent = Parent, Programme = _meals }));
        await RunAsync("money ends", id =>
            Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = id, Parent = Parent, Programme = _national }));
    }

    /// <summary>Leaves orders in every state that is not final.</summary>
    private async Task OpenOrdersAsync()
    {
        await RequestedAsync("open", _relative, "2027-01-05 09:00", 15);
        await AcceptedAsync("open accepted", _relative, _volunteer, "2027-01-06 09:00", 15);
        string disputed = await AcceptedAsync("open disputed", _relative, _helper, "2026-11-29 09:00", 30);
        await ServedAsync("open disputed", disputed, _helper, "2026-11-29 09:00", "2026-11-29 09:30");
        await StepAsync("open disputed: disputed", id =>
            Orders(_relative).DisputeOrderAsync(new DisputeOrderRequest { RequestId = id, Order = disputed, Note = "没有来" }));
        string served = await AcceptedAsync("open served", _relative, _helper, "2026-11-29 10:00", 30);
        await ServedAsync("open served", served, _helper, "2026-11-29 10:00", "2026-11-29 10:30");
        string present = await AcceptedAsync("open present", _relative, _volunteer, "2026-11-29 11:00", 45);
        await AdvanceAsync("2026-11-29 11:00");
        await StepAsync("open present: check-in", id =>
            Orders(_volunteer).CheckInAsync(new CheckInRequest { RequestId = id, Order = present }));
    }

    /// <summary>Goes on after the end: ends what was left open, and does more of the same.</summary>
    public async Task GoOnAsync()
    {
        await AdvanceAsync("2026-11-29 11:45");
        ServiceOrder[] open = [.. (
            await Orders(_relative).ListOrdersAsync(new ListOrdersRequest { Parent = Parent, Recipient = _relative })).Orders];
        string Of(OrderState state) => open.Single(order => order.State == state).Name;
        string served = Of(OrderState.CheckedOut), present = Of(OrderState.CheckedIn), disputed = Of(OrderState.Disputed);
        await DoneAsync("later: confirmed", id =>
            Orders(_relative).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = id, Order = served }));
        await DoneAsync("later: check-out", id =>
            Orders(_volunteer).CheckOutAsync(new CheckOutRequest { RequestId = id, Order = present }));
        await DoneAsync("later: confirmed too", id =>
            Orders(_relative).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = id, Order = present }));
        await DoneAsync("later: resolved", id => Checker.ResolveDisputeAsync(
            new ResolveDisputeRequest
            {
                RequestId = id, Order = disputed, Outcome = DisputeOutcome.Settled, Amount = Minutes(15), Note = "各退一步"
            }));
        string accepted = Of(OrderState.Accepted), requested = Of(OrderState.Requested);
        await DoneAsync("later: called off", id =>
            Orders(_volunteer).CancelOrderAsync(new CancelOrderRequest { RequestId = id, Order = accepted, Note = "出差" }));
        await DoneAsync("later: accepted", id =>
            Orders(_helper).AcceptOrderAsync(new AcceptOrderRequest { RequestId = id, Order = requested, Volunteer = _helper }));
        await DoneAsync("later: gift", id => Own.GiftHoursAsync(
            new GiftHoursRequest { RequestId = id, Volunteer = _volunteer, Receiver = _relative, Amount = Minutes(15) }));
        string voucher = await VoucherAsync(_elder, "2026-11");
        RedeemVoucherResponse lunch = await DoneAsync("later: lunch", id => Clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = id, Voucher = voucher, Provider = _canteen, Item = "meal-canteen", Quantity = 1, Price = Fen(1_200),
        }));
        await DoneAsync("later: refund", id => Clerk.RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = id, Redemption = lunch.Redemption.Name, Memo = "退餐" }));
        await DoneAsync("later: hours leave", id =>
            new ClearingService.ClearingServiceClient(As(Role.Volunteer, _volunteer)).TransferHoursAsync(
            new TransferHoursRequest { RequestId = id, From = _volunteer, To = _away, Amount = Minutes(20) }));
    }

    private async Task<T> DoneAsync<T>(string step, Func<string, AsyncUnaryCall<T>> call)
        where T : class, IMessage<T> => await StepAsync(step, call) ?? throw new InvalidOperationException(_answers[^1]);

    private ServiceOrderService.ServiceOrderServiceClient Checker => new(As(Role.FinanceChecker));

    private static RequestServiceRequest Service(string id, string recipient, string start, long minutes) => new()
    {
        RequestId = id, Recipient = recipient, Item = "companionship", PlannedStartTime = At(start), Planned = Minutes(minutes),
    };

    private async Task<string> RequestedAsync(string step, string recipient, string start, long minutes) =>
        (await StepAsync(step, id => Orders(recipient).RequestServiceAsync(Service(id, recipient, start, minutes)))).Name;

    private async Task<string> AcceptedAsync(string step, string recipient, string volunteer, string start, long minutes)
    {
        string order = await RequestedAsync(step, recipient, start, minutes);
        await StepAsync($"{step}: accepted", id =>
            Orders(volunteer).AcceptOrderAsync(new AcceptOrderRequest { RequestId = id, Order = order, Volunteer = volunteer }));
        return order;
    }

    private async Task ServedAsync(string step, string order, string volunteer, string from, string to)
    {
        await AdvanceAsync(from);
        await StepAsync($"{step}: check-in", id => Orders(volunteer).CheckInAsync(new CheckInRequest { RequestId = id, Order = order }));
        await AdvanceAsync(to);
        await StepAsync($"{step}: check-out", id => Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = id, Order = order }));
    }
}
