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
/// <param name="Actors">Who has recorded or corrected it up to now, by their subjects.</param>
/// <param name="Disputed">The entry that a settlement can set aside; null: none.</param>
internal sealed record ComplaintSubject(
    SubjectName Name, ImmutableArray<string> Parties, ImmutableArray<string> Actors, long? Disputed);

/// <summary>Finds what complaints are about, whose it is, who had to do with it, and what an entry corrects of it.</summary>
public sealed class ComplaintSubjects(ILedgerReader ledger, IGrainFactory grains)
{
    private const int AtOnce = 100;

    private const string Providers = $"{VoucherContract.Providers}/", Elders = $"{VoucherContract.Elders}/";

    /// <returns>Null where there is no such movement.</returns>
    internal Task<ComplaintSubject?> FindAsync(SubjectName name, CancellationToken cancellation) => name.Kind switch
    {
        SubjectKind.Redemption or SubjectKind.Bill or SubjectKind.Entry => OfEntryAsync(name, cancellation),
        SubjectKind.Order => OfOrderAsync(name, cancellation),
        SubjectKind.Payment => OfPaymentAsync(name, cancellation),
    };

    /// <summary>
    /// What an entry corrects of a movement, as things are now: a refund of the redemption or of the bill's lines, a reversal of the entry,
    /// what took the order's end back or settled a dispute about it, the bank's refusal of the payment. An order that ended as orders do,
    /// and a payment that was paid, are the movement itself.
    /// </summary>
    internal async Task<Correction> CorrectionAsync(SubjectName name, string complainant, long index, CancellationToken cancellation)
    {
        if (await LinkedAsync(name.Region, index, cancellation) is not { ReversedBy: null, Entry: var entry } linked)
            return Correction.None;
        return name.Kind switch
        {
            SubjectKind.Redemption or SubjectKind.Bill or SubjectKind.Entry when entry.Code == EntryCode.RefundBill
                && Bill.RefundedBy(entry) == name.Number => await OfBillAsync(name, cancellation),
            SubjectKind.Redemption or SubjectKind.Bill or SubjectKind.Entry =>
                entry.Kind == EntryKind.Reverse && entry.Of == name.Number ? Correction.Whole : Correction.None,
            SubjectKind.Order => await OfOrderAsync(name, complainant, linked, cancellation),
            SubjectKind.Payment => await OfPaymentAsync(name, entry, cancellation),
        };
    }

    /// <summary>Whole once every line that vouchers paid was refunded, by whatever refunds.</summary>
    private async Task<Correction> OfBillAsync(SubjectName name, CancellationToken cancellation)
    {
        JournalEntry entry = (await EntryAsync(name.Region, name.Number, cancellation))!;
        var back = (await ledger.RefundsOfAsync(entry, cancellation))
            .SelectMany(refund => Bill.Of(refund).Shares).Select(share => share.Line).ToHashSet();
        return Bill.Of(entry).Shares.All(share => back.Contains(share.Line)) ? Correction.Whole : Correction.Part;
    }

    /// <summary>
    /// The end of an order is a correction where it settled a dispute, or was taken back. Whole where no hours stand any more and none are
    /// held again; but a volunteer who complains may want just these, so theirs always waits.
    /// </summary>
    private async Task<Correction> OfOrderAsync(
        SubjectName name, string complainant, LinkedEntry linked, CancellationToken cancellation)
    {
        if (await OrderAsync(name) is not { HoldEntry: { } hold } order) return Correction.None;
        LinkedEntry[] chain = [.. await ChainAsync(name.Region, await FirstAsync(name.Region, hold, cancellation), cancellation)];
        bool isJudged = order.Dispute?.Settled is not null && order.EndEntry == linked.Entry.Index;
        if (chain.All(one => one.Entry.Index != linked.Entry.Index) || (linked.Entry.Kind != EntryKind.Reverse && !isJudged))
            return Correction.None;
        bool stands = chain[^1].Entry.Code == EntryCode.RenderService || chain[^1].Entry.OpensHold
            || complainant.StartsWith($"{PersonContract.Volunteers}/", StringComparison.Ordinal);
        return stands ? Correction.Part : Correction.Whole;
    }

    private async Task<Correction> OfPaymentAsync(SubjectName name, JournalEntry entry, CancellationToken cancellation)
    {
        JournalEntry? taken = entry.Kind == EntryKind.Reverse && entry.Of is { } said
            ? await EntryAsync(name.Region, said, cancellation) : null;
        return (taken ?? entry) switch
        {
            var word when !IsWordOn(name, word) => Correction.None,
            { Code: EntryCode.RejectPayment or EntryCode.ReturnPayment } when taken is null => Correction.Whole,
            { Code: EntryCode.PayProvider or EntryCode.RejectPayment or EntryCode.ReturnPayment } when taken is not null => Correction.Part,
            _ => Correction.None,
        };
    }

    private static bool IsWordOn(SubjectName name, JournalEntry word) => word.Header.Details.GetValueOrDefault("batch") == name.Id
        && word.Header.Details.GetValueOrDefault("payment") == name.Number.ToString(CultureInfo.InvariantCulture);

    private async Task<ComplaintSubject?> OfEntryAsync(SubjectName name, CancellationToken cancellation)
    {
        if (await EntryAsync(name.Region, name.Number, cancellation) is not { } entry) return null;
        IEnumerable<JournalEntry> about = (await ChainAsync(name.Region, name.Number, cancellation)).Select(linked => linked.Entry);
        if (entry.Code == EntryCode.PayBill) about = about.Concat(await ledger.RefundsOfAsync(entry, cancellation));
        ImmutableArray<string> by = [.. about.Select(one => one.Header.Actor).Distinct()];
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
                    case ["voucher" or "custody", ..]:
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
        IReadOnlyList<LinkedEntry> chain = order.HoldEntry is not { } hold ? []
            : await ChainAsync(name.Region, await FirstAsync(name.Region, hold, cancellation), cancellation);
        ImmutableArray<string> volunteer = order.Volunteer.Length == 0 ? [] : [$"{PersonContract.Volunteers}/{order.Volunteer}"];
        ImmutableArray<string> took = await grains.GetGrain<IServiceOrderGrain>(name.Region, name.Id).ActorsAsync();
        return new ComplaintSubject(
            name, [order.Recipient, .. volunteer], [.. chain.Select(one => one.Entry.Header.Actor).Union(took)], null);
    }

    /// <summary>Who prepared, submitted, approved or sent back the batch, made a file of it, or recorded the bank's words.</summary>
    private async Task<ComplaintSubject?> OfPaymentAsync(SubjectName name, CancellationToken cancellation)
    {
        if (await PaymentAsync(name) is not var (batch, payment)) return null;
        var actors = new List<string>
        {
            batch.PreparedBy, batch.SubmittedBy, batch.ApprovedBy, batch.WithdrawnBy ?? "",
        };
        foreach (SettlementExport file in (batch.FormerExports ?? []).Concat(batch.Export is { } export ? [export] : []))
            actors.AddRange([file.By, file.WithdrawalBy, file.ConfirmedBy]);
        string batchPath = Chart.Settlement(OpaqueId.Parse(name.Id), batch.Pays).Path.Text,
            payable = Chart.Payable(OpaqueId.Parse(payment.Provider), batch.Pays).Path.Text;
        foreach ((EntryCode code, string path) in ((EntryCode, string)[])[(EntryCode.PayProvider, batchPath),
            (EntryCode.RejectPayment, batchPath), (EntryCode.ReturnPayment, payable)])
        {
            var filter = new EntryFilter(code) { Touching = [new AccountFilter(path)] };
            long after = batch.Prepared;
            IReadOnlyList<LinkedEntry> page;
            do
            {
                page = await ledger.EarliestEntriesAsync(name.Region, filter, after, AtOnce, cancellation);
                foreach (LinkedEntry word in page.Where(word => IsWordOn(name, word.Entry)))
                {
                    actors.Add(word.Entry.Header.Actor);
                    if (word.ReversedBy is { } back) actors.Add((await EntryAsync(name.Region, back, cancellation))!.Header.Actor);
                }
                if (page.Count > 0) after = page[^1].Entry.Index;
            }
            while (page.Count == AtOnce);
        }
        return new ComplaintSubject(
            name, [$"{Providers}{payment.Provider}"], [.. actors.Where(one => one.Length > 0).Distinct()], null);
    }

    /// <summary>An entry and what became of it: its reversal, or the end of a hold, what took that back, and so on.</summary>
    private async Task<IReadOnlyList<LinkedEntry>> ChainAsync(RegionCode region, long index, CancellationToken cancellation)
    {
        var chain = new List<LinkedEntry>();
        for (long? next = index; next is { } at && await LinkedAsync(region, at, cancellation) is { } linked;)
        {
            chain.Add(linked);
            next = linked.EndedBy ?? linked.ReversedBy;
        }
        return chain;
    }

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

    private async Task<JournalEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        (await ledger.EntryAsync(region, index, cancellation))?.Entry;

    private async Task<LinkedEntry?> LinkedAsync(RegionCode region, long index, CancellationToken cancellation) =>
        (await ledger.EarliestEntriesAsync(region, new EntryFilter(), index - 1, 1, cancellation))
            .FirstOrDefault(linked => linked.Entry.Index == index);
}
