using Orleans;

namespace TimeBank.Grains;

/// <summary>
/// Hours on their way from a region to others; key: the region's code. The journal is the outbox: whoever calls first delivers what has left
/// and not yet arrived.
/// </summary>
[Alias("timebank.clearing")]
public interface IClearingGrain : IGrainWithStringKey
{
    [Alias("transfer")]
    Task<Reply<TransferredHoursMessage>> TransferAsync(TransferHoursMessage transfer);

    [Alias("positions")]
    Task<PositionsMessage> PositionsAsync();
}
