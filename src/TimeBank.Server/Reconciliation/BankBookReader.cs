using System.Runtime.CompilerServices;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Reads the book of an account for people: lines with what they say, and their matches.</summary>
public sealed class BankBookReader(IGrainFactory grains, IBankBooks books, Vault vault)
{
    /// <summary>Lines in the order of their numbers, opened.</summary>
    public async Task<IReadOnlyList<OpenedLine>> LinesAsync(
        OwnAccount account, BankLineFilter filter, long after, int limit, CancellationToken cancellation) =>
        await StreamAsync(account, filter, after, limit, cancellation).ToListAsync(cancellation);

    /// <summary>The same, as they are read.</summary>
    public async IAsyncEnumerable<OpenedLine> StreamAsync(
        OwnAccount account, BankLineFilter filter, long after, int limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // An account without a book has no key, and reading makes none.
        if ((await books.ReadAsync(account.Region, account.Slug, cancellation)).Lines == 0) yield break;
        using BankContent content = await BankContent.OfAsync(grains, vault, account);
        await foreach (StoredBankLine line in books.LinesAsync(account.Region, account.Slug, filter, after, limit, cancellation))
            yield return content.Open(line);
    }

    /// <summary>One line; null where the account has none of the number.</summary>
    public async Task<OpenedLine?> LineAsync(OwnAccount account, long number, CancellationToken cancellation)
    {
        if (await StoredAsync(account, number, cancellation) is not { } stored) return null;
        using BankContent content = await BankContent.OfAsync(grains, vault, account);
        return content.Open(stored);
    }

    /// <summary>One line without what it says; null where the account has none of the number.</summary>
    public async Task<StoredBankLine?> StoredAsync(OwnAccount account, long number, CancellationToken cancellation) =>
        (await books.LinesAsync(account.Region, account.Slug, [number], cancellation)).FirstOrDefault();

    /// <summary>
    /// Whether a line of the bank says what a transfer paid, and no open line since says that as much came back. Of a transfer whose credit
    /// is one of our bank accounts.
    /// </summary>
    public async Task<bool> IsPaidAsync(RegionCode region, StoredTransfer paid, CancellationToken cancellation)
    {
        Slug account = Slug.Parse(paid.Credit.Text[(paid.Credit.Text.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        string item = BankItem.Posting(new PostingCursor(paid.Index, paid.Position));
        // Items that begin alike are others.
        StoredMatch? match = await books.ConfirmedAsync(region, account, item, cancellation)
            .FirstOrDefaultAsync(one => one.Item == item, cancellation);
        if (match is null) return false;
        StoredBankLine line = (await books.LinesAsync(region, account, [match.Line], cancellation))[0];
        return !await books.LinesAsync(region, account, new BankLineFilter(From: line.Day, IsOpen: true), 0, int.MaxValue, cancellation)
            .AnyAsync(one => one.SignedFen == paid.Transfer.Posted, cancellation);
    }

    /// <summary>The matches of lines, by line.</summary>
    public async Task<ILookup<long, StoredMatch>> MatchesAsync(
        OwnAccount account, IReadOnlyList<long> lines, CancellationToken cancellation) =>
        lines.Count == 0 ? Array.Empty<StoredMatch>().ToLookup(match => match.Line)
            : (await books.MatchesAsync(account.Region, account.Slug, lines, cancellation))
                .GroupBy(match => match.Line)
                // What is confirmed is no suggestion any more; the next run takes the suggestions away.
                .SelectMany(line => line.Any(IsConfirmed) ? line.Where(IsConfirmed) : line)
                .ToLookup(match => match.Line);

    private static bool IsConfirmed(StoredMatch match) => match.Status == MatchStatus.Confirmed;
}
