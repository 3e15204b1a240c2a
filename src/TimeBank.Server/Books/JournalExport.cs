using Google.Protobuf;
using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using ExportFormat = TimeBank.Ledger.ExportFormat;

namespace TimeBank.Server;

/// <summary>
/// Exports a journal, or the entries of a period, in pieces of about 64 KiB. The export fixes its end when it begins, and entries never
/// change, so all its pages belong to one moment. It holds one page and one piece in memory.
/// </summary>
internal sealed class JournalExport(ILedgerReader ledger, RegionCode region, ExportFormat format, CancellationToken cancellation)
{
    private const int EntriesAtOnce = 200, AccountsAtOnce = 500, PieceLength = 64 * 1024;

    private long _done, _total, _size;

    public async IAsyncEnumerable<ExportChunk> PiecesAsync((LedgerTime From, LedgerTime Until) period)
    {
        _size = (await ledger.ReadHeadAsync(region, cancellation)).Size;
        long first = Math.Min(_size, await ledger.IndexAtAsync(region, period.From, cancellation));
        long beyond = Math.Clamp(await ledger.IndexAtAsync(region, period.Until, cancellation), first, _size);
        _total = beyond - first;
        format.Begin(region, first, beyond);
        DateOnly day = await FirstDayAsync(first);
        if (first > 0 && format.HasBalances)
        {
            await foreach (Account account in AccountsAsync(first))
            {
                format.Declare(account, day);
                if (IsPiece) yield return Piece();
            }
            format.BeginOpening(day);
            await foreach (Account account in AccountsAsync(first))
            {
                format.Opening(account);
                if (IsPiece) yield return Piece();
            }
        }
        for (long at = first; at < beyond;)
        {
            IReadOnlyList<StoredEntry> page =
                await ledger.EntriesAsync(region, at, (int)Math.Min(EntriesAtOnce, beyond - at), cancellation);
            ILookup<long, StoredTransfer> transfers =
                (await ledger.TransfersAsync(region, [.. page.Select(stored => stored.Entry.Index)], cancellation))
                .ToLookup(transfer => transfer.Index);
            foreach (StoredEntry stored in page)
            {
                format.Entry(stored.Entry, transfers[stored.Entry.Index]);
                at = stored.Entry.Index + 1;
                day = DayOf(stored.Entry);
                _done++;
                if (IsPiece) yield return Piece();
            }
        }
        if (beyond > 0 && format.HasBalances)
        {
            format.BeginClosing(day);
            await foreach (Account account in AccountsAsync(beyond))
            {
                format.Closing(account, day);
                if (IsPiece) yield return Piece();
            }
        }
        yield return Piece();
    }

    private bool IsPiece => format.Length >= PieceLength;

    private ExportChunk Piece() =>
        new() { Data = ByteString.CopyFromUtf8(format.Take()), Done = _done, Total = _total, EntryCount = _size };

    /// <summary>The day of the entry with this index; if there is none, of the entry before it.</summary>
    private async Task<DateOnly> FirstDayAsync(long first)
    {
        StoredEntry? entry = await ledger.EntryAsync(region, first, cancellation)
            ?? await ledger.EntryAsync(region, first - 1, cancellation);
        return entry is null ? default : DayOf(entry.Entry);
    }

    private static DateOnly DayOf(JournalEntry entry) => ChinaTime.DateOf(entry.Time.ToDateTimeOffset());

    private async IAsyncEnumerable<Account> AccountsAsync(long size)
    {
        string after = "";
        while (true)
        {
            IReadOnlyList<Account> page =
                await ledger.AccountsAsOfAsync(region, new AccountFilter(), size, after, AccountsAtOnce, cancellation);
            foreach (Account account in page) yield return account;
            if (page.Count < AccountsAtOnce) yield break;
            after = page[^1].Path.Text;
        }
    }
}
