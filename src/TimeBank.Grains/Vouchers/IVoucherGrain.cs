using Orleans;

namespace TimeBank.Grains;

/// <summary>One elder's voucher; key: region/id. It keeps nothing: terms and money stand in the ledger, and it puts what happens to them in order.</summary>
[Alias("timebank.voucher")]
public interface IVoucherGrain : IGrainWithStringKey
{
    [Alias("redeem")]
    Task<OutcomeMessage> RedeemAsync(RedeemVoucherMessage claim);

    [Alias("refund")]
    Task<OutcomeMessage> RefundAsync(RefundRedemptionMessage refund);

    /// <summary>Reverses a redemption, as finance corrects the journal: refused where a refund is, as what has ended stays ended.</summary>
    /// <returns>What happened; where it was only asked for, what would, with the accounts as they would be.</returns>
    [Alias("reverse")]
    Task<TrialMessage> ReverseAsync(RefundRedemptionMessage reversal);

    [Alias("void")]
    Task<OutcomeMessage> VoidAsync(Command command);

    /// <summary>Expires what the voucher has left, once its claims are over; null where there is nothing to expire.</summary>
    [Alias("expire")]
    Task<OutcomeMessage?> ExpireAsync(Command run);
}
