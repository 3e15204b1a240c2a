namespace TimeBank.Ledger;

/// <summary>A person's hours, read from the three accounts that hold them.</summary>
/// <param name="Posted">The posted balance of each account, held minutes included.</param>
/// <param name="Available">The minutes of each account that can be spent now.</param>
/// <param name="EverCredited">All minutes ever credited to the earned account.</param>
public sealed record HoursBalance(HoursSpent Posted, HoursSpent Available, Minutes EverCredited)
{
    public Minutes Held => Posted.Total - Available.Total;

    /// <summary>The paths of the accounts, in the order of spending.</summary>
    public static IReadOnlyList<AccountPath> Paths(OpaqueId person) =>
        [Path(person, HoursOrigin.Issued), Path(person, HoursOrigin.Gifted), Path(person, HoursOrigin.Earned)];

    /// <param name="find">Returns an account; null where nothing ever moved on it.</param>
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

/// <summary>Minutes of a person's three accounts, in the order of spending: issued, gifted, earned.</summary>
public readonly record struct HoursSpent(Minutes Issued, Minutes Gifted, Minutes Earned)
{
    public Minutes Total => Issued + Gifted + Earned;

    /// <summary>Takes up to <paramref name="wanted"/> minutes, those that expire soonest first.</summary>
    public static HoursSpent Take(Minutes wanted, HoursSpent available)
    {
        Minutes issued = Minutes.Min(wanted, available.Issued);
        Minutes gifted = Minutes.Min(wanted - issued, available.Gifted);
        Minutes earned = Minutes.Min(wanted - issued - gifted, available.Earned);
        return new HoursSpent(issued, gifted, earned);
    }
}

/// <summary>
/// How much of the served time is credited. Source: Beijing and Shanghai (coin), Nanjing (steps), Hailin (session), own (day).
/// </summary>
public static class CreditedMinutes
{
    /// <summary>
    /// The served time, at most one session and at most the rest of the day's limit, rounded down to the quantum. Time above a limit is not
    /// credited: a volunteer who forgets to check out earns nothing by it.
    /// </summary>
    /// <param name="served">Whole minutes between check-in and check-out.</param>
    /// <param name="creditedThatDay">The minutes credited to the volunteer for that civil day so far, in all regions.</param>
    public static Minutes Of(Minutes served, Minutes creditedThatDay, HoursPolicy policy)
    {
        Minutes leftOfDay = policy.DayMax > creditedThatDay ? policy.DayMax - creditedThatDay : Minutes.Zero;
        long minutes = Minutes.Min(served, Minutes.Min(policy.SessionMax, leftOfDay)).Value;
        return new Minutes(minutes - (minutes % policy.Quantum.Value));
    }
}

/// <summary>
/// Splits credited minutes: to the volunteer up to the cap on a balance, the rest to the donation pool. Source: Nanjing, Guangzhou.
/// </summary>
public readonly record struct CapSplit(Minutes ToVolunteer, Minutes ToPool)
{
    /// <param name="balance">The volunteer's earned balance before. It may exceed a cap that was lowered.</param>
    public static CapSplit Of(Minutes balance, Minutes credited, HoursPolicy policy)
    {
        Minutes room = policy.BalanceCap > balance ? policy.BalanceCap - balance : Minutes.Zero;
        Minutes kept = Minutes.Min(credited, room);
        return new CapSplit(kept, credited - kept);
    }
}

/// <summary>The issued hours that expire with their month. Source: Nanjing; own.</summary>
public static class EndedHours
{
    /// <summary>
    /// The unspent rest of the hours issued before a month began. Hours that expire first are spent first, so every debit, holds included,
    /// counts against the oldest hours. If a cancelled service gives hours back later, the next look ends them.
    /// </summary>
    /// <param name="beforeMonth">The issued account just before the month began.</param>
    /// <param name="late">Hours of earlier months that were credited after the month began: a reversal gave them back, or an earlier
    /// month's run issued them late.</param>
    /// <param name="now">The account now.</param>
    public static Minutes Of(Counters beforeMonth, Minutes late, Counters now) =>
        new(Math.Max(0, beforeMonth.CreditsPosted + late.Value - now.DebitsPosted - now.DebitsPending));
}

/// <summary>A volunteer's stars, by all minutes ever credited, including those that went to the pool. Source: Nanjing; own.</summary>
public static class StarGrade
{
    /// <summary>The number of grades reached; zero for none.</summary>
    public static int Of(Minutes lifetime, HoursPolicy policy) => policy.GradesFrom.Count(from => lifetime >= from);
}
