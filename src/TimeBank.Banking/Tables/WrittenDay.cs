using System.Globalization;

namespace TimeBank.Banking;

/// <summary>Days and times as tables write them: a text in one of the profile's formats, a day, or a spreadsheet's serial number.</summary>
internal static class WrittenDay
{
    // 31 December 9999; a larger number is a day written as its eight digits.
    private const double LastSerial = 2_958_465;

    /// <param name="month">The statement's month, for formats without a year; null where the head has none.</param>
    public static bool TryRead(Cell cell, string text, TableLayout layout, (int Year, int Month)? month, out DateTime moment)
    {
        moment = default;
        if (cell.Kind is CellKind.Day or CellKind.Number && cell.Number is >= 1 and <= LastSerial)
        {
            moment = DateTime.FromOADate(cell.Number);
            return true;
        }
        if (cell.Kind is not (CellKind.Text or CellKind.Number)) return false;
        foreach (string format in layout.Dates)
        {
            if (!format.Contains('y', StringComparison.Ordinal))
            {
                // A leap year, since 29 February may be meant; the year is settled below.
                if (month is { } end && DateTime.TryParseExact($"2000 {text}", $"yyyy {format}", CultureInfo.InvariantCulture,
                    DateTimeStyles.None, out DateTime day) && TryPlace(day, end, out moment)) return true;
            }
            else if (DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment))
            {
                return true;
            }
        }
        return false;
    }

    public static bool TryReadTime(string text, TableLayout layout, out TimeOnly time)
    {
        time = default;
        foreach (string format in layout.Times)
            if (TimeOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out time)) return true;
        return false;
    }

    /// <summary>
    /// A statement's lines end with its month, so a day of a later month is of the year before: 29 December on the bill of January 2024
    /// is in 2023.
    /// </summary>
    private static bool TryPlace(DateTime day, (int Year, int Month) end, out DateTime placed)
    {
        int year = day.Month <= end.Month ? end.Year : end.Year - 1;
        bool exists = year is >= 1 and <= 9999 && day.Day <= DateTime.DaysInMonth(year, day.Month);
        placed = exists ? new DateTime(year, day.Month, day.Day).Add(day.TimeOfDay) : default;
        return exists;
    }
}
