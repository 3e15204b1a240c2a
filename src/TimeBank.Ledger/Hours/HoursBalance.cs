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
