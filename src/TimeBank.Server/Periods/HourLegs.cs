using System.Runtime.CompilerServices;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The legs of hours: what services and orders say, against what the accounts of people have.</summary>
public sealed class HourLegs(ILedgerReader ledger, IRegistry registry)
{
    private const int AtOnce = 1_000, Tries = 3;

    private static readonly OrderState[] Holding =
        [OrderState.Accepted, OrderState.CheckedIn, OrderState.CheckedOut, OrderState.InReview, OrderState.Disputed];

    /// <param name="days">The days on which entries were recorded.</param>
    /// <param name="size">The journal's size at their end.</param>
    public async Task<IReadOnlyList<LegLine>> LinesAsync(
        RegionCode region, (DateOnly First, DateOnly Last) days, long size, IReadOnlyList<Turnover> turnovers,
        CancellationToken cancellation)
    {
        LegLine[] lines = [await HeldAsync(region, size, cancellation), await GivenAsync(region, days, turnovers, cancellation)];
        return [.. lines.Where(line => line.Left != 0 || line.Right != 0)];
    }

    /// <summary>Redeemed: minutes that services say they gave, against what came to volunteers and the pool.</summary>
    private async Task<LegLine> GivenAsync(
        RegionCode region, (DateOnly First, DateOnly Last) days, IReadOnlyList<Turnover> turnovers, CancellationToken cancellation)
    {
        Int128 said = 0;
        await foreach (JournalEntry entry in ledger.RecordedAsync(region, new EntryFilter(EntryCode.RenderService), days, cancellation))
            said += OrderDetails.ReadEnd(entry).Minutes;
        // What passes the cap goes on from the volunteer to the pool in the same entry, so only what leaves the elders is summed.
        Int128 given = turnovers.Where(one => one is { Code: EntryCode.RenderService, IsReversal: false, Credit: not "pool/donated" })
            .Aggregate(Int128.Zero, (sum, one) => sum + one.Amount);
        return new LegLine(ReportLeg.Redeemed, "person/*/hours/earned", Unit.Minutes, said, given);
    }

    /// <summary>
    /// Held: minutes of orders that somebody accepted by the end of the days and that have not ended, against the holds on people's
    /// accounts. Orders end while they are summed, so sums that differ are taken again.
    /// </summary>
    private async Task<LegLine> HeldAsync(RegionCode region, long size, CancellationToken cancellation)
    {
        LegLine line;
        int tries = 0;
        do
        {
            line = new LegLine(
                ReportLeg.Held, "person/*/hours", Unit.Minutes, await OrderedAsync(region, size, cancellation),
                await OnHoldAsync(region, size, cancellation));
        }
        while (!line.IsEqual && ++tries < Tries);
        return line;
    }

    private async Task<Int128> OrderedAsync(RegionCode region, long size, CancellationToken cancellation)
    {
        Int128 minutes = 0;
        RegistryQuery query = new RegistryQuery(region, ServiceOrderState.Kind) { Limit = AtOnce }
            .Where([.. Holding.Select(state => new RegistryCondition(ServiceOrderState.StateKey, $"{state}"))]);
        IReadOnlyList<RegistryRow<ServiceOrderState>> page;
        do
        {
            page = await registry.ListAsync<ServiceOrderState>(query, cancellation);
            minutes += page.Readable().Where(row => row.State.Hold?.Entry < size).Sum(row => row.State.PlannedMinutes);
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
        return minutes;
    }

    private async Task<Int128> OnHoldAsync(RegionCode region, long size, CancellationToken cancellation)
    {
        Int128 minutes = 0;
        long after = -1;
        IReadOnlyList<JournalEntry> page;
        do
        {
            page = await ledger.OpenHoldsAsync(region, after, AtOnce, cancellation);
            minutes += page.Where(hold => OrderDetails.OrderOf(hold) is not null && hold.Index < size)
                .Sum(hold => hold.Transfers.Sum(transfer => transfer.Held));
            if (page.Count > 0) after = page[^1].Index;
        }
        while (page.Count == AtOnce && after < size);
        return minutes;
    }
}

/// <summary>Reads the entries that were recorded on some days.</summary>
internal static class RecordedEntries
{
    private const int AtOnce = 1_000;

    public static async IAsyncEnumerable<JournalEntry> RecordedAsync(
        this ILedgerReader ledger, RegionCode region, EntryFilter filter, (DateOnly First, DateOnly Last) days,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        filter = filter with
        {
            From = LedgerTime.From(ChinaTime.StartOf(days.First)),
            Until = LedgerTime.From(ChinaTime.StartOf(days.Last.AddDays(1))),
        };
        long after = -1;
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EarliestEntriesAsync(region, filter, after, AtOnce, cancellation);
            foreach (LinkedEntry linked in page) yield return linked.Entry;
            if (page.Count > 0) after = page[^1].Entry.Index;
        }
        while (page.Count == AtOnce);
    }
}
