using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An entry that an open complaint sets aside from settlement.</summary>
/// <param name="Entry">A redemption or a bill.</param>
/// <param name="Provider">Whom it credited.</param>
/// <param name="Complaint">The complaint's id.</param>
internal readonly record struct DisputedEntry(long Entry, string Provider, string Complaint)
{
    /// <summary>How payments name the entry among what they carry and set aside.</summary>
    public string Source => string.Create(CultureInfo.InvariantCulture, $"{VoucherContract.Entries}/{Entry}");
}

/// <summary>Reads what open complaints set aside, and what payments pay.</summary>
internal static class Disputes
{
    private const int AtOnce = 1_000;

    private static readonly string OfProvider = $"{VoucherContract.Providers}/";

    /// <summary>
    /// Every open dispute of a region, by entry; of several complaints about one entry the first by id. One that is filed a moment later is
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
                found.TryAdd(entry, new DisputedEntry(entry, provider[OfProvider.Length..], row.Key));
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

/// <summary>
/// Says which entries a payment pays, also by way of what earlier batches left unpaid: an amount carried from a withdrawn batch stands for
/// that batch's entries, and so does a rejected or returned payment that is owed again.
/// </summary>
internal sealed class PaidEntries(RegionCode region, ILedgerReader ledger, IGrainFactory grains)
{
    private const int AtOnce = 100;

    public async Task<bool> PaysAsync(PaymentRecord payment, long entry) =>
        !IsNamed(payment.SetAside, entry)
        && await HoldsAsync(payment.Provider, payment.FromSize, payment.ToSize, payment.Carried, entry);

    /// <summary>Whether an entry's money is in a stretch of a provider's payable, or in what is carried into it.</summary>
    public async Task<bool> HoldsAsync(string provider, long from, long to, ImmutableArray<CarriedAmount> carried, long entry)
    {
        if ((entry >= from && entry < to) || IsNamed(carried, entry)) return true;
        foreach (CarriedAmount amount in carried)
        {
            if (amount.Source.Split('/') is [SettlementContract.Settlements, var batch]
                && await OwedAgainAsync(provider, batch, entry)) return true;
        }
        foreach (EntryCode code in (EntryCode[])[EntryCode.RejectPayment, EntryCode.ReturnPayment])
        {
            if (await IsInFailedAsync(provider, code, from, to, entry)) return true;
        }
        return false;
    }

    private async Task<bool> IsInFailedAsync(string provider, EntryCode code, long from, long to, long entry)
    {
        var filter = new EntryFilter(code, Reversed: false)
        {
            Touching = [new AccountFilter(Chart.ProviderPayable(OpaqueId.Parse(provider)).Path.Text)],
        };
        long before = to;
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EntriesAsync(region, filter, before, AtOnce, CancellationToken.None);
            foreach (LinkedEntry failed in page)
            {
                if (failed.Entry.Index < from) return false;
                if (await OwedAgainAsync(provider, failed.Entry.Detail("batch"), entry)) return true;
                before = failed.Entry.Index;
            }
        }
        while (page.Count == AtOnce);
        return false;
    }

    private async Task<bool> OwedAgainAsync(string provider, string batch, long entry) =>
        (await grains.GetGrain<ISettlementGrain>(region, batch).GetAsync())?.Payments
            .FirstOrDefault(payment => payment.Provider == provider) is { } failed && await PaysAsync(failed, entry);

    private static bool IsNamed(ImmutableArray<CarriedAmount> amounts, long entry) =>
        amounts.Any(amount => amount.Source == new DisputedEntry(entry, "", "").Source);
}
