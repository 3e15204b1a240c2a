using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Reads a region's journal for statements, lists and exports. Never asked where money is decided. Every call may throw
/// <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ILedgerReader
{
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>The regions whose journals have been written, by code.</summary>
    ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation);

    ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation);

    /// <summary>Accounts in the order of their numbers, after <paramref name="afterNumber"/>.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit,
        CancellationToken cancellation);

    /// <summary>Accounts in the order of their paths' letters, after <paramref name="afterPath"/>; empty for the first.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit,
        CancellationToken cancellation);

    /// <summary>Accounts that have a last day of use, earliest first and then by path, after such a place.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath,
        int limit, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation);

    /// <summary>Entries in their order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit, CancellationToken cancellation);

    /// <summary>Entries that a filter lets through, newest first, below an index, with what has happened to each since.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit,
        CancellationToken cancellation);

    /// <summary>The same entries oldest first, above an index.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit,
        CancellationToken cancellation);

    /// <summary>The transfers of some entries, in the order of the journal.</summary>
    ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries, CancellationToken cancellation);

    /// <summary>
    /// What each event had posted to the accounts that a filter lets through, in both directions, when the journal had so many entries. It
    /// costs what these accounts have moved, whatever the region has.
    /// </summary>
    /// <param name="byCounter">Also by the account on the other side; only for accounts that meet few others.</param>
    /// <param name="sizes">Ascending, and at least one: the last is the moment, and each ends a stretch, whose flows are summed
    /// apart.</param>
    ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation);

    /// <summary>
    /// An account's postings in their order, of times in [from, until), after a cursor. Legs that posted nothing are left out.
    /// </summary>
    ValueTask<IReadOnlyList<Posting>> PostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor after, int limit, CancellationToken cancellation);

    /// <summary>The same postings in the opposite order, before a cursor.</summary>
    ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor before, int limit, CancellationToken cancellation);

    /// <summary>The entry that posted to each of some accounts last, by the account's number; without those to which none has.</summary>
    ValueTask<IReadOnlyDictionary<long,
        JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation);

    /// <summary>The posted counters of an account as they were just before a time; its pending counters are given as zero.</summary>
    ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation);

    /// <summary>How many entries were recorded before a time: the index of the first one that wasn't.</summary>
    ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation);

    /// <summary>
    /// Accounts in the order of their paths as they were when the journal had <paramref name="size"/> entries: those opened by then, with
    /// their
    /// posted counters. Pending counters are given as zero, flags as they are now. Each account costs a look-up in an index, however long
    /// its history.
    /// </summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath, int limit,
        CancellationToken cancellation);

    /// <summary>The holds that are open, by the index of their entries, after an index.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit, CancellationToken cancellation);

    /// <summary>
    /// The holds that are open and due at a time, earliest first: those that an <see cref="EntryKind.ExpireHold"/> may end.
    /// </summary>
    ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region, by unit.</summary>
    ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region by unit and class, and the head that they are of.</summary>
    ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation);
}

/// <summary>Which accounts to list; what is null or empty doesn't narrow.</summary>
/// <param name="PathPrefix">How the path begins, such as <c>voucher/</c>.</param>
/// <param name="Owner">The owner in the account's terms.</param>
/// <param name="Group">The group in the account's terms.</param>
/// <param name="UntilBefore">Only accounts whose last day of use lies before this date.</param>
/// <param name="NotEmpty">Only accounts that hold something, posted or pending.</param>
/// <param name="Unit">Only accounts of this unit.</param>
public sealed record AccountFilter(string PathPrefix = "", string Owner = "", string Group = "", DateOnly? UntilBefore = null,
    bool NotEmpty = false, Unit? Unit = null);

/// <summary>Which entries to list; what is null or empty doesn't narrow.</summary>
/// <param name="Code">Only entries of this event.</param>
/// <param name="From">Not before this time.</param>
/// <param name="Until">Before this time.</param>
/// <param name="Reversed">Only those that have been reversed, or only those that have not.</param>
/// <param name="Kind">Only entries of this kind.</param>
public sealed record EntryFilter(EntryCode? Code = null, LedgerTime? From = null, LedgerTime? Until = null, bool? Reversed = null,
    EntryKind? Kind = null)
{
    /// <summary>For each of these, the entry posted to an account that passes it.</summary>
    public ImmutableArray<AccountFilter> Touching { get; init; } = [];
}

/// <summary>An entry with its exact stored bytes, the salt of its leaf, and the leaf, which outlives an erased salt.</summary>
public sealed record StoredEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt, Digest Leaf);

/// <summary>A transfer of a stored entry with its accounts by name.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Position">The place in the entry, from 0.</param>
/// <param name="DebitAfter">The debited account's posted counters right after it; the pending ones are given as zero.</param>
/// <param name="CreditAfter">The same of the credited account.</param>
public sealed record StoredTransfer(long Index, int Position, AccountPath Debit, AccountPath Credit, Transfer Transfer,
    Counters DebitAfter, Counters CreditAfter);

/// <summary>One leg of a transfer as it stands on an account's statement.</summary>
/// <param name="After">The account's posted counters right after it; the pending ones are given as zero.</param>
/// <param name="CounterAccount">The account on the transfer's other side.</param>
public sealed record Posting(JournalEntry Entry, int Position, bool IsDebit, long Amount, Counters After, AccountPath CounterAccount)
{
    public PostingCursor Cursor => new(Entry.Index, Position);
}

/// <summary>A place in an account's postings: an entry and the position of a transfer in it.</summary>
public readonly record struct PostingCursor(long Index, int Position)
{
    /// <summary>Before every posting.</summary>
    public static PostingCursor Start { get; } = new(-1, 0);

    /// <summary>After every posting.</summary>
    public static PostingCursor End { get; } = new(long.MaxValue, int.MaxValue);
}

/// <summary>What one event has moved on one side of some accounts, summed over a stretch of their history.</summary>
/// <param name="Code">The event; of a reversal, the event that was reversed.</param>
/// <param name="IsReversal">Whether these are the legs of reversals.</param>
/// <param name="Counter">The account on the other side, where flows were asked for by it.</param>
/// <param name="Amount">The sum of the legs; of many accounts wider than a counter.</param>
/// <param name="Legs">How many legs.</param>
/// <param name="Stretch">Which of the stretches that were asked for, from 0.</param>
public sealed record Flow(
    EntryCode Code, bool IsReversal, bool IsDebit, Unit Unit, AccountPath? Counter, Int128 Amount, long Legs, int Stretch = 0);

/// <summary>Sums over flows.</summary>
public static class Flows
{
    /// <summary>What all of them debited, with what they credited taken off.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows) =>
        flows.Aggregate(Int128.Zero, (sum, flow) => flow.IsDebit ? sum + flow.Amount : sum - flow.Amount);

    /// <summary>What an event debited, with its reversals taken off.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code).NetDebit();

    /// <summary>What all of them credited, with what they debited taken off.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows) => -flows.NetDebit();

    /// <summary>What an event credited, with its reversals taken off.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows, EntryCode code) => -flows.NetDebit(code);

    /// <summary>What reversals of an event credited.</summary>
    public static Int128 ReversedDebit(this IEnumerable<Flow> flows, EntryCode code) =>
        flows.Where(flow => flow.Code == code && flow.IsReversal && !flow.IsDebit).NetCredit();

    /// <summary>What reversals of an event debited.</summary>
    public static Int128 ReversedCredit(this IEnumerable<Flow> flows, EntryCode code) =>
        flows.Where(flow => flow.Code == code && flow.IsReversal && flow.IsDebit).NetDebit();
}

/// <summary>All accounts of a region as they stand at one head of its journal.</summary>
/// <param name="Rows">By unit and class.</param>
public sealed record TrialBalance(LedgerHead Head, IReadOnlyList<ClassTotals> Rows);

/// <summary>The counters of all accounts of a unit, summed. In a sound journal debits equal credits, posted and pending.</summary>
public sealed record UnitTotals(Unit Unit, CounterTotals Totals, long Accounts)
{
    public bool Balances => Totals.DebitsPosted == Totals.CreditsPosted && Totals.DebitsPending == Totals.CreditsPending;
}

/// <summary>The counters of all accounts of a class, summed.</summary>
/// <param name="Class">As <see cref="Chart.ClassOf"/> names it.</param>
public sealed record ClassTotals(Unit Unit, string Class, CounterTotals Totals, long Accounts);

/// <summary>The counters of several accounts, summed. Wider than a counter is, or what many accounts hold together would not fit.</summary>
public readonly record struct CounterTotals(Int128 DebitsPending, Int128 DebitsPosted, Int128 CreditsPending, Int128 CreditsPosted)
{
    public static CounterTotals operator +(CounterTotals sum, Counters counters) => new(
        sum.DebitsPending + counters.DebitsPending, sum.DebitsPosted + counters.DebitsPosted,
        sum.CreditsPending + counters.CreditsPending, sum.CreditsPosted + counters.CreditsPosted);
}
