using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Keeps what banks say of our accounts: statements, their lines, and what each line was matched with. Statements and lines are only added,
/// never changed; a match can be taken back. The journal alone moves money. Every call may throw <see cref="StorageUnavailableException"/>;
/// after that exception a write may or may not have happened, and the caller reads the book again. A write that contradicts what is stored,
/// such as a line taken twice, throws <see cref="AppendRefusedException"/>, which is a bug; nothing of it is stored.
/// </summary>
/// <remarks>An account is one of ours at a bank: the slug in the ledger's path <c>bank/{account}</c>.</remarks>
public interface IBankBooks
{
    /// <summary>The account's book; <see cref="BankBook.Empty"/> where nothing was imported.</summary>
    ValueTask<BankBook> ReadAsync(RegionCode region, Slug account, CancellationToken cancellation);

    /// <summary>
    /// Adds the statements of one file with their new lines, all or nothing. False: the book is no longer <paramref name="before"/>, so
    /// another server has written; nothing was stored.
    /// </summary>
    /// <param name="statements">Numbered on from <see cref="BankBook.Statements"/>, without gaps.</param>
    /// <param name="lines">Numbered on from <see cref="BankBook.Lines"/>, without gaps; read once, in order.</param>
    ValueTask<bool> AddAsync(RegionCode region, Slug account, BankBook before, IReadOnlyList<StoredStatement> statements,
        IEnumerable<StoredBankLine> lines, CancellationToken cancellation);

    /// <summary>The statements of an account below a number, newest first.</summary>
    ValueTask<IReadOnlyList<StoredStatement>> StatementsAsync(RegionCode region, Slug account, long beforeNumber, int limit,
        CancellationToken cancellation);

    /// <summary>The statements that a file with these bytes brought; empty where no such file was imported.</summary>
    ValueTask<IReadOnlyList<StoredStatement>> StatementsOfFileAsync(RegionCode region, Slug account, Digest file,
        CancellationToken cancellation);

    /// <summary>
    /// Lines in the order of their numbers, after a number, as they are read. They may be of several moments: whoever decides by them
    /// compares the book.
    /// </summary>
    IAsyncEnumerable<StoredBankLine> LinesAsync(RegionCode region, Slug account, BankLineFilter filter, long afterNumber, int limit,
        CancellationToken cancellation);

    /// <summary>The lines with the given numbers, in their order; a number that the account doesn't have gives none.</summary>
    ValueTask<IReadOnlyList<StoredBankLine>> LinesAsync(RegionCode region, Slug account, IReadOnlyList<long> numbers,
        CancellationToken cancellation);

    /// <summary>How many lines match the filter, and their sums, by way of the money, in fen.</summary>
    ValueTask<BankLineTotals> TotalsAsync(RegionCode region, Slug account, BankLineFilter filter, CancellationToken cancellation);

    /// <summary>
    /// Adds matches, and takes others back, all or nothing. False: the book is no longer <paramref name="before"/>; nothing was stored.
    /// </summary>
    /// <param name="keepSuggested">False removes every suggested match and tie of the account first: a new run replaces them.</param>
    /// <param name="removed">The groups to take back, confirmed or not, before the others are added.</param>
    /// <param name="added">Read once. Their groups are above <see cref="BankBook.LastGroup"/>. Only an open line is confirmed, and in one
    /// group.</param>
    ValueTask<bool> MatchAsync(RegionCode region, Slug account, BankBook before, bool keepSuggested, IReadOnlyList<long> removed,
        IEnumerable<StoredMatch> added, CancellationToken cancellation);

    /// <summary>The matches of the given lines, by line, item and group.</summary>
    ValueTask<IReadOnlyList<StoredMatch>> MatchesAsync(RegionCode region, Slug account, IReadOnlyList<long> lines,
        CancellationToken cancellation);

    /// <summary>All pairs of one group, by line and item.</summary>
    ValueTask<IReadOnlyList<StoredMatch>> GroupAsync(RegionCode region, Slug account, long group, CancellationToken cancellation);

    /// <summary>Confirmed matches whose items begin so, by item and line, as they are read: what of ours the bank has confirmed.</summary>
    IAsyncEnumerable<StoredMatch> ConfirmedAsync(RegionCode region, Slug account, string itemPrefix, CancellationToken cancellation);
}

/// <summary>Where an account's book ends. Each write compares it with what is stored, like the head of a journal.</summary>
/// <param name="Version">Counts the writes.</param>
/// <param name="Lines">How many lines; they are numbered from 1.</param>
/// <param name="Statements">How many statements; they are numbered from 1.</param>
/// <param name="LastGroup">The last group of matches that was used.</param>
public sealed record BankBook(long Version, long Lines, long Statements, long LastGroup)
{
    public static BankBook Empty { get; } = new(0, 0, 0, 0);
}

/// <summary>A statement that was taken.</summary>
/// <param name="File">The SHA-256 of the whole file.</param>
/// <param name="ImportedAs">The id of the command that brought it.</param>
/// <param name="OpeningFen">Null where the file has no balance; so is the closing one.</param>
/// <param name="ThroughLine">The number of the account's last line after the statement, which tells the new lines.</param>
/// <param name="LineCount">The lines of the file, with those that were known before.</param>
/// <param name="Note">What a person should know, as JSON of the importer's own: warnings, what the file was held against.</param>
public sealed record StoredStatement(
    long Number, Digest File, string Profile, string FileName, EntryId ImportedAs, string ImportedBy, LedgerTime ImportedAt,
    string? BankNumber, DateOnly? From, DateOnly? To, long? OpeningFen, long? ClosingFen, int LineCount, int NewLines, long ThroughLine,
    string Note);

/// <summary>A line of a bank's statement.</summary>
/// <param name="Number">Its number in the account's book, from 1.</param>
/// <param name="Statement">The statement that first brought it.</param>
/// <param name="Day">The bank's day.</param>
/// <param name="SignedFen">Above zero where money came in; 0 where the file counts the line on neither side.</param>
/// <param name="Fingerprint">16 bytes over what the line says.</param>
/// <param name="Occurrence">Which of the equal lines of the day it is, from 1.</param>
/// <param name="BankReference">The bank's own number of the line; null where it has none.</param>
/// <param name="Content">All the rest, sealed for whoever has the database alone: texts hold names and account numbers.</param>
public sealed record StoredBankLine(
    long Number, long Statement, DateOnly Day, long SignedFen, ImmutableArray<byte> Fingerprint, int Occurrence, string? BankReference,
    ImmutableArray<byte> Content);

/// <summary>The lines to list. A null field does not narrow the list.</summary>
/// <param name="From">The first of the bank's days.</param>
/// <param name="To">The last of the bank's days.</param>
/// <param name="IsOpen">Only lines without a confirmed match, or only lines with one. Lines of zero count as having one.</param>
/// <param name="Statement">Only lines that this statement brought first.</param>
public sealed record BankLineFilter(DateOnly? From = null, DateOnly? To = null, bool? IsOpen = null, long? Statement = null);

/// <summary>Sums over lines. Wider than an amount, since the sum of many may not fit into one.</summary>
public sealed record BankLineTotals(long Lines, Int128 InFen, Int128 OutFen);

/// <summary>A line and one thing of ours that is the same money. Many of one group are many lines or many things together.</summary>
/// <param name="Group">The match that the pair belongs to.</param>
/// <param name="Item">What of ours: <c>entries/{index}/{position}</c> for a posting on the account,
/// <c>settlements/{id}/payments/{number}</c>, <c>lines/{account}/{number}</c> for a line of another own account. Empty in a tie of too many
/// to list.</param>
/// <param name="Pass">The rule that found it, by its name in matching; <c>person</c> where somebody did.</param>
/// <param name="DifferenceFen">By how much the lines of the group exceed the things of ours.</param>
public sealed record StoredMatch(
    long Line, long Group, string Item, MatchStatus Status, string Pass, long DifferenceFen, string By, LedgerTime At);

/// <summary>How sure a match is. The numbers are stored and never change.</summary>
public enum MatchStatus
{
    None = 0,

    Confirmed = 1,

    /// <summary>One way alone fits, but no rule that can be named: a person decides.</summary>
    Suggested = 2,

    /// <summary>Several ways fit: shown to a person, never guessed.</summary>
    Tied = 3,
}
