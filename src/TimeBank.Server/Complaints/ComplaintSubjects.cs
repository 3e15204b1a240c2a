using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What a complaint may be about.</summary>
internal enum SubjectKind
{
    Redemption = 1,
    Bill = 2,
    Order = 3,
    Payment = 4,
    Entry = 5,
}

/// <summary>The name of a movement, as a complaint names it.</summary>
/// <param name="Id">The voucher, the order or the batch; empty of a bill or an entry.</param>
/// <param name="Number">The index of the entry, or the number of the payment; 0 of an order.</param>
internal readonly record struct SubjectName(RegionCode Region, SubjectKind Kind, string Id, long Number)
{
    public const string Pattern = "regions/430211/vouchers/0123456789AB/redemptions/17, …/bills/17, …/orders/0123456789AB, "
        + "…/settlements/0123456789AB/payments/1 or …/entries/17";

    /// <summary>The name without the region, as it is stored.</summary>
    public string BelowRegion => Kind switch
    {
        SubjectKind.Redemption => $"{VoucherContract.Vouchers}/{Id}/{VoucherContract.Redemptions}/{Number}",
        SubjectKind.Bill => $"{BillContract.Bills}/{Number}",
        SubjectKind.Order => $"{OrderContract.Orders}/{Id}",
        SubjectKind.Payment => $"{SettlementContract.Settlements}/{Id}/{SettlementContract.Payments}/{Number}",
        SubjectKind.Entry => $"{VoucherContract.Entries}/{Number}",
    };

    public static SubjectName? Parse(string text)
    {
        if (!ResourceName.TryParse(text, out ResourceName? found)) return null;
        ResourceName name = found.Value;
        (SubjectKind Kind, string Id, string Number)? parts = (name.Collection, name.Id.Split('/')) switch
        {
            (VoucherContract.Vouchers, [var voucher, VoucherContract.Redemptions, var index]) => (SubjectKind.Redemption, voucher, index),
            (BillContract.Bills, [var index]) => (SubjectKind.Bill, "", index),
            (OrderContract.Orders, [var order]) => (SubjectKind.Order, order, "0"),
            (SettlementContract.Settlements, [var batch, SettlementContract.Payments, var number]) => (SubjectKind.Payment, batch, number),
            (VoucherContract.Entries, [var index]) => (SubjectKind.Entry, "", index),
            _ => null,
        };
        if (parts is not var (kind, id, number2) || !ResourceName.TryIndex(number2, out long at) || at == long.MaxValue
            || (id.Length > 0 && !OpaqueId.TryParse(id, out _))) return null;
        return new SubjectName(name.Region, kind, id, at);
    }
}

/// <summary>A movement that somebody may complain about.</summary>
/// <param name="Name">Its one name: an entry that is a redemption or a bill is named as that.</param>
/// <param name="Parties">Whose it is, without the region.</param>
/// <param name="Actors">Who recorded it, by their subjects.</param>
/// <param name="Disputed">The entry that a settlement can set aside; null: none.</param>
internal sealed record ComplaintSubject(
    SubjectName Name, ImmutableArray<string> Parties, ImmutableArray<string> Actors, long? Disputed);

/// <summary>Finds what complaints are about, whose it is, and whether an entry corrects it.</summary>
public sealed class ComplaintSubjects(ILedgerReader ledger, IGrainFactory grains)
{
    private const string Providers = $"{VoucherContract.Providers}/", Elders = $"{VoucherContract.Elders}/";

    /// <returns>Null where there is no such movement.</returns>
    internal Task<ComplaintSubject?> FindAsync(SubjectName name, CancellationToken cancellation) => name.Kind switch
    {
        SubjectKind.Redemption or SubjectKind.Bill or SubjectKind.Entry => OfEntryAsync(name, cancellation),
        SubjectKind.Order => OfOrderAsync(name, cancellation),
        SubjectKind.Payment => OfPaymentAsync(name),
    };

    /// <summary>
    /// Whether an entry corrects a movement: a refund of the redemption or of the bill's lines, a reversal of the entry, the end of the
    /// order's hold, the bank's word on the payment, or what took one of these back.
    /// </summary>
    internal async Task<bool> IsCorrectionAsync(SubjectName name, long index, CancellationToken cancellation)
    {
        if (await EntryAsync(name.Region, index, cancellation) is not { } entry) return false;
        switch (name.Kind)
        {
            case SubjectKind.Redemption or SubjectKind.Bill or SubjectKind.Entry:
                return entry.Code == EntryCode.RefundBill
                    ? Bill.RefundedBy(entry) == name.Number : entry.Kind == EntryKind.Reverse && entry.Of == name.Number;
            case SubjectKind.Order:
                return entry.Of is not null && (await OrderAsync(name))?.HoldEntry is { } hold
                    && await FirstAsync(name.Region, index, cancellation) == await FirstAsync(name.Region, hold, cancellation);
            case SubjectKind.Payment:
                JournalEntry? word = entry.Kind == EntryKind.Reverse && entry.Of is { } said
                    ? await EntryAsync(name.Region, said, cancellation) : entry;
                return word?.Code is EntryCode.PayProvider or EntryCode.RejectPayment or EntryCode.ReturnPayment
                    && word.Detail("batch") == name.Id
                    && word.Detail("payment") == name.Number.ToString(CultureInfo.InvariantCulture);
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name.Kind, "No such kind.");
        }
    }

    private async Task<ComplaintSubject?> OfEntryAsync(SubjectName name, CancellationToken cancellation)
    {
        if (await EntryAsync(name.Region, name.Number, cancellation) is not { } entry) return null;
        ImmutableArray<string> by = [entry.Header.Actor];
        switch (entry.Code)
        {
            case EntryCode.RedeemVoucher:
                var redemption = Redemption.Of(entry);
                bool isNamedSo = name.Kind == SubjectKind.Entry
                    || (name.Kind == SubjectKind.Redemption && name.Id == redemption.Voucher.Text);
                if (!isNamedSo) return null;
                return new ComplaintSubject(
                    name with { Kind = SubjectKind.Redemption, Id = redemption.Voucher.Text },
                    [$"{Elders}{redemption.Elder}", $"{Providers}{redemption.Provider}"], by, entry.Index);
            case EntryCode.PayBill:
                if (name.Kind == SubjectKind.Redemption) return null;
                var bill = Bill.Of(entry);
                return new ComplaintSubject(
                    name with { Kind = SubjectKind.Bill, Id = "" },
                    [$"{Elders}{bill.Elder}", $"{Providers}{bill.Provider}"], by, entry.Index);
            default:
                return name.Kind != SubjectKind.Entry ? null
                    : new ComplaintSubject(name, await PartiesAsync(entry, cancellation), by, null);
        }
    }

    /// <summary>
    /// Whose accounts an entry moved. A person's account doesn't say whether it is an elder's or a volunteer's: it is either's.
    /// </summary>
    private async Task<ImmutableArray<string>> PartiesAsync(JournalEntry entry, CancellationToken cancellation)
    {
        var parties = new SortedSet<string>(StringComparer.Ordinal);
        foreach (StoredTransfer transfer in await ledger.TransfersAsync(entry.Region, [entry.Index], cancellation))
        {
            foreach (AccountPath path in (AccountPath[])[transfer.Debit, transfer.Credit])
            {
                switch (path.Text.Split('/'))
                {
                    case ["person", var person, ..]:
                        parties.Add($"{Elders}{person}");
                        parties.Add($"{PersonContract.Volunteers}/{person}");
                        break;
                    case ["provider", var provider, ..]:
                        parties.Add($"{Providers}{provider}");
                        break;
                    case ["voucher", ..]:
                        string owner = (await ledger.AccountAsync(entry.Region, path, cancellation))?.Terms?.Owner ?? "";
                        if (owner.Length > 0) parties.Add($"{Elders}{owner}");
                        break;
                }
            }
        }
        return [.. parties];
    }

    private async Task<ComplaintSubject?> OfOrderAsync(SubjectName name, CancellationToken cancellation)
    {
        if (await OrderAsync(name) is not { } order) return null;
        var actors = new List<string>();
        foreach (long index in Entries(order))
        {
            if (await EntryAsync(name.Region, index, cancellation) is { } entry) actors.Add(entry.Header.Actor);
        }
        ImmutableArray<string> volunteer = order.Volunteer.Length == 0 ? [] : [$"{PersonContract.Volunteers}/{order.Volunteer}"];
        return new ComplaintSubject(name, [order.Recipient, .. volunteer], [.. actors.Distinct()], null);
    }

    private async Task<ComplaintSubject?> OfPaymentAsync(SubjectName name) =>
        await PaymentAsync(name) is not var (batch, payment) ? null : new ComplaintSubject(
            name, [$"{Providers}{payment.Provider}"],
            [.. ((string[])[batch.PreparedBy, batch.SubmittedBy, batch.ApprovedBy]).Where(one => one.Length > 0).Distinct()], null);

    /// <summary>
    /// Where a chain of holds, their ends and reversals of these began. The reversal of an end is a hold itself from then on.
    /// </summary>
    private async Task<long> FirstAsync(RegionCode region, long index, CancellationToken cancellation)
    {
        while ((await EntryAsync(region, index, cancellation))?.Of is { } before) index = before;
        return index;
    }

    private Task<OrderRecord?> OrderAsync(SubjectName name) => grains.GetGrain<IServiceOrderGrain>(name.Region, name.Id).GetAsync();

    private async Task<(SettlementRecord Batch, PaymentRecord Payment)?> PaymentAsync(SubjectName name) =>
        await grains.GetGrain<ISettlementGrain>(name.Region, name.Id).GetAsync() is { } batch
        && batch.Payments.FirstOrDefault(payment => payment.Number == name.Number) is { } payment ? (batch, payment) : null;

    private static IEnumerable<long> Entries(OrderRecord order) =>
        ((long?[])[order.HoldEntry, order.EndEntry]).OfType<long>().Distinct();

    private async Task<JournalEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        (await ledger.EntryAsync(region, index, cancellation))?.Entry;
}
