using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// When a person is taken up by orders, served or serving; key: region/id, of the first enrolment where someone serves in several
/// regions, so that nobody is in two places at once. Every call may be repeated.
/// </summary>
[Alias("timebank.agenda")]
public interface IAgendaGrain : IGrainWithStringKey
{
    [Alias("reserve")]
    Task<ReservationReply> ReserveAsync(Reservation reservation);

    /// <summary>What would stand in the way of a reservation; nothing is reserved.</summary>
    [Alias("try-reserve")]
    Task<ReservationReply> TryReserveAsync(Reservation reservation, ImmutableArray<string> without);

    [Alias("release")]
    Task ReleaseAsync(string order);

    /// <summary>The person begins to serve in a reserved time, unless still busy with another order.</summary>
    [Alias("enter")]
    Task<ReservationReply> EnterAsync(string order);

    [Alias("leave")]
    Task LeaveAsync(string order);

    /// <summary>
    /// Puts down how long the person served; gives how much of it counts, since all that counts of a day stays within its limit.
    /// </summary>
    [Alias("serve")]
    Task<long> ServeAsync(ServedTime served);
}

/// <summary>To reserve a time in an agenda for an order, by the key of its grain.</summary>
[GenerateSerializer, Immutable, Alias("timebank.reservation")]
public sealed record Reservation(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] bool Serves,
    [property: Id(4)] long DayMaxMinutes);

/// <summary>
/// What stands in the way of a reservation: orders at that time, or a day that is full because of them. Nothing: it is made.
/// </summary>
[GenerateSerializer, Immutable, Alias("timebank.reservation-reply")]
public sealed record ReservationReply([property: Id(0)] ImmutableArray<string> Orders, [property: Id(1)] bool DayFull);

/// <summary>Minutes served in an order, by the key of its grain, before the day's limit of the day of service.</summary>
/// <param name="Keep">False only asks how many would count.</param>
[GenerateSerializer, Immutable, Alias("timebank.served")]
public sealed record ServedTime(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] long Minutes,
    [property: Id(4)] long DayMaxMinutes,
    [property: Id(5)] bool Keep);

/// <summary>The times of a person that orders have reserved.</summary>
public sealed class AgendaState
{
    [JsonPropertyName("slots")]
    public List<SlotState> Slots { get; set; } = [];
}

/// <summary>A time reserved for an order, named by the key of its grain.</summary>
/// <param name="Serves">Whether the person serves; else they are served.</param>
/// <param name="Present">Whether the person has checked in and not out.</param>
/// <param name="Served">The minutes that count of what the person served; null until they have checked out.</param>
public sealed record SlotState(
    [property: JsonPropertyName("order")] string Order,
    [property: JsonPropertyName("start")] DateTimeOffset Start,
    [property: JsonPropertyName("end")] DateTimeOffset End,
    [property: JsonPropertyName("serves")] bool Serves,
    [property: JsonPropertyName("present")] bool Present,
    [property: JsonPropertyName("served")] long? Served = null)
{
    [JsonIgnore]
    public DateOnly Day => ChinaTime.DateOf(Start);

    [JsonIgnore]
    public long Minutes => (long)(End - Start).TotalMinutes;

    public bool Overlaps(DateTimeOffset start, DateTimeOffset end) => Start < end && start < End;
}

/// <inheritdoc cref="IAgendaGrain"/>
public sealed class AgendaGrain([PersistentState("agenda", GrainStorageNames.TimeBank)] IPersistentState<AgendaState> state,
    BusinessClock clock) : Grain, IAgendaGrain
{
    private static readonly ReservationReply Done = new([], DayFull: false);

    /// <summary>A time that is over stands in nobody's way; it is kept as long as its day may be asked for.</summary>
    private static readonly TimeSpan Kept = OrderPlan.HoldLastsAfter + TimeSpan.FromDays(2);

    private List<SlotState> Slots => state.State.Slots;

    public async Task<ReservationReply> ReserveAsync(Reservation reservation)
    {
        SlotState wanted = Slot(reservation);
        if (Against(wanted, reservation.DayMaxMinutes, []) is { } reply) return reply;
        if (Slots.Contains(wanted)) return Done;
        Slots.RemoveAll(slot => slot.Order == reservation.Order || (!slot.Present && slot.End + Kept < clock.Now));
        Slots.Add(wanted);
        await SaveAsync();
        return Done;
    }

    public Task<ReservationReply> TryReserveAsync(Reservation reservation, ImmutableArray<string> without) =>
        Task.FromResult(Against(Slot(reservation), reservation.DayMaxMinutes, without) ?? Done);

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

    public async Task<long> ServeAsync(ServedTime served)
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

    private static SlotState Slot(Reservation reservation) =>
        new(reservation.Order, reservation.Start, reservation.End, reservation.Serves, Present: false);

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
