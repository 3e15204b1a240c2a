namespace TimeBank.Ledger;

/// <summary>
/// What the hours that people hold will ask of a region, added up account by account: by the year in which they were credited, and by the
/// first year in which their holder may spend them. Source: own.
/// </summary>
/// <param name="day">The day of the figures.</param>
/// <param name="spendFromAge">The age from which hours may be spent, in years.</param>
public sealed class HourLiabilityTally(DateOnly day, int spendFromAge)
{
    /// <summary>The year of a holder whose birth date nobody knows.</summary>
    public const int UnknownYear = 0;

    private readonly SortedDictionary<int, Int128> _byYear = [], _spendable = [];

    /// <summary>Minutes by the year in which they were credited.</summary>
    public IReadOnlyDictionary<int, Int128> ByYear => _byYear;

    /// <summary>Minutes by the first year in which their holder may spend them; who may now is in the day's year.</summary>
    public IReadOnlyDictionary<int, Int128> Spendable => _spendable;

    public Int128 Outstanding { get; private set; }

    /// <summary>
    /// Adds an account. Hours that were credited first are spent first, as <see cref="EndedHours"/> has it, so every debit counts against
    /// the oldest credits.
    /// </summary>
    /// <param name="creditedByEnd">All minutes ever credited by the end of each year, from the first year on; the last year's are those of
    /// the moment.</param>
    /// <param name="debited">All minutes ever debited.</param>
    /// <param name="born">The holder's birth date; null: unknown.</param>
    public void Add(IReadOnlyList<(int Year, long Credited)> creditedByEnd, long debited, DateOnly? born)
    {
        long left = 0;
        foreach ((int year, long credited) in creditedByEnd)
        {
            long through = Math.Max(0, credited - debited);
            Add(_byYear, year, through - left);
            left = through;
        }
        Add(_spendable, SpendableFrom(born), left);
        Outstanding += left;
    }

    /// <summary>The sum of these figures and those of another region.</summary>
    public void Add(HourLiabilityTally other)
    {
        foreach ((int year, Int128 minutes) in other._byYear) Add(_byYear, year, minutes);
        foreach ((int year, Int128 minutes) in other._spendable) Add(_spendable, year, minutes);
        Outstanding += other.Outstanding;
    }

    private int SpendableFrom(DateOnly? born)
    {
        if (born is not { } birth) return UnknownYear;
        if (Age.On(birth, day) >= spendFromAge) return day.Year;
        // Everybody reaches an age in the year that many years after the birth: on the birthday, or on 28 February.
        return birth.Year + spendFromAge;
    }

    private static void Add(SortedDictionary<int, Int128> years, int year, Int128 minutes)
    {
        if (minutes != 0) years[year] = years.GetValueOrDefault(year) + minutes;
    }
}
