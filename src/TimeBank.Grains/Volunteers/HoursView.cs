using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>The hours of a person as they are answered.</summary>
internal static class HoursView
{
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

    /// <summary>The giver's hours after an earlier entry, each number at its place; null where the entry doesn't say them.</summary>
    public static HoursMessage? After(JournalEntry entry)
    {
        if (entry.Header.Details.GetValueOrDefault(EarlierDetails.HoursAfter) is not { } text) return null;
        long[] numbers = Array.ConvertAll(text.Split(','), long.Parse);
        return numbers is [var earned, var gifted, var issued, var held, var available, var lifetime, var cap, var stars]
            ? new HoursMessage(earned, gifted, issued, held, available, lifetime, cap, (int)stars)
            : throw new FormatException($"Entry {entry.Index} has other hours than eight numbers.");
    }
}
