using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What a webhook tells of. The names are stored and never change.</summary>
public enum WebhookEvent
{
    [JsonStringEnumMemberName("voucherIssued")]
    VoucherIssued = 1,

    [JsonStringEnumMemberName("voucherRedeemed")]
    VoucherRedeemed = 2,

    [JsonStringEnumMemberName("voucherRefunded")]
    VoucherRefunded = 3,

    [JsonStringEnumMemberName("hoursConfirmed")]
    HoursConfirmed = 4,

    [JsonStringEnumMemberName("paymentSettled")]
    PaymentSettled = 5,

    [JsonStringEnumMemberName("paymentReturned")]
    PaymentReturned = 6,

    [JsonStringEnumMemberName("entryReversed")]
    EntryReversed = 7,
}

/// <summary>An event as receivers get it. It follows from its entry alone, so every attempt sends the same id and the same bytes.</summary>
/// <param name="Id">The webhook-id: region, index and event. It has no full stop, which separates the parts that are signed.</param>
public sealed record WebhookNotice(WebhookEvent Event, string Id, ReadOnlyMemory<byte> Body)
{
    private static readonly FrozenDictionary<EntryCode, WebhookEvent> Events = new Dictionary<EntryCode, WebhookEvent>
    {
        [EntryCode.IssueVoucher] = WebhookEvent.VoucherIssued, [EntryCode.RedeemVoucher] = WebhookEvent.VoucherRedeemed,
        [EntryCode.RefundRedemption] = WebhookEvent.VoucherRefunded, [EntryCode.PayBill] = WebhookEvent.VoucherRedeemed,
        [EntryCode.RefundBill] = WebhookEvent.VoucherRefunded, [EntryCode.RenderService] = WebhookEvent.HoursConfirmed,
        [EntryCode.PayProvider] = WebhookEvent.PaymentSettled, [EntryCode.ReturnPayment] = WebhookEvent.PaymentReturned,
    }.ToFrozenDictionary();

    /// <summary>The event that an entry is, but for reversals; null where it is none.</summary>
    public static WebhookEvent? EventOf(JournalEntry entry) => Events.TryGetValue(entry.Code, out WebhookEvent found) ? found : null;

    /// <summary>
    /// The notice of an entry. It names vouchers, orders and payments, and no person: who may know more asks for it by the name.
    /// </summary>
    /// <param name="reversed">The event of the entry that this one reverses, where the event is a reversal.</param>
    public static WebhookNotice Of(JournalEntry entry, WebhookEvent about, WebhookEvent? reversed = null)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(about));
            json.WriteString("timestamp", entry.Time.ToString());
            json.WriteStartObject("data");
            json.WriteString("region", ResourceName.OfRegion(entry.Region));
            json.WriteString("entry", ResourceName.Of(entry.Region, LedgerRequests.EntriesOfRegion, entry.Index));
            WriteFacts(json, entry, about, reversed);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        string id = string.Create(CultureInfo.InvariantCulture, $"{entry.Region}-{entry.Index}-{TypeOf(about).Replace('.', '-')}");
        return new WebhookNotice(about, id, body.WrittenMemory);
    }

    /// <summary>The event's name for receivers, such as <c>voucher.redeemed</c>.</summary>
    public static string TypeOf(WebhookEvent about) => about switch
    {
        WebhookEvent.VoucherIssued => "voucher.issued",
        WebhookEvent.VoucherRedeemed => "voucher.redeemed",
        WebhookEvent.VoucherRefunded => "voucher.refunded",
        WebhookEvent.HoursConfirmed => "hours.confirmed",
        WebhookEvent.PaymentSettled => "payment.settled",
        WebhookEvent.PaymentReturned => "payment.returned",
        WebhookEvent.EntryReversed => "entry.reversed",
    };

    // An entry of an earlier build may lack a detail: then its fact is left out, since the event must not hold up those after it.
    private static void WriteFacts(Utf8JsonWriter json, JournalEntry entry, WebhookEvent about, WebhookEvent? reversed)
    {
        string? Detail(string key) => entry.Header.Details.GetValueOrDefault(key);
        switch (about)
        {
            case WebhookEvent.VoucherIssued:
                Name(VoucherContract.Vouchers, VoucherOf(entry), "voucher");
                Name(FundContract.Programmes, Detail("programme"), "programme");
                Amount(entry.Transfers[0].Unit, entry.Transfers[0].Posted);
                break;
            case WebhookEvent.VoucherRedeemed or WebhookEvent.VoucherRefunded when entry.Code is EntryCode.PayBill or EntryCode.RefundBill:
                var bill = Bill.Of(entry);
                string number = $"{(entry.Code == EntryCode.PayBill ? entry.Index : Bill.RefundedBy(entry))}";
                Name(BillContract.Bills, number, "bill");
                json.WriteStartArray("vouchers");
                foreach (BillShare share in bill.LastShares)
                    json.WriteStringValue(ResourceName.Of(entry.Region, VoucherContract.Vouchers, share.Voucher));
                json.WriteEndArray();
                Name(VoucherContract.Providers, bill.Provider.Text, "provider");
                Amount(Unit.Fen, bill.Credited.Value);
                break;
            case WebhookEvent.VoucherRedeemed or WebhookEvent.VoucherRefunded:
                Name(VoucherContract.Vouchers, Detail("voucher"), "voucher");
                long index = about == WebhookEvent.VoucherRefunded ? entry.Of!.Value : entry.Index;
                Name(VoucherContract.Vouchers, Detail("voucher") is { } voucher ? $"{voucher}/redemptions/{index}" : null, "redemption");
                Name(VoucherContract.Providers, Detail("provider"), "provider");
                if (Detail("creditedFen") is { } fen) Amount(Unit.Fen, long.Parse(fen, CultureInfo.InvariantCulture));
                break;
            case WebhookEvent.HoursConfirmed:
                Name(OrderContract.Orders, OrderDetails.OrderOf(entry), "order");
                Amount(Unit.Minutes, entry.Transfers.Sum(transfer => transfer.Posted));
                break;
            case WebhookEvent.PaymentSettled or WebhookEvent.PaymentReturned:
                string? batch = Detail("batch"), payment = $"{batch}/{SettlementContract.Payments}/{Detail("payment")}";
                Name(SettlementContract.Settlements, batch is null ? null : payment, "payment");
                Name(VoucherContract.Providers, Detail("provider"), "provider");
                Amount(entry.Transfers[0].Unit, entry.Transfers[0].Posted);
                break;
            case WebhookEvent.EntryReversed:
                Name(LedgerRequests.EntriesOfRegion, entry.Of?.ToString(CultureInfo.InvariantCulture), "reverses");
                if (reversed is { } was) json.WriteString("reversed_type", TypeOf(was));
                break;
        }

        void Name(string collection, string? id, string field)
        {
            if (id is not null) json.WriteString(field, ResourceName.Of(entry.Region, collection, id));
        }

        void Amount(Unit unit, long value)
        {
            json.WriteStartObject("amount");
            // As text, as everywhere in the contract's JSON: a receiver's numbers may be doubles.
            json.WriteString("value", value.ToString(CultureInfo.InvariantCulture));
            json.WriteString("unit", unit.Code);
            json.WriteEndObject();
        }
    }

    private static string? VoucherOf(JournalEntry entry) => entry.Opened
        .Select(account => account.Path.Text.Split('/')).Where(path => path is ["voucher", _]).Select(path => path[1]).FirstOrDefault();
}
