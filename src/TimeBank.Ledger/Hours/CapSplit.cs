namespace TimeBank.Ledger;

/// <summary>Where credited minutes go: to the volunteer up to the cap on a balance, and past it to the donation pool. Source: Nanjing, Guangzhou.</summary>
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
