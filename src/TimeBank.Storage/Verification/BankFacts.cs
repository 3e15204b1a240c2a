using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// What the entries of the journals say of the banks' lines, gathered while the journals are verified: the postings on our bank accounts,
/// the payments that a bank has made or brought back, and the lines that entries name as their cause. Amounts are fen, above zero where
/// the money comes in.
/// </summary>
/// <remarks>The names are those that the server stores with matches and in the details of entries.</remarks>
internal sealed class BankFacts
{
    private const string Transit = "stripe/in-transit";

    private readonly Dictionary<(RegionCode, long Number), string> _accounts = [];
    private readonly Dictionary<(RegionCode, long Index, long Position), (string? Debit, string? Credit, long Fen)> _postings = [];
    private readonly Dictionary<(RegionCode, string Item), long> _paid = [], _returned = [];
    private readonly Dictionary<(RegionCode, string Line), LineFact> _lines = [];

    public bool HasLines => _lines.Count > 0;

    /// <summary>Takes the next entry of a region.</summary>
    public void Add(JournalEntry entry)
    {
        foreach (Account opened in entry.Opened)
        {
            bool isBank = opened.Path.Text.StartsWith("bank/", StringComparison.Ordinal) || opened.Path.Text == Transit;
            if (isBank) _accounts.Add((entry.Region, opened.Number), opened.Path.Text);
        }
        for (int at = 0; at < entry.Transfers.Length; at++)
        {
            Transfer transfer = entry.Transfers[at];
            (string? debit, string? credit) = (AccountOf(entry, transfer.Debit), AccountOf(entry, transfer.Credit));
            if (debit is not null || credit is not null) _postings[(entry.Region, entry.Index, at)] = (debit, credit, transfer.Posted);
        }
        long fen = entry.Transfers.Sum(transfer => transfer.Posted);
        switch (entry.Code)
        {
            case EntryCode.PayProvider: _paid[(entry.Region, Payment(entry))] = -fen; break;
            case EntryCode.ReturnPayment: _returned[(entry.Region, Payment(entry))] = fen; break;
            case EntryCode.BankFee or EntryCode.BankReceipt or EntryCode.BankSuspense when entry.Kind == EntryKind.Post:
                bool isIn = AccountOf(entry, entry.Transfers[0].Debit) is not null;
                AddLine(entry, "line", new LineFact(entry.Index, isIn ? fen : -fen, Day(entry)));
                break;
            // Several lines may be one payout, so the amount is the match's; the entry is of the day of the first.
            case EntryCode.ConfirmPayout: AddLine(entry, "line", new LineFact(entry.Index, null, Day(entry))); break;
            // Of the later of two days. What left is what arrived and the fee.
            case EntryCode.OwnTransfer:
                AddLine(entry, "in", new LineFact(entry.Index, entry.Transfers[0].Posted, null));
                AddLine(entry, "out", new LineFact(entry.Index, -fen, null));
                break;
        }
    }

    /// <summary>What an entry says of a line; null where none names it.</summary>
    public LineFact? Line(RegionCode region, string account, long number) =>
        _lines.GetValueOrDefault((region, string.Create(CultureInfo.InvariantCulture, $"lines/{account}/{number}")));

    /// <summary>What a thing that a line was matched with moves on the account; null where there is no such posting.</summary>
    /// <param name="isUntold">True where the journal can't tell: the payment isn't booked yet, or the thing is another line.</param>
    public long? Item(RegionCode region, string account, string item, bool isReturn, out bool isUntold)
    {
        isUntold = false;
        string[] parts = item.Split('/');
        if (parts is ["entries", var index, var position] && long.TryParse(index, CultureInfo.InvariantCulture, out long entry)
            && long.TryParse(position, CultureInfo.InvariantCulture, out long at))
        {
            if (!_postings.TryGetValue((region, entry, at), out (string? Debit, string? Credit, long Fen) posting)) return null;
            string own = $"bank/{account}";
            return posting.Debit == own ? posting.Fen : posting.Credit == own ? -posting.Fen
                : posting.Debit == Transit ? posting.Fen : posting.Credit == Transit ? -posting.Fen : null;
        }
        long? booked = (isReturn ? _returned : _paid).TryGetValue((region, item), out long fen) ? fen : null;
        isUntold = booked is null;
        return booked;
    }

    private void AddLine(JournalEntry entry, string detail, LineFact fact)
    {
        if (entry.Header.Details.GetValueOrDefault(detail) is { } line) _lines[(entry.Region, line)] = fact;
    }

    private string? AccountOf(JournalEntry entry, long number) => _accounts.GetValueOrDefault((entry.Region, number));

    private static DateOnly Day(JournalEntry entry) => entry.Header.EventDate();

    private static string Payment(JournalEntry entry) =>
        $"settlements/{entry.Header.Details.GetValueOrDefault("batch")}/payments/{entry.Header.Details.GetValueOrDefault("payment")}";
}

/// <summary>What an entry that was made of a bank's line says of it.</summary>
/// <param name="SignedFen">Null where the entry doesn't say it of this line alone.</param>
/// <param name="Day">The bank's day; null where the entry doesn't say it.</param>
internal sealed record LineFact(long Entry, long? SignedFen, DateOnly? Day);
