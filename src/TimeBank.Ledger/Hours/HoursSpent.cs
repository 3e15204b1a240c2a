namespace TimeBank.Ledger;

/// <summary>Minutes taken from a person's three accounts, in the order in which they are spent: issued, gifted, earned.</summary>
public readonly record struct HoursSpent(Minutes Issued, Minutes Gifted, Minutes Earned)
{
    public Minutes Total => Issued + Gifted + Earned;

    /// <summary>Takes as much of <paramref name="wanted"/> as there is, what ends soonest first.</summary>
    public static HoursSpent Take(Minutes wanted, HoursSpent available)
    {
        Minutes issued = Minutes.Min(wanted, available.Issued);
        Minutes gifted = Minutes.Min(wanted - issued, available.Gifted);
        Minutes earned = Minutes.Min(wanted - issued - gifted, available.Earned);
        return new HoursSpent(issued, gifted, earned);
    }
}
