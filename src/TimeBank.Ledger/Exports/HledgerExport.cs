namespace TimeBank.Ledger;

/// <summary>
/// An hledger journal (ledger reads it too). Each entry is a transaction with its id, the effective date as secondary date, and all other
/// facts as tags. An entry that only holds or releases has no postings. Balance assertions at the end let <c>hledger check</c> prove it.
/// </summary>
internal sealed class HledgerExport : ExportFormat
{
    public override void Begin(RegionCode region, long first, long beyond)
    {
        Text.Append($"; TimeBank {region}: {beyond - first} entries from number {first}. Debits are positive.\n\ncommodity 1000.00 CNY\n");
        foreach (Unit unit in Chart.Units.Where(unit => unit != Unit.Fen)) Text.Append($"commodity 1000. {unit.Code}\n");
        Text.Append('\n');
    }

    public override void Declare(Account account, DateOnly day) => Text.Append($"account {Name(account.Path)}\n");

    public override void BeginOpening(DateOnly day) => Text.Append($"\n{Day(day)} * opening balances\n");

    public override void Opening(Account account) => Posting(account.Path, AmountOf(BalanceOf(account.Counters), account.Unit));

    public override void Entry(JournalEntry entry, IEnumerable<StoredTransfer> transfers)
    {
        Text.Append('\n');
        DateOnly day = DayOf(entry), effective = entry.Header.EffectiveDate;
        foreach (Account account in entry.Opened) Declare(account, day);
        Text.Append(Day(day));
        if (effective != day) Text.Append($"={Day(effective)}");
        Text.Append($" * ({entry.Id}) {Description(entry)}\n");
        foreach ((string key, string value) in FactsOf(entry)) Text.Append($"    ; {key}: {TagValue(value)}\n");
        foreach (StoredTransfer transfer in transfers)
        {
            Transfer amounts = transfer.Transfer;
            if (amounts.Held > 0) Text.Append(
                $"    ; holds {AmountOf(amounts.Held, amounts.Unit)} of {Name(transfer.Debit)} for {Name(transfer.Credit)}\n");
            if (amounts.Released > 0) Text.Append(
                $"    ; releases {AmountOf(amounts.Released, amounts.Unit)} of {Name(transfer.Debit)} for {Name(transfer.Credit)}\n");
            if (amounts.Posted == 0) continue;
            Posting(transfer.Debit, AmountOf(amounts.Posted, amounts.Unit));
            Posting(transfer.Credit, AmountOf(-amounts.Posted, amounts.Unit));
        }
    }

    public override void BeginClosing(DateOnly day) => Text.Append($"\n{Day(day)} * closing balances\n");

    public override void Closing(Account account, DateOnly day) =>
        Posting(account.Path, $"{AmountOf(0, account.Unit)} = {AmountOf(BalanceOf(account.Counters), account.Unit)}");

    private void Posting(AccountPath account, string amount) => Text.Append($"    {Name(account)}  {amount}\n");

    private static string Name(AccountPath path) => path.Text.Replace('/', ':');

    /// <summary>A semicolon would begin a comment: the full-width sign replaces it.</summary>
    private static string Description(JournalEntry entry) =>
        OneLine(entry.Header.Memo.Length > 0 ? entry.Header.Memo : CodeOf(entry.Code)).Replace(';', '；');

    /// <summary>A comma would end the tag's value: the full-width sign replaces it.</summary>
    private static string TagValue(string value) => OneLine(value).Replace(',', '，');
}
