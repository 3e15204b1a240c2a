using System.Globalization;
using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Expires every voucher of a region, or of one programme, whose claim-by day is over, 500 at a time. An expiry's id is made from the
/// voucher, so two runs expire nothing twice. The voucher's grain expires it, because a refund of the same voucher then has to wait.
/// </summary>
public sealed class ExpiryRun(Command command, RegionCode region, Slug? programme, IGrainFactory grains, ILedgerReader ledger,
    BusinessClock clock)
{
    private const int AccountsAtOnce = 1_000;
    private const int VouchersAtOnce = 500;

    private ILedgerGrain Writer => grains.Writer(region);

    public async IAsyncEnumerable<RunPage> PagesAsync(RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Outcome begun = (await BeginAsync()).OrThrow();
        RunPage before = begun.Replayed ? await DoneBeforeAsync(cancellation) : RunTally.Nothing;
        IReadOnlyList<OpaqueId[]> pages = await DueAsync(cancellation);
        report.Expect(before.Looked + pages.Sum(page => page.LongLength));
        if (begun.Replayed) yield return before;
        foreach (OpaqueId[] page in pages) yield return await ExpireAsync(page);
    }

    /// <summary>Has the writer remember the run's id, or the refusal of an unknown programme.</summary>
    /// <returns>The outcome; a replay if the run began before.</returns>
    public async Task<Outcome> BeginAsync()
    {
        Refusal? refusal = programme is { } only && await grains.GetGrain<IProgrammeGrain>(region, only).GetAsync() is null
            ? new Refusal(Reason.ProgrammeNotFound) : null;
        return await Writer.DecideAsync(command, clock.Today, refusal, () => Entries.Note(command.Header(clock.Today, "")));
    }

    /// <summary>Counts the vouchers that an earlier, interrupted call of this run expired: their entries have the run's digest.</summary>
    public async Task<RunPage> DoneBeforeAsync(CancellationToken cancellation)
    {
        var tally = new RunTally();
        Digest digest = Digest.Parse(command.RequestDigest);
        var filter = new EntryFilter(EntryCode.ExpireVoucher);
        for (long before = long.MaxValue; ;)
        {
            IReadOnlyList<LinkedEntry> page = await ledger.EntriesAsync(region, filter, before, AccountsAtOnce, cancellation);
            foreach (JournalEntry entry in page.Select(linked => linked.Entry).Where(entry => entry.Header.RequestDigest == digest)) Count(
                tally, entry);
            if (page.Count < AccountsAtOnce) return tally.ToPage(null);
            before = page[^1].Entry.Index;
        }
    }

    /// <summary>Finds the vouchers that have something left and whose claim-by day is over, in pages.</summary>
    public async Task<IReadOnlyList<OpaqueId[]>> DueAsync(CancellationToken cancellation)
    {
        var due = new List<OpaqueId>();
        await foreach (Account account in ledger.DueVouchersAsync(region, programme, clock.Today, cancellation))
        {
            due.Add(Chart.VoucherIdOf(account.Path));
        }
        return [.. due.Chunk(VouchersAtOnce)];
    }

    /// <summary>Expires one page of vouchers.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't write now. Call the run again later.</exception>
    public async Task<RunPage> ExpireAsync(OpaqueId[] vouchers)
    {
        Outcome?[] outcomes = await Task.WhenAll(
            vouchers.Select(voucher => grains.GetGrain<IVoucherGrain>(region, voucher).ExpireAsync(command)));
        var tally = new RunTally();
        foreach (Outcome? outcome in outcomes)
        {
            // Another command emptied the voucher first.
            if (outcome is null) tally.Skip(Reason.VoucherUsedUp);
            else if (outcome.Refusal is { } refusal && refusal.IsTransient()) throw new StorageUnavailableException(
                refusal.Reason.ToString());
            else if (outcome.Refusal is { } other) tally.Skip(other.Reason);
            else Count(tally, outcome.Entry!);
        }
        return tally.ToPage(null);
    }

    private static void Count(RunTally tally, JournalEntry entry) => tally.Change(entry.Transfers[0].Unit, entry.Transfers[0].Posted);
}

/// <summary>Finds vouchers that an expiry run would expire.</summary>
public static class DueVouchers
{
    private const int AccountsAtOnce = 1_000;

    /// <summary>The accounts of vouchers that have something left although their claim-by day is over.</summary>
    /// <param name="programme">Null for all programmes.</param>
    public static async IAsyncEnumerable<Account> DueVouchersAsync(
        this ILedgerReader ledger, RegionCode region, Slug? programme, DateOnly today,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var filter = new AccountFilter("voucher/", Group: programme?.Text ?? "", UntilBefore: today, NotEmpty: true);
        for (long after = 0; await ledger.AccountsAsync(region, filter, after, AccountsAtOnce, cancellation)
            is { Count: > 0 } page; after = page[^1].Number)
        {
            foreach (Account account in page.Where(account => VoucherRule.MayExpire(VoucherTerms.Of(account), today)))
                yield return account;
        }
    }

    /// <summary>The refusal to return a programme's money while the rest of such a voucher would be missing; null: none is due.</summary>
    public static async Task<Refusal?> NotExpiredAsync(
        this ILedgerReader ledger, RegionCode region, Slug programme, DateOnly today, CancellationToken cancellation = default)
    {
        await foreach (Account account in ledger.DueVouchersAsync(region, programme, today, cancellation))
        {
            string day = VoucherTerms.Of(account).ClaimBy.ToString("O", CultureInfo.InvariantCulture);
            return Refusal.Of(Reason.VouchersNotExpired, ("date", day));
        }
        return null;
    }
}
