namespace TimeBank.Ledger;

/// <summary>The hours of a person, from the three accounts that hold them.</summary>
/// <param name="Posted">What each account holds, held amounts included.</param>
/// <param name="Available">What can be spent of each now.</param>
/// <param name="EverCredited">Everything that was ever credited to the earned account.</param>
public sealed record HoursBalance(HoursSpent Posted, HoursSpent Available, Minutes EverCredited)
{
    public Minutes Held => Posted.Total - Available.Total;

    /// <summary>The paths of the accounts, in the order of spending.</summary>
    public static IReadOnlyList<AccountPath> Paths(OpaqueId person) =>
        [Path(person, HoursOrigin.Issued), Path(person, HoursOrigin.Gifted), Path(person, HoursOrigin.Earned)];

    /// <param name="find">Gives an account; null where nothing ever moved on it.</param>
    public static HoursBalance Of(OpaqueId person, Func<AccountPath, Account?> find)
    {
        Counters issued = Counters(HoursOrigin.Issued), gifted = Counters(HoursOrigin.Gifted), earned = Counters(HoursOrigin.Earned);
        return new HoursBalance(
            new HoursSpent(Balance(issued), Balance(gifted), Balance(earned)),
            new HoursSpent(new Minutes(issued.DebitRoom), new Minutes(gifted.DebitRoom), new Minutes(earned.DebitRoom)),
            new Minutes(earned.CreditsPosted));

        Counters Counters(HoursOrigin origin) => find(Path(person, origin))?.Counters ?? default;
    }

    private static Minutes Balance(Counters counters) => new(counters.CreditsPosted - counters.DebitsPosted);

    private static AccountPath Path(OpaqueId person, HoursOrigin origin) => Chart.PersonHours(person, origin).Path;
}

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

/// <summary>
/// How much of the time served is credited. Source: Beijing and Shanghai (coin), Nanjing (steps), Hailin (session), own (day).
/// </summary>
public static class CreditedMinutes
{
    /// <summary>
    /// The time served, at most one session and at most what is left of the day, rounded down to the quantum. Time past a limit is not
    /// credited: a forgotten
    /// check-out earns nothing.
    /// </summary>
    /// <param name="served">Whole minutes between check-in and check-out.</param>
    /// <param name="creditedThatDay">What the volunteer was credited already for that civil day, in all regions.</param>
    public static Minutes Of(Minutes served, Minutes creditedThatDay, HoursPolicy policy)
    {
        Minutes leftOfDay = policy.DayMax > creditedThatDay ? policy.DayMax - creditedThatDay : Minutes.Zero;
        long minutes = Minutes.Min(served, Minutes.Min(policy.SessionMax, leftOfDay)).Value;
        return new Minutes(minutes - (minutes % policy.Quantum.Value));
    }
}

/// <summary>
/// Where credited minutes go: to the volunteer up to the cap on a balance, and past it to the donation pool. Source: Nanjing, Guangzhou.
/// </summary>
public readonly record struct CapSplit(Minutes ToVolunteer, Minutes ToPool)
{
    /// <param name="balance">The volunteer's earned balance before; it may stand above a cap that was lowered.</param>
    public static CapSplit Of(Minutes balance, Minutes credited, HoursPolicy policy)
    {
        Minutes room = policy.BalanceCap > balance ? policy.BalanceCap - balance : Minutes.Zero;
        Minutes kept = Minutes.Min(credited, room);
        return new CapSplit(kept, credited - kept);
    }
}

/// <summary>Which issued hours have ended with their month. Source: Nanjing; own.</summary>
public static class EndedHours
{
    /// <summary>
    /// What is left of the hours that a person was issued before a month began. Hours are spent in the order in which they end, so every
    /// debit, held ones
    /// too, counts against the oldest; hours that a cancelled service gives back later are ended by the next look.
    /// </summary>
    /// <param name="beforeMonth">The issued account just before the month began.</param>
    /// <param name="late">
    /// Hours of earlier months that came to the account after it had begun: a reversal gave them back, or a run issued them that had begun
    /// before.
    /// </param>
    /// <param name="now">The account as it stands.</param>
    public static Minutes Of(Counters beforeMonth, Minutes late, Counters now) =>
        new(Math.Max(0, beforeMonth.CreditsPosted + late.Value - now.DebitsPosted - now.DebitsPending));
}

/// <summary>A volunteer's stars, by all minutes ever credited, those that went to the pool included. Source: Nanjing; own.</summary>
public static class StarGrade
{
    /// <summary>Zero, or as many stars as there are grades reached.</summary>
    public static int Of(Minutes lifetime, HoursPolicy policy) => policy.GradesFrom.Count(from => lifetime >= from);
}
