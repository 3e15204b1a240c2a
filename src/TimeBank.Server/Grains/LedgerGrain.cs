using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The one writer of a region's journal; key: the region's code. Order, double entry, limits and ids are decided here.</summary>
[Alias("timebank.ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Decides a proposal and answers once its outcome is durable; a retry gets the same outcome.</summary>
    [Alias("submit")]
    Task<Outcome> SubmitAsync(Proposal proposal);

    /// <summary>What would become of a proposal; nothing is stored.</summary>
    [Alias("try")]
    Task<DryRun> DryRunAsync(Proposal proposal);

    /// <summary>What became of an id; null where it is not known.</summary>
    [Alias("find")]
    Task<Outcome?> FindAsync(EntryId id);

    /// <summary>Accounts as the writer has them; those that don't exist are left out.</summary>
    [Alias("accounts")]
    Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths);
}

/// <summary>The grain around a region's <see cref="LedgerWriter"/>. Its calls interleave: the writer batches them.</summary>
[Reentrant]
public sealed class LedgerGrain(ILedgerStore store, BusinessClock clock, ISaltSource salts, IOptions<LedgerOptions> options,
    ILogger<LedgerGrain> log, IJournalWatch? watch = null)
    : Grain, ILedgerGrain
{
    private LedgerWriter? _writer;

    private LedgerWriter Writer =>
        _writer ??= new LedgerWriter(RegionCode.Parse(this.GetPrimaryKeyString()), store, clock, salts, options.Value, log, watch);

    /// <summary>What the writer has taken it stores, and answers, before its silo ends.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        _writer?.Idle.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public Task<Outcome> SubmitAsync(Proposal proposal) => Writer.SubmitAsync(proposal);

    public Task<DryRun> DryRunAsync(Proposal proposal) => Writer.DryRunAsync(proposal);

    public Task<Outcome?> FindAsync(EntryId id) => Writer.FindAsync(id);

    public async Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths) =>
        [.. await Writer.AccountsAsync([.. paths])];
}

/// <summary>Accounts as the region's writer has them.</summary>
public static class LedgerReads
{
    /// <summary>The account at a path; null where nothing has opened it.</summary>
    public static Account? Find(this ImmutableArray<Account> accounts, AccountPath path)
    {
        foreach (Account account in accounts)
        {
            if (account.Path == path) return account;
        }
        return null;
    }

    /// <summary>An account, or null where nothing has opened it.</summary>
    public static async Task<Account?> AccountAsync(this ILedgerGrain writer, AccountPath path) =>
        (await writer.AccountsAsync([path])).Find(path);

    /// <summary>The fen that a programme may still bind.</summary>
    public static async Task<long> AvailableAsync(this ILedgerGrain writer, Slug programme) =>
        (await writer.AccountAsync(Chart.ProgrammeAllotted(programme).Path))?.Counters.DebitRoom ?? 0;
}
