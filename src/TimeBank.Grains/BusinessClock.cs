using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// The clock that the business runs by: ledger time, days of use, deadlines. A type of its own, so that a demonstration that moves
/// it doesn't move the clock of the libraries underneath.
/// </summary>
public sealed class BusinessClock(TimeProvider source)
{
    public DateTimeOffset Now => source.GetUtcNow();

    /// <summary>The civil date in the regions served.</summary>
    public DateOnly Today => ChinaTime.DateOf(Now);
}
