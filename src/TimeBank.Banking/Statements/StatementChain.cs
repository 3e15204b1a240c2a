using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TimeBank.Banking;

/// <summary>
/// How the statements of a file follow each other and the one before the file: an opening balance is the account's last closing balance,
/// and a gap in the numbers is reported.
/// </summary>
internal sealed partial class StatementChain(StatementTerms terms)
{
    private readonly Dictionary<string, StatementBefore> ends = new(terms.Before, StringComparer.Ordinal);

    /// <summary>The account's last closing balance, where it is known.</summary>
    public long? ClosingBefore(string account) => ends.TryGetValue(account, out StatementBefore? end) ? end.ClosingFen : null;

    /// <returns>What the opening balance was held against: the statement before, or nothing.</returns>
    /// <exception cref="RefusedException">The opening balance isn't the last closing balance.</exception>
    public TieOuts Follow(
        string account, string? number, long? openingFen, long? closingFen, int line, string? field, List<StatementWarning> warnings)
    {
        TieOuts held = TieOuts.None;
        if (ends.TryGetValue(account, out StatementBefore? before))
        {
            if (openingFen is { } opening)
            {
                if (opening != before.ClosingFen) throw RefusedException.Of(RefusalReason.OpeningDiffers, line, field,
                    StatementRefusal.Yuan(before.ClosingFen), StatementRefusal.Yuan(opening));
                held = TieOuts.StatementBefore;
            }
            if (number is not null && before.Number is not null && IsGap(before.Number, number))
                warnings.Add(new StatementWarning(WarningReason.NumberGap, line, $"{before.Number} → {number}"));
        }
        if (closingFen is { } closing) ends[account] = new StatementBefore(closing, number ?? before?.Number);
        return held;
    }

    /// <summary>
    /// Whether a number leaves one out behind the last. Pages are written as <c>19321/1</c>: the same statement's next page, or the next
    /// statement's first one, follows. A number that starts again at 1, as in a new year, is no gap, and 0 is no number.
    /// </summary>
    private static bool IsGap(string last, string next)
    {
        (long Statement, long? Page)? from = Parse(last), to = Parse(next);
        if (from is not { } a || to is not { } b) return false;
        if (b.Statement == a.Statement) return b.Page is { } page && a.Page is { } lastPage && page != lastPage + 1;
        return b.Statement != a.Statement + 1 && b.Statement != 1;
    }

    private static (long Statement, long? Page)? Parse(string number) =>
        NumberShape().Match(number) is { Success: true } match && match.Groups[1].Value.Trim('0').Length > 0
            ? (long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups[2].Success ? long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : null)
            : null;

    [GeneratedRegex("^([0-9]{1,15})(?:/([0-9]{1,9}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberShape();
}

/// <summary>A list that has no account of its own says it in its rows or its head, sometimes masked; the terms may know it whole.</summary>
internal static class AccountName
{
    private const int LastDigits = 4;

    /// <summary>The account as it is named from here on: as the terms have it, where the file's agrees with them.</summary>
    /// <exception cref="RefusedException">The file is of another account, or of none.</exception>
    public static string Settle(string? inFile, StatementTerms terms, int line, string? field)
    {
        if (terms.Account is not { } wanted)
            return inFile is { Length: > 0 } ? inFile : throw RefusedException.Of(RefusalReason.AccountMissing, line, field);
        return inFile is not { Length: > 0 } || Agrees(inFile, wanted) ? wanted
            : throw RefusedException.Of(RefusalReason.AccountOther, line, field, inFile, wanted);
    }

    /// <summary>Masked digits agree with any; four digits alone are the last ones of a card.</summary>
    private static bool Agrees(string inFile, string wanted)
    {
        ImmutableArray<string> parts = [.. inFile.Split('*', StringSplitOptions.RemoveEmptyEntries)];
        if (!inFile.Contains('*', StringComparison.Ordinal))
            return inFile == wanted || (inFile.Length == LastDigits && wanted.EndsWith(inFile, StringComparison.Ordinal));
        if (parts.IsEmpty) return true;
        return (inFile[0] == '*' || wanted.StartsWith(parts[0], StringComparison.Ordinal))
            && (inFile[^1] == '*' || wanted.EndsWith(parts[^1], StringComparison.Ordinal));
    }
}

/// <summary>Ids that say nothing.</summary>
internal static class GivenId
{
    private static readonly string[] Nothing = ["NOTPROVIDED", "NOT PROVIDED", "NONREF"];

    /// <summary>An id that is one: NOTPROVIDED and its like say that there is none.</summary>
    public static string? Of(string? text) =>
        string.IsNullOrWhiteSpace(text) || Nothing.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase) ? null : text.Trim();
}
