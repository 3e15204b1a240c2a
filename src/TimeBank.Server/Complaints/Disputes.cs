using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An entry that an open complaint sets aside from settlement.</summary>
/// <param name="Entry">A redemption or a bill.</param>
/// <param name="Provider">Whom it credited.</param>
/// <param name="Complaint">The complaint's id.</param>
/// <param name="Filed">When it was filed.</param>
internal readonly record struct DisputedEntry(long Entry, string Provider, string Complaint, DateTimeOffset Filed)
{
    /// <summary>
    /// Whether it keeps a batch from approval: only what was known when the batch was submitted does. Otherwise one person could stop the
    /// payments of all providers again and again; what was filed later is withheld from the file, for its provider alone.
    /// </summary>
    public bool Stops(SettlementRecord batch) => batch switch
    {
        { State: SettlementState.Draft } => true,
        // An older build did not keep what was known.
        { State: SettlementState.Submitted } => batch.KnownComplaints is not { } known || known.Contains(Complaint),
        _ => false,
    };
}

/// <summary>Reads what open complaints set aside, and what payments pay.</summary>
internal static class Disputes
{
    private const int AtOnce = 1_000;

    private static readonly string OfProvider = $"{VoucherContract.Providers}/";

    /// <summary>
    /// Every open dispute of a region, by entry; of several complaints about one entry the earliest. One that is filed a moment later is
    /// in none of it: the approval and the file of payments look again.
    /// </summary>
    /// <exception cref="UnreadableStateException">A complaint can't be read: nobody knows what it sets aside.</exception>
    public static async Task<ImmutableArray<DisputedEntry>> DisputesAsync(this IRegistry registry, RegionCode region)
    {
        RegistryQuery query = new RegistryQuery(region, ComplaintGrainState.Kind) { Limit = AtOnce }
            .Where(new RegistryCondition(ComplaintGrainState.SetAsideKey, "0", RegistryTest.AtLeast));
        var found = new SortedDictionary<long, DisputedEntry>();
        IReadOnlyList<RegistryRow<ComplaintGrainState>> rows;
        do
        {
            rows = await registry.ListAsync<ComplaintGrainState>(query, CancellationToken.None);
            foreach (RegistryRow<ComplaintGrainState> row in rows)
            {
                if (row.State is not { SetAside: not null, Complaint: { Disputed: { } entry } complaint }) continue;
                string provider = complaint.Parties.First(party => party.StartsWith(OfProvider, StringComparison.Ordinal));
                var dispute = new DisputedEntry(entry, provider[OfProvider.Length..], row.Key, complaint.FiledAt);
                if (!found.TryGetValue(entry, out DisputedEntry other) || dispute.Filed < other.Filed) found[entry] = dispute;
            }
            if (rows.Count > 0) query = query with { After = rows[^1].Cursor };
        }
        while (rows.Count == AtOnce);
        return [.. found.Values];
    }

    /// <summary>The disputes about what a batch pays, with the numbers of its payments.</summary>
    public static async Task<IReadOnlyList<(int Payment, DisputedEntry Dispute)>> InBatchAsync(
        this PaidEntries paid, SettlementRecord batch, ImmutableArray<DisputedEntry> disputes)
    {
        var found = new List<(int, DisputedEntry)>();
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

    /// <summary>More than any entry credits: asks whether it is paid, and not how much.</summary>
    private const long All = 1L << 60;

    /// <summary>Whether a payment pays an entry, or a part of it.</summary>
    public async Task<bool> PaysAsync(PaymentRecord payment, long entry) => await PaidAsync(payment, entry, All) > 0;

    /// <summary>How much of an entry is in a stretch of a provider's payable, or in what is carried into it, in fen.</summary>
    /// <param name="credited">What the entry credited.</param>
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
