namespace TimeBank.Ledger;

/// <summary>
/// Periods of months and years, as the Civil Code of the People's Republic of China counts them. The day on which a period begins does not
/// count (article 201). The period ends with the day of its last month that has the number of that day; where the month has none, it ends
/// with the month's last day (article 202).
/// </summary>
/// <remarks>
/// Article 203 moves a last day that is a holiday to the day after the holiday. It is not applied: TimeBank has no calendar of official
/// days, which are announced year by year, and a guessed holiday would give a day that no office gives. An age needs no such calendar,
/// since nothing has to be done on a birthday.
/// </remarks>
public static class CivilPeriod
{
    /// <summary>The last day of so many months from a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last day lies beyond the year 9999.</exception>
    public static DateOnly LastDay(DateOnly from, int months) => from.AddMonths(months);
}

/// <summary>Ages in full years.</summary>
public static class Age
{
    private const int MonthsInYear = 12;

    /// <summary>
    /// Full years on a day. A year of age is reached with the last day of the <see cref="CivilPeriod"/> from birth, which is the birthday:
    /// who was born on 29 February reaches it on 28 February in a year without that day.
    /// </summary>
    public static int On(DateOnly birthDate, DateOnly day)
    {
        int years = day.Year - birthDate.Year;
        return CivilPeriod.LastDay(birthDate, MonthsInYear * years) > day ? years - 1 : years;
    }
}
