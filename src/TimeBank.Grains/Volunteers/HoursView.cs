using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>The hours of a person as they are answered, and as the entry that moved them keeps them for a retry.</summary>
internal static class HoursView
{
    private const string Separator = ",";

    /// <param name="uncounted">What of the hours ever credited was earned elsewhere, was given back by a reversal, or was taken back by
    /// one.</param>
    public static HoursMessage Of(HoursBalance hours, Minutes uncounted, HoursPolicy policy)
    {
        Minutes lifetime = hours.EverCredited - uncounted;
        return new HoursMessage(
            hours.Posted.Earned.Value, hours.Posted.Gifted.Value, hours.Posted.Issued.Value, hours.Held.Value, hours.Available.Total.Value,
            lifetime.Value, policy.BalanceCap.Value, StarGrade.Of(lifetime, policy));
    }

    public static HoursMessage AfterGiving(this HoursMessage hours, long minutes) => hours with { Earned = hours.Earned - minutes, Available = hours.Available - minutes };

    public static string Write(HoursMessage hours) =>
        string.Join(Separator, [hours.Earned, hours.Gifted, hours.Issued, hours.Held, hours.Available, hours.Lifetime, hours.Cap, hours.Stars]);

    public static HoursMessage Read(string text)
    {
        long[] numbers = [.. text.Split(Separator).Select(long.Parse)];
        return new HoursMessage(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], (int)numbers[7]);
    }
}
