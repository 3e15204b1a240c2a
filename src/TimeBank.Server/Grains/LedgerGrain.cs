using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The one writer of a region's journal; key: the region's code. It decides order, double entry, limits and ids.</summary>
[Alias("timebank.ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Decides a proposal and answers once the outcome is durable. A retry with the same id gets the same outcome.</summary>
    [Alias("submit")]
    Task<Outcome> SubmitAsync(Proposal proposal);

    /// <summary>The outcome that a proposal would have. Stores nothing.</summary>
    [Alias("try")]
    Task<DryRun> DryRunAsync(Proposal proposal);

    /// <summary>The outcome stored under an id; null where the id is unknown.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    [Alias("find")]
    Task<Outcome?> FindAsync(EntryId id);

    /// <summary>Accounts as the writer has them. Accounts that don't exist are left out.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    [Alias("accounts")]
    Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths);
}

/// <summary>The grain around a region's <see cref="LedgerWriter"/>. Its calls interleave, so that the writer can batch them.</summary>
[Reentrant]
public sealed class LedgerGrain(ILedgerStore store, BusinessClock clock, ISaltSource salts, IOptions<LedgerOptions> options,
    ILogger<LedgerGrain> log, IJournalWatch? watch = null)
    : Grain, ILedgerGrain
{
    private LedgerWriter? _writer;

    private LedgerWriter Writer =>
        _writer ??= new LedgerWriter(RegionCode.Parse(this.GetPrimaryKeyString()), store, clock, salts, options.Value, log, watch);

    /// <summary>Waits until the writer has stored and answered every accepted call, before the silo stops.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        _writer?.Idle.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public async Task<Outcome> SubmitAsync(Proposal proposal)
    {
        using Activity? span = GrainTraces.Begin(nameof(LedgerGrain));
        return await Writer.SubmitAsync(proposal);
    }

    public Task<DryRun> DryRunAsync(Proposal proposal) => Writer.DryRunAsync(proposal);

    public Task<Outcome?> FindAsync(EntryId id) => Writer.FindAsync(id);

    public async Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths) =>
        [.. await Writer.AccountsAsync([.. paths])];
}

/// <summary>Reads single accounts from the region's writer.</summary>
public static class LedgerReads
{
    /// <summary>The account at a path; null if it was never opened.</summary>
    public static Account? Find(this ImmutableArray<Account> accounts, AccountPath path)
    {
        foreach (Account account in accounts)
        {
            if (account.Path == path) return account;
        }
        return null;
    }

    /// <summary>The account at a path; null if it was never opened.</summary>
    public static async Task<Account?> AccountAsync(this ILedgerGrain writer, AccountPath path) =>
        (await writer.AccountsAsync([path])).Find(path);

    /// <summary>The fen that a programme can still spend on new vouchers.</summary>
    public static async Task<long> AvailableAsync(this ILedgerGrain writer, Slug programme) =>
        (await writer.AccountAsync(Chart.ProgrammeAllotted(programme).Path))?.Counters.DebitRoom ?? 0;
}
