using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>
/// Hours on their way from a region to others; key: the region's code. The journal is the outbox: a transfer brings its own hours there
/// at once where it can, and rounds of
/// deliveries bring the rest, apart from other people's transfers, which don't wait for them.
/// </summary>
[Alias("timebank.clearing")]
public interface IClearingGrain : IGrainWithStringKey
{
    [Alias("transfer"), AlwaysInterleave]
    Task<Reply<TransferredHoursMessage>> TransferAsync(TransferHoursMessage transfer);

    [Alias("positions"), AlwaysInterleave]
    Task<PositionsMessage> PositionsAsync();

    /// <summary>The hours of a volunteer, by id, that have left and not arrived.</summary>
    [Alias("on-their-way"), AlwaysInterleave]
    Task<HoursOnTheirWayMessage> OnTheirWayAsync(string volunteer);

    /// <summary>A round of deliveries. Who refuses is asked in fewer rounds, up to every fourth.</summary>
    [Alias("deliver")]
    Task DeliverAsync();
}
