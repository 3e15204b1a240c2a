using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>
/// Reads vouchers from the journal in SQL, for display. Terms and remaining amount come from the voucher's account, the issued amount from
/// the entry that opened the account, and the end from the account's last entry.
/// </summary>
public sealed class VoucherReader(ILedgerReader ledger)
{
    private const int AccountsAtOnce = 200;

    private static readonly IReadOnlyDictionary<long, JournalEntry> None = new Dictionary<long, JournalEntry>();

    /// <summary>A voucher's account; null if there is no such voucher.</summary>
    public ValueTask<Account?> FindAsync(RegionCode region, OpaqueId voucher, CancellationToken cancellation) =>
        ledger.AccountAsync(region, Chart.VoucherPath(voucher), cancellation);

    public async Task<Voucher> ReadAsync(RegionCode region, Account account, CancellationToken cancellation) =>
        await ReadAsync(region, account, (await FactsAsync(region, [account], cancellation))[0].Facts, cancellation);

    /// <summary>A page of vouchers, earliest use-by first, those without one last, then by name.</summary>
    /// <param name="after">The use-by and account path of the previous page's last voucher.</param>
    /// <returns>At most <paramref name="count"/> vouchers, and the account of the last one; null if no page follows.</returns>
    public async Task<(IReadOnlyList<Voucher> Page, Account? Last)> ListAsync(
        RegionCode region, AccountFilter filter, VoucherState? state, (DateOnly Day, string Path) after, int count,
            CancellationToken cancellation)
    {
        var found = new List<(Account Account, VoucherFacts Facts)>();
        int atOnce = state is null ? Math.Min(AccountsAtOnce, count + 1) : AccountsAtOnce;
        AccountFilter narrowed = filter with { NotEmpty = state == VoucherState.Active };
        while (found.Count <= count)
        {
            IReadOnlyList<Account> some =
                await ledger.AccountsByLastDayAsync(region, narrowed, after.Day, after.Path, atOnce, cancellation);
            found.AddRange((await FactsAsync(region, some, cancellation))
                .Where(voucher => state is null || StateOf(voucher.Facts) == state));
            if (some.Count < atOnce) break;
            after = (some[^1].Terms!.Until!.Value, some[^1].Path.Text);
        }
        var page = new List<Voucher>();
        foreach ((Account account, VoucherFacts facts) in found.Take(count)) page.Add(
            await ReadAsync(region, account, facts, cancellation));
        return (page, found.Count > count ? found[count - 1].Account : null);
    }

    public static string Id(Account account) => account.Path.Text["voucher/".Length..];

    private static VoucherState StateOf(VoucherFacts facts) => facts.End switch
    {
        VoucherEnd.Expired => VoucherState.Expired,
        VoucherEnd.Voided => VoucherState.Voided,
        VoucherEnd.PaidOut => VoucherState.PaidOut,
        VoucherEnd.None => facts.Remaining > 0 ? VoucherState.Active : VoucherState.UsedUp,
    };

    private async Task<Voucher> ReadAsync(RegionCode region, Account account, VoucherFacts facts, CancellationToken cancellation)
    {
        VoucherTerms terms = facts.Terms;
        StoredEntry issue = await ledger.EntryAsync(region, account.Opened, cancellation)
            ?? throw new InvalidOperationException($"Account {account.Path} was opened by no entry.");
        var voucher = new Voucher
        {
            Name = ResourceName.Of(region, VoucherContract.Vouchers, Id(account)),
            Programme = ResourceName.Of(region, FundContract.Programmes, terms.Programme),
            Elder = ResourceName.Of(region, VoucherContract.Elders, terms.Elder),
            Issued = account.Unit.Of(issue.Entry.Transfers.First(transfer => transfer.Credit == account.Number).Posted),
            Remaining = account.Unit.Of(facts.Remaining),
            State = StateOf(facts),
            ValidFrom = terms.From.ToContract(),
            UseBy = terms.Expires ? terms.UseBy.ToContract() : null,
            ClaimBy = terms.Expires ? terms.ClaimBy.ToContract() : null,
            IssueEntry = ResourceName.Of(region, VoucherContract.Entries, account.Opened),
            UnitPrice = terms.Kind == VoucherKind.Units ? terms.UnitPrice.ToContract() : null,
        };
        voucher.ServiceTypes.Add(terms.ServiceTypes.Select(ChoiceContract.ToContract));
        return voucher;
    }

    /// <summary>Only empty vouchers need their last entries; one query looks them all up.</summary>
    private async Task<IReadOnlyList<(Account Account, VoucherFacts Facts)>> FactsAsync(RegionCode region, IReadOnlyList<Account> accounts,
        CancellationToken cancellation)
    {
        long[] empty = [.. accounts.Where(account => account.Counters.DebitRoom == 0).Select(account => account.Number)];
        IReadOnlyDictionary<long, JournalEntry> last = empty.Length == 0
            ? None : await ledger.LastEntriesAsync(region, empty, cancellation);
        return [.. accounts.Select(account => (account, VoucherFacts.Of(account, last.GetValueOrDefault(account.Number))))];
    }
}
