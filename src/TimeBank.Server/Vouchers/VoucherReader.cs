using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>Vouchers as the journal tells them: terms and rest from the account, the amount from the entry that opened it, the end from the last one.</summary>
public sealed class VoucherReader(ILedgerReader ledger)
{
    private const int AccountsAtOnce = 200;

    /// <summary>A voucher's account; null where there is none.</summary>
    public ValueTask<Account?> FindAsync(RegionCode region, OpaqueId voucher, CancellationToken cancellation) => ledger.AccountAsync(region, Chart.VoucherPath(voucher), cancellation);

    public async Task<Voucher> ReadAsync(RegionCode region, Account account, CancellationToken cancellation)
    {
        VoucherFacts facts = await FactsAsync(region, account, cancellation);
        VoucherTerms terms = facts.Terms;
        StoredEntry issue = await ledger.EntryAsync(region, account.Opened, cancellation) ?? throw new InvalidOperationException($"Account {account.Path} was opened by no entry.");
        var voucher = new Voucher
        {
            Name = ResourceName.Of(region, VoucherValues.Vouchers, Id(account)),
            Programme = ResourceName.Of(region, FundValues.Programmes, terms.Programme),
            Elder = ResourceName.Of(region, VoucherValues.Elders, terms.Elder),
            Issued = account.Unit.Of(issue.Entry.Transfers.First(transfer => transfer.Credit == account.Number).Posted),
            Remaining = account.Unit.Of(facts.Remaining),
            State = StateOf(facts),
            ValidFrom = terms.From.ToContract(),
            UseBy = terms.UseBy.ToContract(),
            ClaimBy = terms.ClaimBy.ToContract(),
            IssueEntry = ResourceName.Of(region, VoucherValues.Entries, account.Opened),
        };
        voucher.ServiceTypes.Add(terms.Services.Select(ContractWords.ToContract));
        return voucher;
    }

    /// <summary>Vouchers earliest use-by first, then by name; one more than the page, where there is one more.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync(
        RegionCode region, AccountFilter filter, VoucherState? state, (DateOnly Day, string Path) after, int count, CancellationToken cancellation)
    {
        var found = new List<Account>();
        AccountFilter narrowed = filter with { NotEmpty = state == VoucherState.Active };
        while (found.Count < count)
        {
            IReadOnlyList<Account> page = await ledger.AccountsByLastDayAsync(region, narrowed, after.Day, after.Path, AccountsAtOnce, cancellation);
            foreach (Account account in page)
            {
                if (state is null || StateOf(await FactsAsync(region, account, cancellation)) == state) found.Add(account);
            }
            if (page.Count < AccountsAtOnce) break;
            after = (page[^1].Terms!.Until!.Value, page[^1].Path.Text);
        }
        return [.. found.Take(count)];
    }

    public static string Id(Account account) => account.Path.Text["voucher/".Length..];

    private static VoucherState StateOf(VoucherFacts facts) => facts.End switch
    {
        VoucherEnd.Expired => VoucherState.Expired,
        VoucherEnd.Voided => VoucherState.Voided,
        VoucherEnd.None => facts.Remaining > 0 ? VoucherState.Active : VoucherState.UsedUp,
    };

    private async Task<VoucherFacts> FactsAsync(RegionCode region, Account account, CancellationToken cancellation)
    {
        if (account.Counters.DebitRoom > 0) return VoucherFacts.Of(account, null);
        var filter = new EntryFilter { Touching = [new AccountFilter(account.Path.Text)] };
        return VoucherFacts.Of(account, (await ledger.EntriesAsync(region, filter, long.MaxValue, 1, cancellation)).FirstOrDefault()?.Entry.Code);
    }
}
