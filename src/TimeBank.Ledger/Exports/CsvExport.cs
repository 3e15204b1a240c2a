using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// A CSV table (RFC 4180, UTF-8) with one row per posting. Amounts are in minor units; a balance has its side beside it, since none is
/// negative. A cell that a spreadsheet would read as a formula gets an apostrophe in front.
/// </summary>
internal sealed class CsvExport : ExportFormat
{
    public override void Begin(RegionCode region, long first, long beyond) => Row(
        "time", "effective_date", "index", "position", "entry_id", "code", "kind", "reverses", "account", "side", "unit", "amount",
            "balance_after", "balance_side",
        "counter_account", "actor", "on_behalf_of", "policy_version", "memo", "details");

    public override bool HasBalances => false;

    public override void Declare(Account account, DateOnly day) => throw new NotSupportedException();

    public override void BeginOpening(DateOnly day) => throw new NotSupportedException();

    public override void Opening(Account account) => throw new NotSupportedException();

    public override void BeginClosing(DateOnly day) => throw new NotSupportedException();

    public override void Closing(Account account, DateOnly day) => throw new NotSupportedException();

    public override void Entry(JournalEntry entry, IEnumerable<StoredTransfer> transfers)
    {
        foreach (StoredTransfer transfer in transfers.Where(transfer => transfer.Transfer.Posted > 0))
        {
            Leg(entry, transfer, "DEBIT", transfer.Debit, transfer.Credit, transfer.DebitAfter);
            Leg(entry, transfer, "CREDIT", transfer.Credit, transfer.Debit, transfer.CreditAfter);
        }
    }

    private void Leg(JournalEntry entry, StoredTransfer transfer, string side, AccountPath account, AccountPath counter, Counters after)
    {
        EntryHeader header = entry.Header;
        long balance = BalanceOf(after);
        Row(
            TimeOf(entry), Day(header.EffectiveDate), Number(entry.Index), Number(transfer.Position), entry.Id.ToString(),
                CodeOf(entry.Code), StoredName.Of(entry.Kind),
            entry.Kind == EntryKind.Reverse ? Number(entry.Of!.Value) : "", account.Text, side, transfer.Transfer.Unit.Code,
            Number(transfer.Transfer.Posted),
            Number(Math.Abs(balance)), Math.Sign(balance) switch { > 0 => "DEBIT", 0 => "", _ => "CREDIT" },
            counter.Text, header.Actor, header.OnBehalfOf, header.PolicyVersion, header.Memo,
            string.Join("; ", header.Details.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    private void Row(params ReadOnlySpan<string> cells)
    {
        for (int at = 0; at < cells.Length; at++)
        {
            if (at > 0) Text.Append(',');
            Text.Append(CsvCell.Write(cells[at]));
        }
        Text.Append("\r\n");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A cell of a CSV table (RFC 4180) that no spreadsheet reads as a formula.</summary>
public static class CsvCell
{
    private const char Apostrophe = '\'';

    /// <summary>The cell as written in the table: an apostrophe in front of a would-be formula, quotes where RFC 4180 needs them.</summary>
    public static string Write(string text)
    {
        string safe = IsGuarded(text) ? Apostrophe + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>The text of a cell: removes the apostrophe that <see cref="Write"/> put in front of a would-be formula.</summary>
    public static string Read(string cell) => cell.Length > 1 && cell[0] == Apostrophe && IsGuarded(cell[1..]) ? cell[1..] : cell;

    /// <summary>
    /// True where a spreadsheet might read the text as a formula; a tab or line end in front can hide one. Also true for a formula behind
    /// apostrophes of its own: otherwise reading would not give back the written text.
    /// </summary>
    private static bool IsGuarded(string text)
    {
        ReadOnlySpan<char> bare = text.AsSpan().TrimStart(Apostrophe);
        return bare.Length > 0 && bare[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n';
    }
}
