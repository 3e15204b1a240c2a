using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Reads a region's journal for statements, lists and exports. No decision about money uses it. Every call may throw
/// <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ILedgerReader
{
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>How many entries of the journal the accounts and transfers have now. Books nothing, unlike every read of those.</summary>
    ValueTask<long> BookedAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>The regions that have a journal, by code.</summary>
    ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation);

    ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation);

    /// <summary>Accounts by number, after <paramref name="afterNumber"/>.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit,
        CancellationToken cancellation);

    /// <summary>Accounts by the bytes of their paths, after <paramref name="afterPath"/>; empty begins with the first.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit,
        CancellationToken cancellation);

    /// <summary>Accounts that have a last day of use, by that day and then by path, after the given day and path.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath,
        int limit, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation);

    /// <summary>Entries in journal order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit, CancellationToken cancellation);

    /// <summary>Entries that match a filter, newest first, below an index, each with what later entries did to it.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit,
        CancellationToken cancellation);

    /// <summary>The same entries oldest first, above an index.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit,
        CancellationToken cancellation);

    /// <summary>The transfers of the given entries, in journal order.</summary>
    ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries, CancellationToken cancellation);

    /// <summary>
    /// The amounts that each event posted to the matching accounts, debits and credits apart, while the journal had at most so many
    /// entries. The cost grows with the history of these accounts, not of the region.
    /// </summary>
    /// <param name="byCounter">Split also by the account on the other side. Only for accounts that meet few others.</param>
    /// <param name="sizes">Sizes of the journal, ascending, at least one. Each ends a stretch, whose flows are summed apart; the last is
    /// the moment up to which all count.</param>
    ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation);

    /// <summary>
    /// What entries of a stretch of the journal posted, by event and by the classes of both accounts. The cost grows with the stretch.
    /// </summary>
    /// <param name="fromIndex">The first entry of the stretch.</param>
    /// <param name="size">The journal's size at the end of the stretch.</param>
    /// <param name="effective">Only entries with an effective date among these days, the last one included.</param>
    ValueTask<IReadOnlyList<Turnover>> TurnoversAsync(RegionCode region, long fromIndex, long size,
        (DateOnly First, DateOnly Last)? effective, CancellationToken cancellation);

    /// <summary>
    /// An account's postings in journal order, of times in [from, until), after a cursor. Legs that posted nothing are left out.
    /// </summary>
    ValueTask<IReadOnlyList<Posting>> PostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor after, int limit, CancellationToken cancellation);

    /// <summary>The same postings in the opposite order, before a cursor.</summary>
    ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor before, int limit, CancellationToken cancellation);

    /// <summary>The last entry that posted to each account, by account number. Accounts without a posting are left out.</summary>
    ValueTask<IReadOnlyDictionary<long,
        JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation);

    /// <summary>The posted counters of an account just before a time. Pending counters are zero.</summary>
    ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation);

    /// <summary>How many entries were recorded before a time: the index of the first later one.</summary>
    ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation);

    /// <summary>
    /// Accounts by path, in their state when the journal had <paramref name="size"/> entries: the accounts opened by then with their posted
    /// counters. Pending counters are zero; flags are today's. Each account costs one index look-up, however long its history.
    /// </summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath, int limit,
        CancellationToken cancellation);

    /// <summary>The open holds, by the index of their entries, after an index.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit, CancellationToken cancellation);

    /// <summary>The open holds that are due at a time, earliest first: an <see cref="EntryKind.ExpireHold"/> may end them.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region, by unit.</summary>
    ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region by unit and class, with the head at which they hold.</summary>
    ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation);
}

/// <summary>The accounts to list. A null or empty field does not narrow the list.</summary>
/// <param name="PathPrefix">The beginning of the path, such as <c>voucher/</c>.</param>
/// <param name="Owner">The owner in the account's terms.</param>
/// <param name="Group">The group in the account's terms.</param>
/// <param name="UntilBefore">Only accounts with a last day of use before this date.</param>
/// <param name="NotEmpty">Only accounts with a posted balance or a pending amount.</param>
/// <param name="Unit">Only accounts of this unit.</param>
public sealed record AccountFilter(string PathPrefix = "", string Owner = "", string Group = "", DateOnly? UntilBefore = null,
    bool NotEmpty = false, Unit? Unit = null);

/// <summary>The entries to list. A null or empty field does not narrow the list.</summary>
/// <param name="Code">Only entries of this event.</param>
/// <param name="From">Only entries at or after this time.</param>
/// <param name="Until">Only entries before this time.</param>
/// <param name="Reversed">Only entries that have been reversed, or only entries that have not.</param>
/// <param name="Kind">Only entries of this kind.</param>
public sealed record EntryFilter(EntryCode? Code = null, LedgerTime? From = null, LedgerTime? Until = null, bool? Reversed = null,
    EntryKind? Kind = null)
{
    /// <summary>Only entries that posted to an account of each of these filters.</summary>
    public ImmutableArray<AccountFilter> Touching { get; init; } = [];
}

/// <summary>An entry with its exact stored bytes, its leaf and the leaf's salt. The leaf stays when the salt is erased.</summary>
public sealed record StoredEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt, Digest Leaf);

/// <summary>A transfer of a stored entry, its accounts given by path.</summary>
/// <param name="Index">The index of the entry.</param>
/// <param name="Position">The transfer's place in the entry, from 0.</param>
/// <param name="DebitAfter">The debited account's posted counters right after the transfer. Pending counters are zero.</param>
/// <param name="CreditAfter">The same of the credited account.</param>
public sealed record StoredTransfer(long Index, int Position, AccountPath Debit, AccountPath Credit, Transfer Transfer,
    Counters DebitAfter, Counters CreditAfter);

/// <summary>One leg of a transfer, as an account's statement lists it.</summary>
/// <param name="After">The account's posted counters right after the transfer. Pending counters are zero.</param>
/// <param name="CounterAccount">The account on the transfer's other side.</param>
public sealed record Posting(JournalEntry Entry, int Position, bool IsDebit, long Amount, Counters After, AccountPath CounterAccount)
{
    public PostingCursor Cursor => new(Entry.Index, Position);
}

/// <summary>A place among an account's postings: the index of an entry and the position of a transfer in it.</summary>
public readonly record struct PostingCursor(long Index, int Position)
{
    /// <summary>Before every posting.</summary>
    public static PostingCursor Start { get; } = new(-1, 0);

    /// <summary>After every posting.</summary>
    public static PostingCursor End { get; } = new(long.MaxValue, int.MaxValue);
}

/// <summary>The amount that one event moved on one side of the accounts, summed over a stretch of the journal.</summary>
/// <param name="Code">The event. For a reversal, the event that was reversed.</param>
/// <param name="IsReversal">True where the legs belong to reversals.</param>
/// <param name="Counter">The account on the other side, where the caller asked for it.</param>
/// <param name="Amount">The sum of the legs, in the unit. Over many accounts it can exceed a counter.</param>
/// <param name="Legs">How many legs.</param>
/// <param name="Stretch">The index of the stretch, from 0.</param>
public sealed record Flow(
    EntryCode Code, bool IsReversal, bool IsDebit, Unit Unit, AccountPath? Counter, Int128 Amount, long Legs, int Stretch = 0);

/// <summary>What one event moved from accounts of one class to those of another.</summary>
/// <param name="Code">The event. For a reversal, the event that was reversed.</param>
/// <param name="Debit">The class of the debited accounts; a path with * in the place of ids.</param>
/// <param name="Amount">The sum of the transfers, in the unit. It can exceed a counter.</param>
public sealed record Turnover(EntryCode Code, bool IsReversal, Unit Unit, string Debit, string Credit, Int128 Amount, long Transfers);

/// <summary>Sums over flows.</summary>
public static class Flows
{
    /// <summary>Debits less credits of all flows.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows) =>
        flows.Aggregate(Int128.Zero, (sum, flow) => flow.IsDebit ? sum + flow.Amount : sum - flow.Amount);

    /// <summary>Debits of an event less its reversals.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code).NetDebit();

    /// <summary>Credits less debits of all flows.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows) => -flows.NetDebit();

    /// <summary>Credits of an event less its reversals.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows, EntryCode code) => -flows.NetDebit(code);

    /// <summary>The credits of an event's reversals: how much of its debits was taken back.</summary>
    public static Int128 ReversedDebit(this IEnumerable<Flow> flows, EntryCode code) =>
        flows.Where(flow => flow.Code == code && flow.IsReversal && !flow.IsDebit).NetCredit();

    /// <summary>The debits of an event's reversals: how much of its credits was taken back.</summary>
    public static Int128 ReversedCredit(this IEnumerable<Flow> flows, EntryCode code) =>
        flows.Where(flow => flow.Code == code && flow.IsReversal && flow.IsDebit).NetDebit();
}

/// <summary>All accounts of a region, summed at one head of its journal.</summary>
/// <param name="Rows">By unit and class.</param>
public sealed record TrialBalance(LedgerHead Head, IReadOnlyList<ClassTotals> Rows);

/// <summary>The summed counters of all accounts of a unit. In a sound journal debits equal credits, posted and pending.</summary>
public sealed record UnitTotals(Unit Unit, CounterTotals Totals, long Accounts)
{
    public bool Balances => Totals.DebitsPosted == Totals.CreditsPosted && Totals.DebitsPending == Totals.CreditsPending;
}

/// <summary>The summed counters of all accounts of a class.</summary>
/// <param name="Class">The name that <see cref="Chart.ClassOf"/> gives it.</param>
public sealed record ClassTotals(Unit Unit, string Class, CounterTotals Totals, long Accounts);

/// <summary>The summed counters of several accounts. Wider than a counter, because the sum of many may not fit into one.</summary>
public readonly record struct CounterTotals(Int128 DebitsPending, Int128 DebitsPosted, Int128 CreditsPending, Int128 CreditsPosted)
{
    public static CounterTotals operator +(CounterTotals sum, Counters counters) => new(
        sum.DebitsPending + counters.DebitsPending, sum.DebitsPosted + counters.DebitsPosted,
        sum.CreditsPending + counters.CreditsPending, sum.CreditsPosted + counters.CreditsPosted);
}
