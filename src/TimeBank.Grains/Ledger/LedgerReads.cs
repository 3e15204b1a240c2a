using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Accounts as the region's writer has them.</summary>
public static class LedgerReads
{
    /// <summary>An account, or null where nothing has opened it.</summary>
    public static async Task<Account?> AccountAsync(this ILedgerGrain ledger, AccountPath path) => (await ledger.AccountsAsync(new AccountPathsMessage([path.Text]))).Find(path);
}
