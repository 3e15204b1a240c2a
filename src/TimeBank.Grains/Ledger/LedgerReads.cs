using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Accounts as the region's writer has them.</summary>
public static class LedgerReads
{
    /// <summary>An account, or null where nothing has opened it.</summary>
    public static async Task<Account?> AccountAsync(this ILedgerGrain ledger, AccountPath path) => (await ledger.AccountsAsync(new AccountPathsMessage([path.Text]))).Find(path);

    /// <summary>The fen that a programme may still bind.</summary>
    public static async Task<long> AvailableAsync(this ILedgerGrain ledger, Slug programme) => (await ledger.AccountAsync(Chart.ProgrammeAllotted(programme).Path))?.Counters.DebitRoom ?? 0;
}
