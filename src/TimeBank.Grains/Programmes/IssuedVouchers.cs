using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>An elder's voucher of a month, as far as issues go.</summary>
/// <param name="Issue">The entry that issued it, or would; its id makes the voucher's.</param>
/// <param name="IsIssued">Whether it is there, and its issue wasn't reversed.</param>
/// <param name="Reversed">The issues before it, which were.</param>
public sealed record IssuedVoucher(EntryId Issue, bool IsIssued, ImmutableArray<EntryId> Reversed)
{
    public OpaqueId Voucher => OpaqueId.From(Issue);
}

/// <summary>
/// Finds out which voucher of a month is an elder's. A voucher whose issue was reversed can't come to life again, as its account is opened
/// once: the next of a row of vouchers takes its place. What became of each is read from its account, so that nothing remembers an issue
/// apart from the issue.
/// </summary>
public static class IssuedVouchers
{
    /// <param name="issueIds">For each elder, the ids of the row's issues by their number.</param>
    public static async Task<IReadOnlyList<IssuedVoucher>> FindAsync(
        ILedgerGrain ledger, ILedgerReader journal, RegionCode region,
        IReadOnlyList<Func<int, EntryId>> issueIds, CancellationToken cancellation)
    {
        IssuedVoucher[] found = [.. issueIds.Select(ids => new IssuedVoucher(ids(0), IsIssued: false, []))];
        List<int> open = [.. Enumerable.Range(0, found.Length)];
        for (int again = 1; open.Count > 0; again++)
        {
            Dictionary<int, Account> accounts = await AccountsAsync(ledger, found, open);
            long[] empty = [.. accounts.Values.Where(account => account.Counters.DebitRoom == 0).Select(account => account.Number)];
            IReadOnlyDictionary<long, JournalEntry>? last =
                empty.Length == 0 ? null : await journal.LastEntriesAsync(region, empty, cancellation);
            List<int> reversed = [];
            foreach ((int at, Account account) in accounts)
            {
                if (last?.GetValueOrDefault(account.Number) is { } entry && VoucherFacts.IsIssueReversed(account, entry))
                {
                    reversed.Add(at);
                    found[at] = new IssuedVoucher(issueIds[at](again), IsIssued: false, found[at].Reversed.Add(found[at].Issue));
                }
                else
                {
                    found[at] = found[at] with { IsIssued = true };
                }
            }
            open = reversed;
        }
        return found;
    }

    private static async Task<Dictionary<int, Account>> AccountsAsync(ILedgerGrain ledger, IssuedVoucher[] vouchers, List<int> open)
    {
        var paths = new AccountPathsMessage([.. open.Select(at => Chart.VoucherPath(vouchers[at].Voucher).Text)]);
        var byPath = (await ledger.AccountsAsync(paths)).Accounts.ToDictionary(account => account.Path);
        var found = new Dictionary<int, Account>();
        foreach (int at in open)
        {
            if (byPath.TryGetValue(Chart.VoucherPath(vouchers[at].Voucher), out Account? account)) found[at] = account;
        }
        return found;
    }
}
