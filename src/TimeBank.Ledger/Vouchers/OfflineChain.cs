using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Where a terminal's chain of receipts stands, what the terminal has at stake, and what follows from both for its next receipt. The README
/// of the server's folder `Offline` has the rules in words.
/// </summary>
/// <param name="Counter">Of the last decided receipt; 0 before the first.</param>
/// <param name="Last">The digest of that receipt; empty before the first.</param>
/// <param name="LastClock">The latest moment of which an accepted receipt shows that it had come.</param>
/// <param name="Answered">The counter up to which the device was answered in an earlier call.</param>
/// <param name="Unsynced">Fen at stake of accepted receipts, by counter, since the last sync that the device says it knew of.</param>
/// <param name="Branches">Digests of receipts of other branches: the ends of chains that a copy of the device goes on from.</param>
/// <param name="Lost">The last counter of each stretch that was declared lost, by the first.</param>
public sealed record OfflineChain(
    long Counter, string Last, DateTimeOffset LastClock, long Answered, ImmutableSortedDictionary<long, long> Unsynced,
    ImmutableArray<string> Branches, ImmutableSortedDictionary<long, long> Lost)
{
    private const int MaxBranches = 50, MaxWaiting = 500;

    /// <summary>Clocks of terminals that are set by hand are some minutes off.</summary>
    public static TimeSpan ClockTolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>A clock ahead by less is waited for: its receipt says what was accepted, and only the day is in doubt.</summary>
    public static TimeSpan ClockReach { get; } = TimeSpan.FromDays(1);

    /// <summary>What a receipt puts at stake: price less insurance.</summary>
    public static long AtStake(OfflineReceipt receipt) => receipt.PriceFen - receipt.InsuranceFen;

    /// <summary>The digest of the receipt that one goes on from; empty for a first one.</summary>
    public static string PreviousOf(OfflineReceipt receipt) => receipt.Previous?.ToString() ?? "";

    /// <summary>Another receipt under a counter that was decided.</summary>
    public static Refusal ForkOf(OfflineReceipt receipt) => Refusal.Of(Reason.OfflineFork, ("counter", Text(receipt.Counter)));

    /// <summary>
    /// Where a receipt stands. In this order: its counter was decided; it doesn't go on from the receipt that was decided before it; one
    /// before it is missing.
    /// </summary>
    /// <param name="digest">Of the receipt, as signed.</param>
    /// <param name="decided">The digest of the receipt that was decided under the same counter; null where none was.</param>
    public OfflinePlace Place(OfflineReceipt receipt, string digest, string? decided)
    {
        if (receipt.Counter <= Counter)
        {
            if (decided == digest) return new OfflinePlace(OfflineStep.Decided);
            bool isLost = Lost.Any(lost => receipt.Counter >= lost.Key && receipt.Counter <= lost.Value);
            Refusal other = isLost ? Refusal.Of(Reason.OfflineDeclaredLost, ("counter", Text(receipt.Counter))) : ForkOf(receipt);
            return new OfflinePlace(OfflineStep.Beside, other, receipt.Counter);
        }
        string previous = PreviousOf(receipt);
        if (Branches.Contains(previous) || (receipt.Counter == Counter + 1 && previous != Last))
        {
            return new OfflinePlace(
                OfflineStep.Beside, Refusal.Of(Reason.OfflineChainBroken, ("previous", Text(Counter))), Counter);
        }
        return receipt.Counter > Counter + 1
            ? new OfflinePlace(OfflineStep.Waits, Refusal.Of(Reason.OfflineGap, ("expected", Text(Counter + 1))))
            : new OfflinePlace(OfflineStep.GoesOn);
    }

    /// <summary>
    /// How a receipt comes to wait. A new note is stored before the receipt's row is kept: a row without a note would wait for ever if its
    /// terminal loses it, since only what is noted is decided without being sent again.
    /// </summary>
    /// <param name="waiting">The device's notes: counters by the keys of rows.</param>
    public static OfflineNote NoteOf(IReadOnlyDictionary<string, long> waiting, string key) =>
        waiting.ContainsKey(key) ? OfflineNote.Known : waiting.Count < MaxWaiting ? OfflineNote.New : OfflineNote.Full;

    /// <summary>
    /// Why a receipt isn't even held against its voucher, in this order: provider; clock; revoked; late; the voucher's code; place; limits.
    /// </summary>
    /// <param name="code">The voucher's code in the receipt.</param>
    /// <param name="place">Null: none that the contract has.</param>
    /// <param name="limits">Of the policy of the day of service.</param>
    public Refusal? Refuse(
        OfflineReceipt receipt, OfflineTerminal terminal, OfflineMoments when, VoucherReading code, ServicePlace? place,
        OfflinePolicy limits)
    {
        if (receipt.Provider != terminal.Provider) return new Refusal(Reason.OfflineOtherProvider);
        if (receipt.Clock > when.Now + ClockTolerance) return new Refusal(Reason.OfflineClockAhead);
        DateTimeOffset earliest = Later(when.ListMade, Later(LastClock, terminal.ApprovedAt));
        if (receipt.Clock < earliest - ClockTolerance) return new Refusal(Reason.OfflineClockBehind);
        if (terminal.RevokedSince is { } since && receipt.Clock >= since) return new Refusal(Reason.OfflineDeviceRevoked);
        // When the server saw it first, also if it was decided later.
        if (when.Received - receipt.Clock > TimeSpan.FromHours(limits.SyncWithinHours))
            return Refusal.Of(Reason.OfflineTooLate, ("hours", Text(limits.SyncWithinHours)));
        if (code.Claims is not { } claims) return Refusal.Of(Reason.OfflineCodeInvalid, ("rule", $"{code.Status}"));
        if (place is null || (claims.IsMoney && place == ServicePlace.Unspecified))
            return Refusal.Of(Reason.InvalidField, ("field", "place"));
        long max = MostOf(claims, limits);
        if (receipt.FromVoucher > max) return Refusal.Of(Reason.OfflineVoucherLimit, ("max", Text(max)));
        long known = Known(receipt);
        long unsynced = Unsynced.Where(pair => pair.Key > known).Sum(pair => pair.Value);
        return unsynced + AtStake(receipt) > limits.DeviceMax.Value
            ? Refusal.Of(Reason.OfflineDeviceLimit, ("max", Text(limits.DeviceMax.Value))) : null;
    }

    /// <summary>What one receipt may take by its own code, in the voucher's unit, whatever other terminals took.</summary>
    public static long MostOf(VoucherClaims claims, OfflinePolicy limits) =>
        claims.IsMoney ? Math.Min(claims.OfflineAmount, limits.VoucherMax.Value) : claims.OfflineAmount;

    /// <summary>True of a clock that is ahead by so little that the receipt waits, and the chain with it.</summary>
    public static bool IsWaitedFor(OfflineReceipt receipt, Refusal refusal, DateTimeOffset now) =>
        refusal.Reason == Reason.OfflineClockAhead && receipt.Clock <= now + ClockReach;

    /// <summary>The chain after its next receipt was decided.</summary>
    /// <param name="received">When the receipt came first.</param>
    public OfflineChain After(OfflineReceipt receipt, string digest, bool isAccepted, DateTimeOffset received)
    {
        ImmutableSortedDictionary<long, long> unsynced = Unsynced.RemoveRange(Unsynced.Keys.Where(counter => counter <= Known(receipt)));
        OfflineChain next = this with { Counter = receipt.Counter, Last = digest, Unsynced = unsynced };
        // A clock that was wrong is no measure for the next one; and when a receipt came, it had been made.
        return !isAccepted ? next : next with
        {
            Unsynced = unsynced.SetItem(receipt.Counter, AtStake(receipt)),
            LastClock = Later(LastClock, MadeAt(receipt, received)),
        };
    }

    /// <summary>The chain after a receipt of another branch was refused.</summary>
    public OfflineChain Beside(string digest, Refusal refusal) =>
        // The chain went on from what was declared lost.
        refusal.Reason == Reason.OfflineDeclaredLost || Branches.Contains(digest) ? this
            : this with { Branches = [.. Branches.Add(digest).TakeLast(MaxBranches)] };

    /// <summary>The chain that goes on with a waiting receipt: what it waits for was declared lost.</summary>
    public OfflineChain Without(OfflineReceipt waiting) => this with
    {
        Lost = Lost.SetItem(Counter + 1, waiting.Counter - 1),
        Counter = waiting.Counter - 1,
        Last = PreviousOf(waiting),
    };

    /// <summary>The moment of service that counts: the device's clock is a claim, and when its receipt came, it had been made.</summary>
    public static DateTimeOffset MadeAt(OfflineReceipt receipt, DateTimeOffset received) =>
        receipt.Clock < received ? receipt.Clock : received;

    /// <summary>Up to where the device knew its answers: what it says, as far as the server answered.</summary>
    private long Known(OfflineReceipt receipt) => Math.Min(receipt.Synced, Answered);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Where a receipt stands in its device's chain.</summary>
/// <param name="Refusal">Why it isn't decided now, or is an exception.</param>
/// <param name="Counter">Of <see cref="OfflineStep.Beside"/>: the counter of the receipt that it collides with; 0: there is none.</param>
public readonly record struct OfflinePlace(OfflineStep Step, Refusal? Refusal = null, long Counter = 0);

/// <summary>What happens with a receipt.</summary>
public enum OfflineStep
{
    /// <summary>The chain goes on with it: it is decided.</summary>
    GoesOn,

    /// <summary>It was decided, and the answer stands.</summary>
    Decided,

    /// <summary>It is of another branch: an exception.</summary>
    Beside,

    /// <summary>It waits for one before it.</summary>
    Waits,
}

/// <summary>How a receipt comes to wait.</summary>
public enum OfflineNote
{
    /// <summary>It is noted already.</summary>
    Known,

    /// <summary>It is noted now, and the note stored before its row.</summary>
    New,

    /// <summary>Too many wait already: it is neither noted nor kept, and comes again.</summary>
    Full,
}

/// <summary>What is known of a terminal.</summary>
/// <param name="RevokedSince">From when on nothing counts; null: it isn't revoked.</param>
public readonly record struct OfflineTerminal(string Provider, DateTimeOffset ApprovedAt, DateTimeOffset? RevokedSince);

/// <summary>The moments that a receipt's clock is held against.</summary>
/// <param name="ListMade">The earliest at which the list that it names can have been made.</param>
/// <param name="Received">When the receipt came first.</param>
public readonly record struct OfflineMoments(DateTimeOffset ListMade, DateTimeOffset Received, DateTimeOffset Now);
