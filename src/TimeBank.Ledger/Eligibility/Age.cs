namespace TimeBank.Ledger;

/// <summary>Ages in full years.</summary>
public static class Age
{
    /// <summary>Full years on a day. Who is born on 29 February is a year older on 1 March of a year without that day.</summary>
    public static int On(DateOnly birthDate, DateOnly day)
    {
        int years = day.Year - birthDate.Year;
        return (day.Month, day.Day).CompareTo((birthDate.Month, birthDate.Day)) < 0 ? years - 1 : years;
    }
}
