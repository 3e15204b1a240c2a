namespace TimeBank.Ledger;

/// <summary>A batch to store in one SQL transaction, or not at all.</summary>
/// <param name="Before">The head that must still stand.</param>
/// <param name="Changed">Accounts that were there before, as they are after the batch.</param>
/// <param name="Opened">Accounts that the batch opens, as they are after it.</param>
/// <param name="Remembered">Refusals and notes to remember under their ids.</param>
public sealed record LedgerAppend(
    LedgerHead Before,
    LedgerHead After,
    IReadOnlyList<AppendedEntry> Entries,
    IReadOnlyCollection<Account> Changed,
    IReadOnlyCollection<Account> Opened,
    IReadOnlyList<Outcome> Remembered)
{
    public bool IsEmpty => Entries.Count == 0 && Remembered.Count == 0;
}
