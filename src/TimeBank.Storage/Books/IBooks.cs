using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>What the <see cref="Bookkeeper"/> asks of an engine: its journals to read, its books to write.</summary>
internal interface IBooks
{
    /// <summary>How many entries a region's journal has, and how many of them the books have; nothing where a journal has no books.</summary>
    ValueTask<(long Journal, long? Books)> ProgressAsync(RegionCode region);

    /// <summary>Where the books end: the head that the journal had there, without its refusals and notes.</summary>
    ValueTask<LedgerHead> BooksHeadAsync(RegionCode region);

    /// <summary>Entries of the journal in their order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit);

    /// <summary>Accounts as the books have them.</summary>
    ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers);

    /// <summary>
    /// Writes a stretch into the books in one SQL transaction. False: they don't end where it begins, or the journal hasn't its last entry, and nothing was written.
    /// </summary>
    ValueTask<bool> BookAsync(Bookings bookings);
}
