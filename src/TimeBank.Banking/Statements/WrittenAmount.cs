namespace TimeBank.Banking;

/// <summary>Amounts as files write them, read into hundredths without a float or a decimal in between.</summary>
internal static class WrittenAmount
{
    /// <summary>A trillion yuan. Sums of the most lines that fit a file stay far inside 128 bits.</summary>
    public const long MaxFen = 100_000_000_000_000;

    private const int FenPlaces = 2;
    private const int MilliFenPlaces = 5;

    /// <summary>
    /// Yuan with at most two decimals: a sign, ¥ or ￥ in front, and thousands in groups of three behind commas are taken;
    /// exponents, brackets and a third decimal aren't.
    /// </summary>
    public static RefusalReason? TryReadFen(ReadOnlySpan<char> text, out long fen) => Read(text, FenPlaces, '.', false, out fen);

    /// <summary>The same with up to five decimals, in thousandths of a fen.</summary>
    public static RefusalReason? TryReadMilliFen(ReadOnlySpan<char> text, out long milliFen) =>
        Read(text, MilliFenPlaces, '.', false, out milliFen);

    /// <summary>
    /// An amount of a standard that fixes the decimal mark, so that zeros behind the second place are only zeros: <c>9,</c> in MT940,
    /// <c>1.500</c> in camt.
    /// </summary>
    public static RefusalReason? TryReadStandardFen(ReadOnlySpan<char> text, char mark, out long fen) =>
        Read(text, FenPlaces, mark, true, out fen);

    private static RefusalReason? Read(ReadOnlySpan<char> text, int places, char mark, bool moreZeros, out long units)
    {
        units = 0;
        text = text.Trim();
        if (text.IsEmpty) return RefusalReason.AmountMissing;
        bool negative = text[0] == '-';
        if (text[0] is '+' or '-') text = text[1..];
        if (!text.IsEmpty && text[0] is '¥' or '￥')
        {
            text = text[1..];
            if (!negative && !text.IsEmpty && text[0] == '-')
            {
                negative = true;
                text = text[1..];
            }
        }
        int at = text.IndexOf(mark);
        ReadOnlySpan<char> whole = at < 0 ? text : text[..at], decimals = at < 0 ? [] : text[(at + 1)..];
        if (whole.IsEmpty) return RefusalReason.AmountInvalid;
        if (!ReadWhole(whole, mark, out units)) return RefusalReason.AmountInvalid;
        foreach (char letter in decimals)
            if (!char.IsAsciiDigit(letter)) return RefusalReason.AmountInvalid;
        if (units > MaxFen / 100) return RefusalReason.AmountTooLarge;
        if (decimals.Length > places && !(moreZeros && decimals[places..].TrimEnd('0').IsEmpty)) return RefusalReason.AmountTooPrecise;
        for (int place = 0; place < places; place++)
            units = (units * 10) + (place < decimals.Length ? decimals[place] - '0' : 0);
        if (negative) units = -units;
        return null;
    }

    private static bool ReadWhole(ReadOnlySpan<char> whole, char mark, out long number)
    {
        number = 0;
        int sinceComma = 0;
        bool grouped = false;
        for (int at = 0; at < whole.Length; at++)
        {
            if (whole[at] == ',' && mark != ',')
            {
                if (grouped ? sinceComma != 3 : sinceComma is 0 or > 3) return false;
                (grouped, sinceComma) = (true, 0);
                continue;
            }
            if (!char.IsAsciiDigit(whole[at])) return false;
            sinceComma++;
            // Past every limit the rest of the digits only has to be digits: the number must not overflow before it is called too large.
            if (number <= MaxFen) number = (number * 10) + (whole[at] - '0');
        }
        return !grouped || sinceComma == 3;
    }
}
