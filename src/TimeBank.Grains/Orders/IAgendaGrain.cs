using Orleans;

namespace TimeBank.Grains;

/// <summary>
/// When a person is taken up by orders, served or serving; key: region/id, of the first enrolment where someone serves in several
/// regions, so that nobody is in two places at once. Every call may be repeated.
/// </summary>
[Alias("timebank.agenda")]
public interface IAgendaGrain : IGrainWithStringKey
{
    [Alias("reserve")]
    Task<ReservationReply> ReserveAsync(ReservationMessage reservation);

    /// <summary>What would stand in the way of a reservation; nothing is reserved.</summary>
    [Alias("try-reserve")]
    Task<ReservationReply> TryReserveAsync(TryReservationMessage trial);

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
    Task<long> ServeAsync(ServedMessage served);
}
