namespace TimeBank.Ledger;

/// <summary>A beancount ledger. It asserts each balance for the day after the last entry, exact to the fen.</summary>
internal sealed class BeancountExport : ExportFormat
{
    public override void Begin(RegionCode region, long first, long beyond)
    {
        Text.Append(
            $"; TimeBank {region}: {beyond - first} entries from number {first}. Debits are positive.\n\noption \"title\" \"TimeBank "
                + $"{region}\"\n");
        foreach (Unit unit in Chart.Units) Text.Append($"1970-01-01 commodity {unit.Code}\n");
    }

    public override void Declare(Account account, DateOnly day) =>
        Text.Append($"{Day(day)} open {BeancountName.Of(account.Path)} {account.Unit.Code}\n  path: {Quoted(account.Path.Text)}\n");

    public override void BeginOpening(DateOnly day) => Text.Append($"\n{Day(day)} * \"opening balances\"\n");

    public override void Opening(Account account) => Posting(account.Path, BalanceOf(account.Counters), account.Unit);

    public override void Entry(JournalEntry entry, IEnumerable<StoredTransfer> transfers)
    {
        Text.Append('\n');
        foreach (Account account in entry.Opened) Declare(account, DayOf(entry));
        Text.Append(
            $"{Day(DayOf(entry))} * {Quoted(CodeOf(entry.Code))} {Quoted(entry.Header.Memo)}\n  id: {Quoted(entry.Id.ToString())}\n");
        foreach ((string key, string value) in FactsOf(entry)) Text.Append($"  {key}: {(key == "effective" ? value : Quoted(value))}\n");
        foreach (StoredTransfer transfer in transfers)
        {
            Transfer amounts = transfer.Transfer;
            if (amounts.Held > 0) Text.Append(
                $"  ; holds {AmountOf(amounts.Held, amounts.Unit)} of {transfer.Debit} for {transfer.Credit}\n");
            if (amounts.Released > 0) Text.Append(
                $"  ; releases {AmountOf(amounts.Released, amounts.Unit)} of {transfer.Debit} for {transfer.Credit}\n");
            if (amounts.Posted == 0) continue;
            Posting(transfer.Debit, amounts.Posted, amounts.Unit);
            Posting(transfer.Credit, -amounts.Posted, amounts.Unit);
        }
    }

    public override void BeginClosing(DateOnly day) => Text.Append('\n');

    public override void Closing(Account account, DateOnly day)
    {
        string[] amount = AmountOf(BalanceOf(account.Counters), account.Unit).Split(' ');
        // The explicit tolerance of zero: by default beancount accepts a balance that is off by a fen.
        Text.Append($"{Day(day.AddDays(1))} balance {BeancountName.Of(account.Path)}  {amount[0]} ~ 0 {amount[1]}\n");
    }

    private void Posting(AccountPath account, long value, Unit unit) =>
        Text.Append($"  {BeancountName.Of(account)}  {AmountOf(value, unit)}\n");

    private static string Quoted(string text) =>
        $"\"{OneLine(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

/// <summary>
/// An account's name in beancount, which requires one of five roots and parts that begin with a capital letter or a digit. The mapping
/// loses nothing. The root says the kind of account; <see cref="Parse"/> drops it. A small first letter becomes a capital. A part that
/// begins with anything else than a small letter or a digit gets <c>0-</c> in front, and so does a part that begins with <c>0-</c> already.
/// <c>person/P7K2…/hours/earned</c> becomes <c>Liabilities:Person:0-P7K2…:Hours:Earned</c>.
/// </summary>
public static class BeancountName
{
    private const string Mark = "0-";

    public static string Of(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        return string.Join(':', [RootOf(parts), .. parts.Select(Capital)]);
    }

    /// <exception cref="FormatException">The name is none that <see cref="Of"/> returns.</exception>
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
