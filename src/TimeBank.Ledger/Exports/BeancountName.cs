namespace TimeBank.Ledger;

/// <summary>
/// An account's name in beancount, which wants one of five roots and parts that begin with a capital letter or a digit. Nothing is lost: the root says the
/// kind of account and is dropped on the way back; a small first letter becomes a capital one; and what begins otherwise than with a small letter or a
/// digit gets <c>0-</c> in front, as does what begins so already. <c>person/P7K2…/hours/earned</c> is <c>Liabilities:Person:0-P7K2…:Hours:Earned</c>.
/// </summary>
public static class BeancountName
{
    private const string Mark = "0-";

    public static string Of(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        return string.Join(':', [RootOf(parts), .. parts.Select(Capital)]);
    }

    /// <exception cref="FormatException">It is no name that <see cref="Of"/> gives.</exception>
    public static AccountPath Parse(string name) => AccountPath.Parse(string.Join('/', name.Split(':').Skip(1).Select(Small)));

    private static string RootOf(string[] parts) => parts switch
    {
        ["bank" or "stripe", ..] or ["clearing", .., "due-from"] or ["programme", .., "units"] => "Assets",
        ["expense", ..] => "Expenses",
        ["opening" or "hours", ..] => "Equity",
        _ => "Liabilities",
    };

    private static string Capital(string part) =>
        char.IsAsciiLetterLower(part[0]) ? char.ToUpperInvariant(part[0]) + part[1..]
        : char.IsAsciiDigit(part[0]) && !part.StartsWith(Mark, StringComparison.Ordinal) ? part
        : Mark + part;

    private static string Small(string part) =>
        part.StartsWith(Mark, StringComparison.Ordinal) ? part[Mark.Length..]
        : part.Length > 0 && char.IsAsciiLetterUpper(part[0]) ? char.ToLowerInvariant(part[0]) + part[1..]
        : part;
}
