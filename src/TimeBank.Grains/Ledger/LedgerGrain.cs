using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>The grain around a region's <see cref="LedgerWriter"/>. Its calls interleave: the writer batches them.</summary>
[Reentrant]
public sealed class LedgerGrain(ILedgerStore store, BusinessClock clock, ISaltSource salts, IOptions<LedgerOptions> options, ILogger<LedgerGrain> log, IJournalWatch? watch = null)
    : Grain, ILedgerGrain
{
    private LedgerWriter? _writer;

    private LedgerWriter Writer => _writer ??= new LedgerWriter(RegionCode.Parse(this.GetPrimaryKeyString()), store, clock, salts, options.Value, log, watch);

    /// <summary>What the writer has taken it stores, and answers, before its silo ends.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        _writer?.Idle.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public async Task<OutcomeMessage> SubmitAsync(ProposalMessage proposal) => new(await Writer.SubmitAsync(proposal.Proposal));

    public async Task<TrialMessage> TryAsync(ProposalMessage proposal) => new(await Writer.TryAsync(proposal.Proposal));

    public async Task<OutcomeMessage?> FindAsync(EntryIdMessage id) => await Writer.FindAsync(id.Id) is { } outcome ? new OutcomeMessage(outcome) : null;

    public async Task<AccountsMessage> AccountsAsync(AccountPathsMessage paths)
    {
        var parsed = new AccountPath[paths.Paths.Length];
        for (int at = 0; at < parsed.Length; at++) parsed[at] = AccountPath.Parse(paths.Paths[at]);
        return new([.. await Writer.AccountsAsync(parsed)]);
    }
}
