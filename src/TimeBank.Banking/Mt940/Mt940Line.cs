using System.Globalization;
using System.Text.RegularExpressions;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>Field 61: one line of an MT940 statement.</summary>
internal static partial class Mt940Line
{
    /// <exception cref="RefusedException">The field isn't of the standard's shape, or a day isn't in the calendar.</exception>
    public static BankLine Parse(string text, int line)
    {
        if (Shape().Match(text) is not { Success: true } match) throw RefusedException.Of(RefusalReason.FieldInvalid, line, "61", text);
        string amount = match.Groups["amount"].Value;
        if (WrittenAmount.TryReadStandardFen(amount, ',', out long fen) is { } reason)
            throw RefusedException.Of(reason, line, "61", amount);
        DateOnly value = Day(match.Groups["value"].Value, line, "61");
        // A credit that is taken back (RC) is money that leaves, and a debit taken back (RD) is money that comes in.
        string mark = match.Groups["mark"].Value;
        string booked = match.Groups["entry"].Value.Trim();
        return new BankLine
        {
            FileLine = line,
            BookedOn = booked.Length == 0 ? value : Nearest(booked, value, line),
            ValueOn = value,
            Flow = mark is "C" or "RD" or "EC" ? MoneyFlow.In : MoneyFlow.Out,
            Amount = new Fen(fen),
            Text = match.Groups["more"].Value.Replace('\n', ' ').Trim(),
            EndToEndId = GivenId.Of(Blank(match.Groups["own"].Value)),
            BankReference = GivenId.Of(Blank(match.Groups["bank"].Value)),
            IsReversal = mark[0] == 'R',
        };
    }

    /// <summary>Six digits; years from 80 on are of the last century.</summary>
    public static DateOnly Day(string digits, int line, string tag)
    {
        string century = string.CompareOrdinal(digits, "80") >= 0 ? "19" : "20";
        return DateOnly.TryParseExact(century + digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day : throw RefusedException.Of(RefusalReason.DateInvalid, line, tag, digits);
    }

    /// <summary>
    /// The entry date has no year: it is the one nearest to the value date, so that 2 January behind a value date of 31 December is in the
    /// next year. Of three years only those that have the day count.
    /// </summary>
    private static DateOnly Nearest(string monthAndDay, DateOnly value, int line)
    {
        DateOnly? nearest = null;
        for (int year = value.Year - 1; year <= value.Year + 1; year++)
        {
            if (!DateOnly.TryParseExact($"{year:0000}{monthAndDay}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None,
                out DateOnly day)) continue;
            if (nearest is not { } best || Math.Abs(day.DayNumber - value.DayNumber) < Math.Abs(best.DayNumber - value.DayNumber))
                nearest = day;
        }
        return nearest ?? throw RefusedException.Of(RefusalReason.DateInvalid, line, "61", monthAndDay);
    }

    private static string? Blank(string text) => text.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    // Value date, entry date (blank at some banks), mark, funds code, amount, type, own reference, // bank's reference, further text.
    [GeneratedRegex("^(?<value>[0-9]{6})(?<entry>[0-9]{4}| {4})?(?<mark>R[CD]|E[CD]|[CD])[A-Z]?(?<amount>[0-9]{1,15},[0-9]*)"
        + "(?:[A-Z][A-Z0-9]{3}(?<own>(?:(?!//)[^\\n])*)(?://(?<bank>[^\\n]*))?)?(?:\\n(?<more>[\\s\\S]*))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}

/// <summary>Field 86: what a line is about, as plain text or in parts that begin with <c>?20</c> and the like.</summary>
internal static partial class Mt940Text
{
    public static BankLine AddTo(BankLine line, string text)
    {
        if (!Parted().IsMatch(text))
        {
            string plain = text.Replace('\n', ' ').Trim();
            return line with { Text = line.Text.Length == 0 ? plain : $"{line.Text} {plain}" };
        }
        string joined = text.Replace("\n", "", StringComparison.Ordinal);
        var about = new List<string>();
        string? name = null, account = null;
        foreach (Match part in Parts().Matches(joined))
        {
            string content = part.Groups["content"].Value;
            int code = int.Parse(part.Groups["code"].ValueSpan, CultureInfo.InvariantCulture);
            if (code is (>= 20 and <= 29) or (>= 60 and <= 63)) about.Add(content);
            else if (code is 32 or 33) name += content;
            else if (code == 31) account = content.Trim();
        }
        string subject = string.Concat(about);
        string? end = Reference().Match(subject) is { Success: true } match ? GivenId.Of(match.Groups["id"].Value.Trim()) : null;
        string all = $"{line.Text} {subject}".Trim();
        return line with { Text = all, Counterparty = name?.Trim(), CounterpartyAccount = account, EndToEndId = end ?? line.EndToEndId };
    }

    [GeneratedRegex("^[0-9]{3}\\?[0-9]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Parted();

    [GeneratedRegex("\\?(?<code>[0-9]{2})(?<content>[^?]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();

    [GeneratedRegex(
        "EREF\\+(?<id>.+?)(?=(?:KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|PURP|IBAN|BIC)\\+|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
