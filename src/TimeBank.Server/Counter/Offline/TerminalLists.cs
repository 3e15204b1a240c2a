using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;
using RevocationList = TimeBank.V1.RevocationList;

namespace TimeBank.Server;

/// <summary>
/// Makes the signed list that terminals work by. It is made from what is stored, each time somebody asks: its number is the journal's size,
/// which never falls. A revoked device leaves a note and no entry, so of two lists with one number the later one counts.
/// </summary>
public sealed class TerminalLists(ILedgerReader ledger, IRegistry registry, DayRules rules, VoucherKeys keys, BusinessClock clock)
{
    /// <summary>
    /// Vouchers end with their month, so one that was voided earlier is out of use anyway. The papers of one that never expires may live
    /// longer, as the policy of the day on which they were printed says.
    /// </summary>
    private const int Days = 62;

    /// <summary>More would make too long a note for a terminal; the newest come first.</summary>
    private const int MaxVouchers = 20_000;

    private const int AtOnce = 1_000;

    public async Task<RevocationList> OfAsync(RegionCode region, CancellationToken cancellation)
    {
        // The size first: what ends meanwhile may be in the list, and must not be missing from it.
        long size = (await ledger.ReadHeadAsync(region, cancellation)).Size;
        var made = DateTimeOffset.FromUnixTimeSeconds(clock.Now.ToUnixTimeSeconds());
        DateOnly today = ChinaTime.DateOf(made);
        Policy policy = await rules.PolicyAsync(region, today);
        Catalogue catalogue = await rules.CatalogueAsync(region, today);
        NoteSigner[] signers = [.. keys.SignersOf(region).Select(signer => signer.TerminalSigner())];
        OfflinePolicy limits = policy.Vouchers.Offline;
        IReadOnlyList<Programme> programmes = await UnitProgrammesAsync(region, cancellation);
        var list = new TerminalList(
            signers[0].Key.Name, size, made, limits.VoucherMax.Value, limits.DeviceMax.Value,
            await HoursAsync(region, made, policy, catalogue), [.. keys.Of(region)],
            [.. catalogue.Items.Where(item => item.Payer != Payer.Elder && item.Unit != Unit.Minutes)
                .Select(item => ItemOf(item, programmes)).OfType<TerminalItem>()],
            Enum.GetValues<V1.ServicePlace>().Where(place => place != V1.ServicePlace.Unspecified).ToImmutableSortedDictionary(
                place => (int)place, place => policy.Vouchers.National.RatioPercent(place.ToDomain())),
            (await DevicesAsync(region, cancellation)).ToImmutableSortedSet(StringComparer.Ordinal),
            (await VouchersAsync(region, cancellation)).ToImmutableSortedSet(StringComparer.Ordinal))
        {
            // A terminal judges each payment by itself, as its receipts are judged: sums of a day are for what has a network.
            Checks = [.. policy.Vouchers.HolderChecks.Select(row => new TerminalCheck(
                row.Service == ServiceType.None ? 0 : (int)row.Service.ToContract(), row.From.Value, (int)row.Needs.ToContract()))],
        };
        string text = list.ToText();
        return new RevocationList
        {
            Number = size, VerifierKey = signers[0].Key.ToString(),
            // A terminal that was enrolled before the keys were exchanged trusts an earlier one.
            Note = new SignedNote(text, [.. signers.Select(signer => signer.Sign(text, clock.Now))]).ToString(),
        };
    }

    /// <summary>
    /// A list is good for the policy's hours, and no longer than its day where other rules begin after that: its prices, ratios and limits
    /// are the day's.
    /// </summary>
    private async Task<int> HoursAsync(RegionCode region, DateTimeOffset made, Policy policy, Catalogue catalogue)
    {
        int hours = policy.Vouchers.Offline.SyncWithinHours;
        DateOnly last = ChinaTime.DateOf(made.AddHours(hours));
        for (DateOnly day = ChinaTime.DateOf(made).AddDays(1); day <= last; day = day.AddDays(1))
        {
            Catalogue then = await rules.CatalogueAsync(region, day);
            if ((await rules.PolicyAsync(region, day)).Version == policy.Version
                && (then.Region, then.Version) == (catalogue.Region, catalogue.Version)) continue;
            // The day's last second is the last that a terminal may accept in.
            return (int)(ChinaTime.StartOf(day).AddSeconds(-1) - made).TotalHours;
        }
        return hours;
    }

    /// <summary>
    /// The programmes that give vouchers of units and have money, allotted or bound: of another one no voucher is out, and none is issued.
    /// None where one can't be read: nobody knows its price.
    /// </summary>
    private async Task<IReadOnlyList<Programme>> UnitProgrammesAsync(RegionCode region, CancellationToken cancellation)
    {
        (IReadOnlyDictionary<Slug, Programme> programmes, ImmutableArray<string> unreadable) =
            await registry.ProgrammesAsync(region, cancellation);
        var open = new List<Programme>();
        if (!unreadable.IsEmpty) return open;
        foreach (Programme one in programmes.Values.Where(programme => programme.Scheme == ProgrammeScheme.UnitVoucher))
        {
            if (await HasAsync(Chart.ProgrammeAllotted(one.Id)) || await HasAsync(Chart.ProgrammeCommitted(one.Id))) open.Add(one);
        }
        return open;

        async Task<bool> HasAsync(AccountSpec account) =>
            await ledger.AccountAsync(region, account.Path, cancellation) is { Balance: not 0 };
    }

    /// <summary>
    /// An item with the price that its unit vouchers have: their programme's, and not the service list's. A code doesn't say which
    /// programme gave the voucher; so an item with several prices is left out, and needs a network, as does one for which no programme
    /// gives vouchers.
    /// </summary>
    private static TerminalItem? ItemOf(CatalogueItem item, IReadOnlyList<Programme> programmes)
    {
        long[] prices = item.Unit == Unit.Fen ? [0]
            : [.. programmes.Where(one => one.Unit == item.Unit && one.ServiceTypes.Contains(item.Type))
                .Select(one => one.ContractPrice.Value).Distinct()];
        return prices is [var price]
            ? new TerminalItem(item.Id.Text, (int)item.Type.ToContract(), item.Unit.Code, item.CeilingPrice.Value, price) : null;
    }

    private async Task<IReadOnlyList<string>> DevicesAsync(RegionCode region, CancellationToken cancellation)
    {
        var query = new RegistryQuery(region, DeviceState.Kind) { Limit = AtOnce };
        var found = new List<string>();
        while (true)
        {
            IReadOnlyList<RegistryRow<DeviceState>> rows = await registry.ListAsync<DeviceState>(query, cancellation);
            // A device that can't be read is told as ended: the safe side. So every one is looked at: a condition would pass over it.
            found.AddRange(rows.Where(row => !row.IsReadable || row.State.Device is { Stage: DeviceStage.Revoked }).Select(row => row.Key));
            if (rows.Count < AtOnce) return found;
            query = query with { After = rows[^1].Cursor };
        }
    }

    private async Task<IReadOnlyCollection<string>> VouchersAsync(RegionCode region, CancellationToken cancellation)
    {
        DateOnly today = clock.Today;
        int papers = (await rules.PoliciesAsync(region, today.AddDays(-OfflineRule.MaxPaperDays), today))
            .Max(one => OfflineRule.PaperDays(one.Policy.Vouchers));
        LedgerTime since = LedgerTime.From(clock.Now.AddDays(-Math.Max(Days, papers)));
        var found = new HashSet<string>(StringComparer.Ordinal);
        // What takes money from a voucher in a reversal is the reversal of its issue: one of a redemption puts money on it.
        foreach (EntryFilter filter in new[]
        {
            new EntryFilter(EntryCode.VoidVoucher, From: since), new EntryFilter(EntryCode.PayEstate, From: since),
            new EntryFilter(From: since, Kind: EntryKind.Reverse),
        })
        {
            long before = long.MaxValue;
            while (found.Count < MaxVouchers)
            {
                IReadOnlyList<LinkedEntry> page = await ledger.EntriesAsync(region, filter, before, AtOnce, cancellation);
                if (page.Count == 0) break;
                foreach (StoredTransfer transfer in await ledger.TransfersAsync(
                    region, [.. page.Select(one => one.Entry.Index)], cancellation))
                {
                    if (!transfer.Debit.Text.StartsWith("voucher/", StringComparison.Ordinal)) continue;
                    found.Add(Chart.VoucherIdOf(transfer.Debit).Text);
                }
                if (page.Count < AtOnce) break;
                before = page[^1].Entry.Index;
            }
        }
        return found;
    }
}
