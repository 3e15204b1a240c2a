using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// The clock that the business runs by: ledger time, days of use, deadlines. A type of its own, so that a demonstration that moves
/// it doesn't move the clock of the libraries underneath.
/// </summary>
/// <param name="guard">Doubts what the clock says where it is far from what is known; null: it is believed.</param>
public sealed class BusinessClock(TimeProvider source, ClockGuard? guard = null)
{
    public DateTimeOffset Now => source.GetUtcNow();

    /// <summary>The civil date in the regions served.</summary>
    public DateOnly Today => ChinaTime.DateOf(Now);

    /// <summary>Why nothing may be written under a time that the clock said, and what to do about it; null where it may.</summary>
    public string? Doubt(DateTimeOffset now) => guard?.Doubt(now);

    /// <summary>Why nothing may be written now; null where it may.</summary>
    public string? Doubt() => Doubt(Now);

    /// <summary>A region's journal has an entry of this time.</summary>
    public void Saw(LedgerTime entry) => guard?.Saw(entry);
}
