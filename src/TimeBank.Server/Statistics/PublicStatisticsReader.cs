using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A finished month of a region, as it is published for good.</summary>
/// <param name="From">The index of the month's first entry.</param>
/// <param name="End">The journal at the end of the month.</param>
/// <param name="Threshold">Figures about fewer persons are hidden: the policy of the month's last day.</param>
/// <param name="Elders">On the register at the end of the month, rounded down; so are <paramref name="Volunteers"/>.</param>
/// <param name="Providers">The ids of those that were credited for a service.</param>
/// <param name="Received">Money of funds, by kind, in fen.</param>
/// <param name="Paid">What our banks paid to providers of the money of funds, in fen.</param>
/// <param name="Prepaid">What of prepaid fees providers got from custody, in fen.</param>
public sealed record FinishedMonth(
    DateOnly First, long From, Moment End, int Threshold, PublicFigures Figures, long Elders, long Volunteers,
    ImmutableHashSet<OpaqueId> Providers, ImmutableSortedDictionary<FundKind, Int128> Received, Int128 Paid, Int128 Prepaid);

/// <summary>
/// Reads what is published of finished months. A month is read through once in a process and then kept, since nothing in it changes any
/// more; one month is read at a time. So the public can't wear the database out, however often it asks.
/// </summary>
public sealed class PublicStatisticsReader(ILedgerReader ledger, IRegistry registry, DayRules rules) : IDisposable
{
    private const int MaxKept = 10_000, AtOnce = 1_000;

    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly First), FinishedMonth> _kept = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="first">The first day of a month that is over.</param>
    public async Task<FinishedMonth> MonthAsync(RegionCode region, DateOnly first, CancellationToken cancellation)
    {
        if (_kept.TryGetValue((region, first), out FinishedMonth? kept)) return kept;
        await _one.WaitAsync(cancellation);
        try
        {
            if (_kept.TryGetValue((region, first), out kept)) return kept;
            FinishedMonth read = await ReadAsync(region, first, cancellation);
            if (_kept.Count >= MaxKept) _kept.Clear();
            return _kept[(region, first)] = read;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<FinishedMonth> ReadAsync(RegionCode region, DateOnly first, CancellationToken cancellation)
    {
        DateOnly next = first.AddMonths(1);
        Policy policy = await rules.PolicyAsync(region, next.AddDays(-1));
        long from = await IndexAsync(region, first, cancellation), size = await IndexAsync(region, next, cancellation);
        Moment end = await Moment.AtAsync(ledger, region, size, cancellation)
            ?? throw new InvalidOperationException($"The journal of {region} has lost entry {size - 1}.");
        var month = new Stretch(region, from, size, StatementReader.Times((first, next.AddDays(-1))));
        var tally = new MonthTally(policy.HideBelowPersons);
        var providers = ImmutableHashSet.CreateBuilder<OpaqueId>();
        await foreach ((JournalEntry entry, _) in EntriesAsync(month, EntryCode.IssueVoucher, withTransfers: false, cancellation))
        {
            VoucherTerms terms = VoucherTerms.Of(entry.Opened.Single(account => IsVoucher(account.Path)));
            tally.Issue(terms.Elder, terms.Unit, MoneyOf(entry));
        }
        await foreach ((JournalEntry entry, _) in EntriesAsync(month, EntryCode.RedeemVoucher, withTransfers: false, cancellation))
        {
            Redemption redemption = Redemption.Of(entry);
            tally.Redeem(redemption.Elder, redemption.Unit, redemption.Item, redemption.Quantity, redemption.Credited);
            providers.Add(redemption.Provider);
        }
        // What was taken back by the end of the month doesn't count, as of a redemption.
        var takenBack = new HashSet<(long Bill, int Line)>();
        await foreach ((JournalEntry refund, _) in EntriesAsync(month, EntryCode.RefundBill, withTransfers: false, cancellation))
            takenBack.UnionWith(Bill.Of(refund).Lines.Select(line => (Bill.RefundedBy(refund), line.Number)));
        await foreach ((JournalEntry entry, _) in EntriesAsync(month, EntryCode.PayBill, withTransfers: false, cancellation))
        {
            foreach ((BillShare share, Redemption redemption) in Bill.Of(entry).Redemptions())
            {
                if (takenBack.Contains((entry.Index, share.Line))) continue;
                tally.Redeem(redemption.Elder, redemption.Unit, redemption.Item, redemption.Quantity, redemption.Credited);
                providers.Add(redemption.Provider);
            }
        }
        foreach (EntryCode code in new[] { EntryCode.ExpireVoucher, EntryCode.VoidVoucher })
        {
            await foreach ((JournalEntry entry, IReadOnlyList<StoredTransfer> moved) in
                EntriesAsync(month, code, withTransfers: true, cancellation))
            {
                StoredTransfer left = moved.First(transfer => IsVoucher(transfer.Debit));
                OpaqueId? elder = null;
                if (tally.AsksWhoseEnded(left.Transfer.Unit))
                    elder = VoucherTerms.Of((await ledger.AccountAsync(region, left.Debit, cancellation))!).Elder;
                tally.EndUnused(elder, left.Transfer.Unit, MoneyOf(entry));
            }
        }
        await AddHoursAsync(tally, month, cancellation);
        (ImmutableSortedDictionary<FundKind, Int128> received, Int128 paid, Int128 prepaid) = await MoneyAsync(month, cancellation);
        long elders = await RegisteredAsync(region, ElderState.Kind, ElderState.RegisteredPath, next, cancellation),
            volunteers = await RegisteredAsync(region, VolunteerState.Kind, VolunteerState.EnrolledPath, next, cancellation);
        int threshold = policy.HideBelowPersons;
        return new FinishedMonth(
            first, from, end, threshold, tally.Publish(), MonthTally.Rounded(elders, threshold), MonthTally.Rounded(volunteers, threshold),
            providers.ToImmutable(), received, paid, prepaid);
    }

    private async Task AddHoursAsync(MonthTally tally, Stretch month, CancellationToken cancellation)
    {
        await foreach ((_, IReadOnlyList<StoredTransfer> moved) in
            EntriesAsync(month, EntryCode.RenderService, withTransfers: true, cancellation))
        {
            // What passes the volunteer's cap goes on to the pool, in a transfer of its own.
            StoredTransfer[] given = [.. moved.Where(transfer => PersonOf(transfer.Credit) is not null && transfer.Transfer.Posted > 0)];
            if (given is not [var one, ..]) continue;
            var minutes = new Minutes(given.Sum(transfer => transfer.Transfer.Posted));
            tally.Serve(PersonOf(one.Credit)!.Value, PersonOf(one.Debit)!.Value, minutes);
        }
        await foreach ((_, IReadOnlyList<StoredTransfer> moved) in
            EntriesAsync(month, EntryCode.DonateHours, withTransfers: true, cancellation))
        {
            tally.Donate(PersonOf(moved[0].Debit)!.Value, new Minutes(moved[0].Transfer.Posted));
        }
    }

    private async Task<(ImmutableSortedDictionary<FundKind, Int128> Received, Int128 Paid, Int128 Prepaid)> MoneyAsync(
        Stretch month, CancellationToken cancellation)
    {
        var received = ImmutableSortedDictionary.CreateBuilder<FundKind, Int128>();
        Int128 paid = 0, prepaid = 0;
        if (month.From == month.Size) return (received.ToImmutable(), paid, prepaid);
        Dictionary<string, FundKind> kinds = await FundKindsAsync(month.Region, cancellation);
        foreach (Turnover moved in await ledger.TurnoversAsync(month.Region, month.From, month.Size, null, cancellation))
        {
            if (moved.Code is EntryCode.PayProvider or EntryCode.ReturnPayment)
            {
                Int128 sum = IsBank(moved.Credit) ? moved.Amount : IsBank(moved.Debit) ? -moved.Amount : 0;
                if (Chart.IsPrepaid(moved.Credit) || Chart.IsPrepaid(moved.Debit)) prepaid += sum;
                else paid += sum;
            }
            // Earlier builds let what funds owe pay a draw: it is in what the bank paid, and is the elders' own money all the same.
            if (moved.Code == EntryCode.DrawPrepayment && !Chart.IsPrepaid(moved.Credit))
                (paid, prepaid) = (paid - moved.Amount, prepaid + moved.Amount);
            // What a programme gives back was received before.
            string? to = FundOf(moved.Credit), by = FundOf(moved.Debit);
            if (to is not null && !IsProgramme(moved.Debit)) Add(to, moved.Amount);
            if (by is not null && !IsProgramme(moved.Credit)) Add(by, -moved.Amount);
        }
        return (received.ToImmutable(), paid, prepaid);

        void Add(string fund, Int128 fen)
        {
            FundKind kind = kinds[fund];
            received[kind] = received.GetValueOrDefault(kind) + fen;
        }
    }

    private async Task<Dictionary<string, FundKind>> FundKindsAsync(RegionCode region, CancellationToken cancellation)
    {
        var kinds = new Dictionary<string, FundKind>(StringComparer.Ordinal);
        var query = new RegistryQuery(region, FundState.Kind) { Limit = AtOnce };
        IReadOnlyList<RegistryRow<FundState>> page;
        do
        {
            page = await registry.ListAsync<FundState>(query, cancellation);
            foreach (RegistryRow<FundState> row in page) kinds[row.Key] = row.State.Fund!.Kind;
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
        return kinds;
    }

    private ValueTask<long> RegisteredAsync(RegionCode region, string kind, string path, DateOnly before, CancellationToken cancellation) =>
        registry.CountAsync(
            new RegistryQuery(region, kind).Where(new RegistryCondition(path, $"{before:yyyy-MM-dd}", RegistryTest.Below)), cancellation);

    private async Task<long> IndexAsync(RegionCode region, DateOnly day, CancellationToken cancellation) => Math.Min(
        await ledger.IndexAtAsync(region, LedgerTime.From(ChinaTime.StartOf(day)), cancellation),
        (await ledger.ReadHeadAsync(region, cancellation)).Size);

    /// <summary>The entries of an event that stood at the end of the month.</summary>
    private async IAsyncEnumerable<(JournalEntry Entry, IReadOnlyList<StoredTransfer> Transfers)> EntriesAsync(
        Stretch month, EntryCode code, bool withTransfers, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = new EntryFilter(code, month.Times.From, month.Times.Until);
        long after = month.From - 1;
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EarliestEntriesAsync(month.Region, filter, after, AtOnce, cancellation);
            JournalEntry[] standing =
                [.. page.Where(linked => linked.ReversedBy is not { } by || by >= month.Size).Select(linked => linked.Entry)];
            ILookup<long, StoredTransfer>? moved = !withTransfers || standing.Length == 0 ? null
                : (await ledger.TransfersAsync(month.Region, [.. standing.Select(entry => entry.Index)], cancellation))
                    .ToLookup(transfer => transfer.Index);
            foreach (JournalEntry entry in standing) yield return (entry, moved is null ? [] : [.. moved[entry.Index]]);
            if (page.Count > 0) after = page[^1].Entry.Index;
        }
        while (page.Count == AtOnce);
    }

    /// <summary>Every voucher's entry moves its money once: from the programme, or back to it.</summary>
    private static Fen MoneyOf(JournalEntry entry) =>
        new(entry.Transfers.Where(transfer => transfer.Unit == Unit.Fen).Sum(transfer => transfer.Posted));

    private static OpaqueId? PersonOf(AccountPath path) => path.Text.Split('/') is ["person", var id, ..] ? OpaqueId.Parse(id) : null;

    private static bool IsVoucher(AccountPath path) => path.Text.StartsWith("voucher/", StringComparison.Ordinal);

    private static string? FundOf(string account) => account.Split('/') is ["fund", var fund, "available"] ? fund : null;

    private static bool IsProgramme(string account) => account.StartsWith("programme/", StringComparison.Ordinal);

    private static bool IsBank(string account) => account.StartsWith("bank/", StringComparison.Ordinal);

    private sealed record Stretch(RegionCode Region, long From, long Size, (LedgerTime From, LedgerTime Until) Times);
}
