using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An entry that open complaints set aside from settlement.</summary>
/// <param name="Entry">A redemption or a bill.</param>
/// <param name="Provider">Whom it credited.</param>
/// <param name="Complaints">The ids of all open complaints about it, the earliest first; at least one.</param>
internal readonly record struct DisputedEntry(long Entry, string Provider, ImmutableArray<string> Complaints)
{
    /// <summary>The earliest, which stands for all where one is named.</summary>
    public string Complaint => Complaints[0];

    /// <summary>
    /// Whether it keeps a batch from approval: only what was known when the batch was submitted does. Otherwise one person could stop the
    /// payments of all providers again and again; what was filed later is withheld from the file, for its provider alone. But what pays off
    /// a debt is posted by the approval itself, where no file could withhold it.
    /// </summary>
    /// <param name="payment">The number of the payment that pays the entry.</param>
    public bool Stops(SettlementRecord batch, int payment) => batch switch
    {
        { State: SettlementState.Draft } => true,
        // An older build did not keep what was known.
        { State: SettlementState.Submitted } => batch.KnownComplaints is not { } known
            || Complaints.Any(complaint => known.Contains(complaint))
            || batch.Payments.Any(one => one.Number == payment && one.NettedFen > 0),
        _ => false,
    };
}

/// <summary>Reads what open complaints set aside, and what payments pay.</summary>
internal static class Disputes
{
    private const int AtOnce = 1_000;

    private static readonly string OfProvider = $"{VoucherContract.Providers}/";

    /// <summary>
    /// Every disputed entry of a region, in the order of the journal. A complaint that is filed a moment later is in none of it: the
    /// approval and the file of payments look again.
    /// </summary>
    /// <exception cref="UnreadableStateException">A complaint can't be read: nobody knows what it sets aside.</exception>
    public static async Task<ImmutableArray<DisputedEntry>> DisputesAsync(this IRegistry registry, RegionCode region)
    {
        RegistryQuery query = new RegistryQuery(region, ComplaintGrainState.Kind) { Limit = AtOnce }
            .Where(
                new RegistryCondition(ComplaintGrainState.SetAsideKey, "0", RegistryTest.AtLeast),
                // Most set nothing aside. One that has lost its place in lists is damaged.
                new RegistryCondition(ComplaintGrainState.OrderKey, "") { OrMissing = true });
        var found = new List<(string Complaint, ComplaintRecord Of)>();
        IReadOnlyList<RegistryRow<ComplaintGrainState>> rows;
        do
        {
            rows = await registry.ListAsync<ComplaintGrainState>(query, CancellationToken.None);
            foreach (RegistryRow<ComplaintGrainState> row in rows)
            {
                if (row.State is { SetAside: not null, Complaint: { Disputed: not null } complaint }) found.Add((row.Key, complaint));
            }
            if (rows.Count > 0) query = query with { After = rows[^1].Cursor };
        }
        while (rows.Count == AtOnce);
        return
        [
            .. found.OrderBy(one => one.Of.FiledAt).ThenBy(one => one.Complaint, StringComparer.Ordinal)
                .GroupBy(one => one.Of.Disputed!.Value).OrderBy(entry => entry.Key)
                .Select(entry => new DisputedEntry(
                    entry.Key, ProviderOf(entry.First().Of), [.. entry.Select(one => one.Complaint)])),
        ];
    }

    private static string ProviderOf(ComplaintRecord complaint) =>
        complaint.Parties.First(party => party.StartsWith(OfProvider, StringComparison.Ordinal))[OfProvider.Length..];

    /// <summary>
    /// The disputes about what a batch pays, with the numbers of its payments. It pays nothing of what was refunded whole, nor of a bill of
    /// which no more stands than was held back of it, though the complaint be open: the desk would set nothing of these aside either.
    /// </summary>
    public static async Task<IReadOnlyList<(int Payment, DisputedEntry Dispute)>> InBatchAsync(
        this PaidEntries paid, SettlementRecord batch, ImmutableArray<DisputedEntry> disputes)
    {
        var found = new List<(int, DisputedEntry)>();
        // Redemptions and bills are no prepaid fees.
        if (batch.Pays == PayableKind.Prepaid) return found;
        foreach (PaymentRecord payment in batch.Payments)
        {
            foreach (DisputedEntry dispute in disputes.Where(dispute => dispute.Provider == payment.Provider))
            {
                if (await paid.PaysAsync(payment, dispute.Entry)) found.Add((payment.Number, dispute));
            }
        }
        return found;
    }
}

/// <summary>How payments name redemptions and bills among what they carry and set aside.</summary>
internal static class CarriedEntries
{
    /// <summary>The indexes of those that are named, and not the batches.</summary>
    public static IEnumerable<long> Entries(this IEnumerable<CarriedAmount> amounts) => amounts
        .Select(amount => amount.Source.Split('/')).Where(parts => parts is [VoucherContract.Entries, _])
        .Select(parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
}

/// <summary>
/// Says how much of an entry a payment pays, also by way of what earlier batches left unpaid: an amount carried from a withdrawn batch
/// stands for that batch's entries, what is released of a holdback for a part of each, and a rejected or returned payment is owed again.
/// </summary>
internal sealed class PaidEntries(RegionCode region, ILedgerReader ledger, IGrainFactory grains, HeldBackEarnings earnings)
{
    private const int AtOnce = 100;

    /// <summary>Whether a payment pays what still stands of an entry, or a part of that.</summary>
    public async Task<bool> PaysAsync(PaymentRecord payment, long entry) =>
        await StandsAsync(entry) is { Stands: var stands } && stands > Fen.Zero && await PaidAsync(payment, entry, stands.Value) > 0;

    /// <summary>Whom a redemption or bill credited, and what still stands of it after its refunds; null where there is none.</summary>
    public async Task<(OpaqueId Provider, Fen Stands)?> StandsAsync(long entry)
    {
        LinkedEntry? linked = entry is < 0 or long.MaxValue ? null
            : (await ledger.EntriesAsync(region, new EntryFilter(), entry + 1, 1, CancellationToken.None))
                .FirstOrDefault(linked => linked.Entry.Index == entry);
        switch (linked?.Entry.Code)
        {
            case EntryCode.RedeemVoucher:
                var redemption = Redemption.Of(linked.Entry);
                return (redemption.Provider, linked.ReversedBy is null ? redemption.Credited : Fen.Zero);
            case EntryCode.PayBill:
                var bill = Bill.Of(linked.Entry);
                Fen back = (await ledger.RefundsOfAsync(linked.Entry, CancellationToken.None))
                    .Aggregate(Fen.Zero, (sum, refund) => sum + Bill.Of(refund).Credited);
                return (bill.Provider, bill.Credited - back);
            default:
                return null;
        }
    }

    /// <summary>How much of an entry is in a stretch of a provider's payable, or in what is carried into it, in fen.</summary>
    /// <param name="credited">What stands of the entry.</param>
    public async Task<long> UnpaidAsync(
        string provider, long from, long to, ImmutableArray<CarriedAmount> carried, long entry, long credited)
    {
        if (entry >= from && entry < to) return credited;
        long unpaid = 0;
        foreach (CarriedAmount amount in carried)
        {
            unpaid += amount.Source.Split('/') switch
            {
                [VoucherContract.Entries, _] => IsNamed([amount], entry) ? amount.Fen : 0,
                [SettlementContract.Settlements, var batch] when await PaymentAsync(provider, batch) is { } withdrawn =>
                    await PaidAsync(withdrawn, entry, credited),
                [SettlementContract.Settlements, var batch, HeldBackAmount.Suffix] when await PaymentAsync(provider, batch) is { } paid
                    && !IsNamed(paid.SetAside, entry) => await earnings.ShareAsync(paid, entry),
                _ => 0,
            };
        }
        foreach (EntryCode code in (EntryCode[])[EntryCode.RejectPayment, EntryCode.ReturnPayment])
        {
            if (unpaid < credited) unpaid += await InFailedAsync(provider, code, from, to, entry, credited);
        }
        return Math.Min(unpaid, credited);
    }

    private async Task<long> PaidAsync(PaymentRecord payment, long entry, long credited) => IsNamed(payment.SetAside, entry) ? 0
        : await UnpaidAsync(payment.Provider, payment.FromSize, payment.ToSize, payment.Carried, entry, credited)
            - await earnings.ShareAsync(payment, entry);

    /// <summary>What of an entry is owed again because the bank refused or returned a payment in a stretch of the payable.</summary>
    private async Task<long> InFailedAsync(string provider, EntryCode code, long from, long to, long entry, long credited)
    {
        var filter = new EntryFilter(code, Reversed: false)
        {
            Touching = [new AccountFilter(Chart.ProviderPayable(OpaqueId.Parse(provider)).Path.Text)],
        };
        long before = to, owed = 0;
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EntriesAsync(region, filter, before, AtOnce, CancellationToken.None);
            foreach (LinkedEntry failed in page)
            {
                if (failed.Entry.Index < from || owed >= credited) return owed;
                if (await PaymentAsync(provider, failed.Entry.Detail("batch")) is { } payment)
                    owed += await PaidAsync(payment, entry, credited);
                before = failed.Entry.Index;
            }
        }
        while (page.Count == AtOnce);
        return owed;
    }

    private async Task<PaymentRecord?> PaymentAsync(string provider, string batch) =>
        (await grains.GetGrain<ISettlementGrain>(region, batch).GetAsync())?.Payments
            .FirstOrDefault(payment => payment.Provider == provider);

    private static bool IsNamed(ImmutableArray<CarriedAmount> amounts, long entry) => amounts.Entries().Contains(entry);
}
