using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A person's agenda: the times that orders take, whether the person serves or is served. Key: region/id. A volunteer of several regions
/// has one agenda, under the first enrolment, so that no one is in two places at once. Repeating a call changes nothing. Orders are named
/// by their grain keys.
/// </summary>
[Alias("timebank.agenda")]
public interface IAgendaGrain : IGrainWithStringKey
{
    [Alias("reserve")]
    Task<ReservationReply> ReserveAsync(Reservation reservation);

    /// <summary>Answers as <see cref="ReserveAsync"/> would, and reserves nothing.</summary>
    /// <param name="without">Orders to ignore.</param>
    [Alias("try-reserve")]
    Task<ReservationReply> TryReserveAsync(Reservation reservation, ImmutableArray<string> without);

    [Alias("release")]
    Task ReleaseAsync(string order);

    /// <summary>Marks the person as present in a reserved slot. Refused, with the order's key, while present in another one.</summary>
    [Alias("enter")]
    Task<ReservationReply> EnterAsync(string order);

    /// <summary>Answers as <see cref="EnterAsync"/> would, and marks nothing.</summary>
    /// <param name="without">Orders to ignore.</param>
    [Alias("try-enter")]
    Task<ReservationReply> TryEnterAsync(string order, ImmutableArray<string> without);

    [Alias("leave")]
    Task LeaveAsync(string order);

    /// <summary>Records the minutes that the person served.</summary>
    /// <returns>The minutes that count: all orders of a day together stay within the day's limit.</returns>
    [Alias("serve")]
    Task<long> ServeAsync(ServedTime served);
}

/// <summary>A request to reserve a slot for an order.</summary>
/// <param name="Serves">True if the person serves; false if the person is served.</param>
/// <param name="DayMaxMinutes">The most minutes of service that may be planned for a day; only for who serves.</param>
[GenerateSerializer, Immutable, Alias("timebank.reservation")]
public sealed record Reservation(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] bool Serves,
    [property: Id(4)] long DayMaxMinutes);

/// <summary>The orders that conflict, or that fill the day. Empty: the reservation was made.</summary>
/// <param name="DayFull">True if the orders fill the day; false if they overlap the slot.</param>
[GenerateSerializer, Immutable, Alias("timebank.reservation-reply")]
public sealed record ReservationReply([property: Id(0)] ImmutableArray<string> Orders, [property: Id(1)] bool DayFull);

/// <summary>Minutes served in an order, before the agenda applies the limit of the day of service.</summary>
/// <param name="Keep">False only asks how many minutes would count.</param>
[GenerateSerializer, Immutable, Alias("timebank.served")]
public sealed record ServedTime(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] long Minutes,
    [property: Id(4)] long DayMaxMinutes,
    [property: Id(5)] bool Keep);

/// <summary>The stored state of an agenda: the reserved slots.</summary>
public sealed class AgendaState
{
    [JsonPropertyName("slots")]
    public List<SlotState> Slots { get; set; } = [];
}

/// <summary>A time reserved for an order.</summary>
/// <param name="Serves">True if the person serves; false if the person is served.</param>
/// <param name="Present">True while the person is checked in.</param>
/// <param name="Served">The minutes that count; null before check-out.</param>
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

    /// <summary>
    /// A past slot is kept while an order of its day may still be settled, since its minutes count towards the day's limit.
    /// </summary>
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
        ReservationReply reply = await TryEnterAsync(order, []);
        if (reply.Orders.IsEmpty) await PresentAsync(order, true);
        return reply;
    }

    public Task<ReservationReply> TryEnterAsync(string order, ImmutableArray<string> without)
    {
        IEnumerable<SlotState> busy = Slots.Where(slot => slot.Present && slot.Order != order && !without.Contains(slot.Order));
        return Task.FromResult(new ReservationReply([.. busy.Select(slot => slot.Order)], DayFull: false));
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

    /// <summary>The conflicts of a wanted slot; null if there are none.</summary>
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
