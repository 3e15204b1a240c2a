using TimeBank.Ledger;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>A region's trial balance when its journal had so many entries: every account's counters then, added up by class. What lies in the past never changes, so its pages fit.</summary>
internal sealed class PastBalance(ILedgerReader ledger, RegionCode region, long size)
{
    private const int AccountsAtOnce = 1_000;

    public async Task<V1.TrialBalance> ReadAsync(Unit? unit, CancellationToken cancellation)
    {
        var rows = new SortedDictionary<(string Unit, string Class), ClassTotals>(Comparer<(string Unit, string Class)>.Create(
            (left, right) => string.CompareOrdinal(left.Unit, right.Unit) is var units && units != 0 ? units : string.CompareOrdinal(left.Class, right.Class)));
        string after = "";
        while (true)
        {
            IReadOnlyList<Account> page = await ledger.AccountsAsOfAsync(region, new AccountFilter(Unit: unit), size, after, AccountsAtOnce, cancellation);
            foreach (Account account in page)
            {
                (string Unit, string Class) key = (account.Unit.Code, Chart.ClassOf(account.Path));
                ClassTotals row = rows.TryGetValue(key, out ClassTotals? found) ? found : new ClassTotals(account.Unit, key.Class, default, 0);
                rows[key] = row with { Totals = row.Totals + account.Counters, Accounts = row.Accounts + 1 };
            }
            if (page.Count < AccountsAtOnce) break;
            after = page[^1].Path.Text;
        }
        LedgerTime? time = size == 0 ? null : (await ledger.EntryAsync(region, size - 1, cancellation))!.Entry.Time;
        return rows.Values.ToContract(region, size, time, unit);
    }
}
