using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Bill = TimeBank.Ledger.Bill;
using BillLine = TimeBank.Ledger.BillLine;
using ServicePlace = TimeBank.V1.ServicePlace;

namespace TimeBank.Server;

/// <content>Bills that several vouchers of one elder pay.</content>
public sealed partial class VoucherApi
{
    public override async Task<PayBillResponse> PayBill(PayBillRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", VoucherContract.Elders),
            provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        ServicePlace place = read.Choice(request.Place, "place");
        DateOnly? served = read.CivilDayOrNull(request.ServiceDate, "service_date");
        string memo = read.Text(request.Memo, "memo", MaxMemoLength);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        ImmutableArray<ResourceName> named = Named(read, request, context.Caller().Has(Role.Counter));
        if (request.Quote.Length > 0 && !BillQuote.TryParse(request.Quote, out _)) read.Refuse("quote", "NOT_A_QUOTE");
        ImmutableArray<BillLine> lines = Lines(read, request);
        ShownRecord? shown = request.Shown is null ? null : holders.Shown(read, elder.Region, request.Shown, served ?? clock.Today);
        read.Check();
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        if (provider.Region != elder.Region || named.Any(voucher => voucher.Region != elder.Region))
            throw Problem.Of(Reason.VoucherOtherRegion);
        var claim = new BillClaim(OpaqueId.Parse(provider.Id), OpaqueId.Parse(elder.Id), place.ToDomain(), served, lines);
        Command command = context.Command(request, id, behalf, memo);
        ImmutableArray<AccountPath> paths = [.. named.Select(voucher => Chart.VoucherPath(OpaqueId.Parse(voucher.Id)))];
        IBillGrain bills = grains.GetGrain<IBillGrain>(elder.GrainKey);
        BillReply reply = await (shown is null ? bills.PayAsync(command, claim, paths, request.Quote)
            : bills.PayShownAsync(command, claim, paths, request.Quote, shown));
        JournalEntry entry = reply.Outcome.EntryOrThrow();
        var response = new PayBillResponse
        {
            Bill = entry.ToContract([], await rules.UndoUntilAsync(entry)), Quote = reply.Quote,
            LateFor = entry.LateFor(), EffectiveDate = entry.EffectiveIfLate(),
        };
        response.Unused.Add(reply.Unused.Select(unused => ToContract(elder.Region, unused)));
        if (request.ValidateOnly) response.Bill.MakeUnrecorded();
        return response;
    }

    public override async Task<V1.Bill> GetBill(GetBillRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, long index) = read.BillNamed(request.Name, "name");
        read.Check();
        JournalEntry entry = await BillAsync(region, index, context.CancellationToken) ?? throw Problem.Of(Reason.BillNotFound);
        Caller caller = context.Caller();
        var bill = Bill.Of(entry);
        if (!caller.HasAny(Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator)
            && !caller.Owns(ResourceName.Of(region, VoucherContract.Elders, bill.Elder))
            && !caller.Owns(ResourceName.Of(region, VoucherContract.Providers, bill.Provider))) throw Problem.Of(Reason.PartyNotAllowed);
        return entry.ToContract(
            await ledger.RefundsOfAsync(entry, context.CancellationToken), await rules.UndoUntilAsync(entry));
    }

    public override async Task<RefundBillResponse> RefundBill(RefundBillRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (RegionCode region, long index) = read.BillNamed(request.Bill, "bill");
        string memo = read.Text(request.Memo, "memo", MaxReasonLength, required: true);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        read.Check();
        JournalEntry entry = await BillAsync(region, index, context.CancellationToken) ?? throw Problem.Of(Reason.BillNotFound);
        var bill = Bill.Of(entry);
        Caller caller = context.Caller();
        bool isStaff = caller.Has(Role.Counter) || caller.Has(Role.FinanceMaker);
        if (!isStaff && !caller.Owns(ResourceName.Of(region, VoucherContract.Providers, bill.Provider)))
            throw Problem.Of(Reason.PartyNotAllowed);
        var elder = new ResourceName(region, VoucherContract.Elders, bill.Elder.Text);
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        CheckLines(read, request.Lines, bill.Lines.Length);
        read.Check();
        JournalEntry refund = (await grains.GetGrain<IBillGrain>(elder.GrainKey)
            .RefundAsync(context.Command(request, id, behalf, memo), index, [.. request.Lines])).EntryOrThrow();
        var taken = Bill.Of(refund);
        IReadOnlyList<JournalEntry> refunds = [.. (await ledger.RefundsOfAsync(entry, context.CancellationToken))
            .Where(earlier => earlier.Index < refund.Index), refund];
        var response = new RefundBillResponse
        {
            Bill = entry.ToContract(refunds, undoUntil: null), Refunded = taken.Credited.ToContract(),
            Vouchers = { taken.LastShares.Select(share => share.ToRest(region)) },
            LateFor = refund.LateFor(), EffectiveDate = refund.EffectiveIfLate(),
        };
        if (!request.ValidateOnly) return response;
        string none = ResourceName.Of(region, VoucherContract.Entries, refund.Index);
        response.Bill.RefundEntries.Remove(none);
        foreach (V1.BilledLine line in response.Bill.Lines.Where(line => line.RefundEntry == none)) line.RefundEntry = "";
        return response;
    }

    /// <param name="mayUseAll">False of a clerk, who may not list an elder's vouchers, and so names those that the elder shows.</param>
    private static ImmutableArray<ResourceName> Named(RequestReader read, PayBillRequest request, bool mayUseAll)
    {
        if (request.Vouchers.Count == 0 && !mayUseAll) read.Refuse("vouchers", "REQUIRED");
        if (request.Vouchers.Count > Bill.MaxShares)
        {
            read.Refuse("vouchers", "TOO_MANY", ("max", $"{Bill.MaxShares}"));
            return [];
        }
        ImmutableArray<ResourceName> named =
            [.. request.Vouchers.Select((name, at) => read.Resource(name, $"vouchers[{at}]", VoucherContract.Vouchers))];
        for (int at = 1; at < named.Length; at++)
        {
            if (named[at] != default && named[..at].Contains(named[at])) read.Refuse($"vouchers[{at}]", "REPEATED");
        }
        return named;
    }

    private static ImmutableArray<BillLine> Lines(RequestReader read, PayBillRequest request)
    {
        if (request.Lines.Count == 0) read.Refuse("lines", "REQUIRED");
        if (request.Lines.Count > BillClaim.MaxLines) read.Refuse("lines", "TOO_MANY", ("max", $"{BillClaim.MaxLines}"));
        return
        [
            .. request.Lines.Take(BillClaim.MaxLines).Select((line, at) => new BillLine(
                read.Slug(line.Item, $"lines[{at}].item"), read.Whole(line.Quantity, $"lines[{at}].quantity", 1, MaxQuantity),
                new Fen(read.Amount(line.Price, $"lines[{at}].price", Unit.Fen)),
                new Fen(read.Amount(line.Insurance, $"lines[{at}].insurance", Unit.Fen, zeroAllowed: true)))),
        ];
    }

    private static void CheckLines(RequestReader read, IReadOnlyList<int> lines, int count)
    {
        if (lines.Count > count)
        {
            read.Refuse("lines", "TOO_MANY", ("max", $"{count}"));
            return;
        }
        for (int at = 0; at < lines.Count; at++)
        {
            read.Whole(lines[at], $"lines[{at}]", 1, count);
            if (lines.Take(at).Contains(lines[at])) read.Refuse($"lines[{at}]", "REPEATED");
        }
    }

    private static V1.UnusedVoucher ToContract(RegionCode region, UnusedRecord unused)
    {
        var why = new Refusal(unused.Reason, unused.Detail);
        (string chinese, string english) = Problem.Texts(why.Reason, why.Values.ToDictionary(value => value.Key, value => value.Value));
        return new V1.UnusedVoucher
        {
            Voucher = ResourceName.Of(region, VoucherContract.Vouchers, unused.Voucher), Reason = ReasonCatalogue.Name(unused.Reason),
            Texts = { ["zh-CN"] = chinese, ["en"] = english },
        };
    }

    private async Task<JournalEntry?> BillAsync(RegionCode region, long index, CancellationToken cancellation) =>
        (await ledger.EntryAsync(region, index, cancellation))?.Entry is { Code: EntryCode.PayBill } entry ? entry : null;
}
