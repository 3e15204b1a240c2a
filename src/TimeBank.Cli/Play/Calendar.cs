namespace TimeBank.Cli.Play;

/// <summary>The days of the month that is played, numbered from 1 October 2026; the days of November follow as 32, 33 …</summary>
internal static class Calendar
{
    public const int Days = 31;

    private static readonly DateTimeOffset First = new(2026, 10, 1, 0, 0, 0, TimeText.ChinaOffset);

    public static DateTimeOffset At(int day, int hour, int minute) => First.AddDays(day - 1).AddHours(hour).AddMinutes(minute);

    public static DateOnly Date(int day) => DateOnly.FromDateTime(First.DateTime).AddDays(day - 1);

    public static Google.Type.Date Month(int day) => new() { Year = Date(day).Year, Month = Date(day).Month };
}
