using Orleans;

namespace TimeBank.Grains;

/// <summary>The one writer of a region's journal; key: the region's code. Order, double entry, limits and ids are decided here.</summary>
[Alias("timebank.ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Decides a proposal and answers once its outcome is durable; a retry gets the same outcome.</summary>
    [Alias("submit")]
    Task<OutcomeMessage> SubmitAsync(ProposalMessage proposal);

    /// <summary>What would become of a proposal; nothing is stored.</summary>
    [Alias("try")]
    Task<TrialMessage> TryAsync(ProposalMessage proposal);

    /// <summary>What became of an id; null where it is not known.</summary>
    [Alias("find")]
    Task<OutcomeMessage?> FindAsync(EntryIdMessage id);

    /// <summary>Accounts as the writer has them; those that don't exist are left out.</summary>
    [Alias("accounts")]
    Task<AccountsMessage> AccountsAsync(AccountPathsMessage paths);
}
