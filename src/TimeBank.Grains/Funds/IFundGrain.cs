using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>Money of one source; key: region/source. Its amounts stand in the ledger.</summary>
[Alias("timebank.fund")]
public interface IFundGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<FundRecord>> CreateAsync(CreateFundMessage creation);

    /// <summary>The fund; null where none was opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<FundRecord?> GetAsync();

    [Alias("receive")]
    Task<OutcomeMessage> ReceiveAsync(ReceiveMoneyMessage receipt);
}
