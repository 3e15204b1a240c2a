using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IAgendaGrain"/>
public sealed class AgendaGrain([PersistentState("agenda", GrainStorageNames.TimeBank)] IPersistentState<AgendaState> state, BusinessClock clock) : Grain, IAgendaGrain
{
    private static readonly ReservationReply Done = new([], DayFull: false);

    /// <summary>A time that is over stands in nobody's way; it is kept as long as its day may be asked for.</summary>
    private static readonly TimeSpan Kept = OrderPlan.HoldLastsAfter + TimeSpan.FromDays(2);

    private List<SlotState> Slots => state.State.Slots;

    public async Task<ReservationReply> ReserveAsync(ReservationMessage reservation)
    {
        SlotState wanted = Slot(reservation);
        if (Against(wanted, reservation.DayMaxMinutes, []) is { } reply) return reply;
        if (Slots.Contains(wanted)) return Done;
        Slots.RemoveAll(slot => slot.Order == reservation.Order || (!slot.Present && slot.End + Kept < clock.Now));
        Slots.Add(wanted);
        await SaveAsync();
        return Done;
    }

    public Task<ReservationReply> TryReserveAsync(TryReservationMessage trial) =>
        Task.FromResult(Against(Slot(trial.Reservation), trial.Reservation.DayMaxMinutes, trial.Without) ?? Done);

    public async Task ReleaseAsync(string order)
    {
        if (Slots.RemoveAll(slot => slot.Order == order) > 0) await SaveAsync();
    }

    public async Task<ReservationReply> EnterAsync(string order)
    {
        ImmutableArray<string> busy = [.. Slots.Where(slot => slot.Present && slot.Order != order).Select(slot => slot.Order)];
        if (busy.Length > 0) return new ReservationReply(busy, DayFull: false);
        await PresentAsync(order, true);
        return Done;
    }

    public Task LeaveAsync(string order) => PresentAsync(order, false);

    public async Task<long> ServeAsync(ServedMessage served)
    {
        SlotState own = Slots.Find(slot => slot.Order == served.Order)
            ?? new SlotState(served.Order, served.Start, served.End, Serves: true, Present: false);
        long others = Slots.Where(slot => slot.Order != served.Order && slot.Serves && slot.Day == own.Day).Sum(slot => slot.Served ?? 0);
        long counts = Math.Min(served.Minutes, Math.Max(0, served.DayMaxMinutes - others));
        if (!served.Keep) return counts;
        Slots.RemoveAll(slot => slot.Order == served.Order);
        Slots.Add(own with { Served = counts });
        await SaveAsync();
        return counts;
    }

    private static SlotState Slot(ReservationMessage reservation) => new(reservation.Order, reservation.Start, reservation.End, reservation.Serves, Present: false);

    /// <summary>What stands in the way of a slot; null where nothing does.</summary>
    private ReservationReply? Against(SlotState wanted, long dayMaxMinutes, ImmutableArray<string> without)
    {
        SlotState[] others = [.. Slots.Where(slot => slot.Order != wanted.Order && !without.Contains(slot.Order))];
        ImmutableArray<string> overlapping = [.. others.Where(slot => slot.Overlaps(wanted.Start, wanted.End)).Select(slot => slot.Order)];
        if (overlapping.Length > 0) return new ReservationReply(overlapping, DayFull: false);
        SlotState[] sameDay = [.. others.Where(slot => slot.Serves && slot.Day == wanted.Day)];
        bool isFull = wanted.Serves && sameDay.Sum(slot => slot.Minutes) + wanted.Minutes > dayMaxMinutes;
        return isFull ? new ReservationReply([.. sameDay.Select(slot => slot.Order)], DayFull: true) : null;
    }

    private async Task PresentAsync(string order, bool present)
    {
        int at = Slots.FindIndex(slot => slot.Order == order && slot.Present != present);
        if (at < 0) return;
        Slots[at] = Slots[at] with { Present = present };
        await SaveAsync();
    }

    private Task SaveAsync() => this.WriteAsync(state);
}
