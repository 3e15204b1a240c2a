using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Entries of a voucher's life. An entry of a unit voucher moves two things: its units, and the money committed for them.
/// </summary>
public static class VoucherEntries
{
    /// <summary>
    /// Issues a voucher of fen, or of units whose contract price is committed. Nothing unfunded is issued: the programme's limit refuses
    /// it.
    /// </summary>
    public static Proposal Issue(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long amount)
    {
        AccountSpec account = Chart.NewVoucher(voucher, terms.Unit, terms.ToAccountTerms()),
            allotted = Chart.ProgrammeAllotted(terms.Programme);
        return terms.Kind switch
        {
            VoucherKind.Money => Entries.Post(header, EntryCode.IssueVoucher, new ProposedTransfer(allotted, account, amount)),
            VoucherKind.Units => Entries.Post(
                header, EntryCode.IssueVoucher,
                new ProposedTransfer(Chart.ProgrammeUnits(terms.Programme, terms.Unit), account, amount),
                new ProposedTransfer(allotted, Chart.ProgrammeCommitted(terms.Programme), PriceOf(amount, terms))),
        };
    }

    /// <summary>A voucher pays a provider.</summary>
    public static Proposal Redeem(EntryHeader header, Redemption redemption, VoucherTerms terms) => terms.Kind switch
    {
        VoucherKind.Money => RedeemMoney(header, redemption.Voucher, redemption.Provider, redemption.Credited),
        VoucherKind.Units =>
        RedeemUnits(header, redemption.Voucher, terms, redemption.Provider, redemption.FromVoucher, redemption.Credited),
    };

    /// <summary>A money voucher pays a provider.</summary>
    public static Proposal RedeemMoney(EntryHeader header, OpaqueId voucher, OpaqueId provider, Fen amount) =>
        Entries.Post(header, EntryCode.RedeemVoucher,
            new ProposedTransfer(Chart.Voucher(voucher, Unit.Fen), Chart.ProviderPayable(provider), amount.Value));

    /// <summary>A unit voucher is used. The provider earns the price; the rest of the commitment is free again.</summary>
    /// <param name="units">The number of units. The ledger refuses zero and less.</param>
    /// <param name="price">The money owed to the provider for all units; at most their contract price.</param>
    /// <exception cref="ArgumentOutOfRangeException">The price exceeds the commitment.</exception>
    public static Proposal RedeemUnits(EntryHeader header, OpaqueId voucher, VoucherTerms terms, OpaqueId provider, long units, Fen price)
    {
        long left = PriceOf(units, terms) - price.Value;
        if (units > 0) ArgumentOutOfRangeException.ThrowIfNegative(left, nameof(price));
        AccountSpec commitment = Chart.ProgrammeCommitted(terms.Programme);
        ImmutableArray<ProposedTransfer> transfers =
        [
            new(Chart.Voucher(voucher, terms.Unit), Chart.ProgrammeUnits(terms.Programme, terms.Unit), units),
            new(commitment, Chart.ProviderPayable(provider), price.Value),
        ];
        if (left > 0) transfers = transfers.Add(new(commitment, Chart.ProgrammeAllotted(terms.Programme), left));
        return Entries.Post(header, EntryCode.RedeemVoucher, transfers);
    }

    /// <summary>Refunds a redemption as a whole.</summary>
    public static Proposal Refund(EntryHeader header, EntryId redemption) =>
        Entries.Reverse(header, redemption, EntryCode.RefundRedemption);

    public static Proposal Void(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long remaining) =>
        Return(header, EntryCode.VoidVoucher, voucher, terms, remaining);

    public static Proposal Expire(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long remaining) =>
        Return(header, EntryCode.ExpireVoucher, voucher, terms, remaining);

    private static Proposal Return(EntryHeader header, EntryCode code, OpaqueId voucher, VoucherTerms terms, long remaining)
    {
        AccountSpec account = Chart.Voucher(voucher, terms.Unit), allotted = Chart.ProgrammeAllotted(terms.Programme);
        return terms.Kind switch
        {
            VoucherKind.Money => Entries.Post(header, code, new ProposedTransfer(account, allotted, remaining)),
            VoucherKind.Units => Entries.Post(
                header, code,
                new ProposedTransfer(account, Chart.ProgrammeUnits(terms.Programme, terms.Unit), remaining),
                new ProposedTransfer(Chart.ProgrammeCommitted(terms.Programme), allotted, PriceOf(remaining, terms))),
        };
    }

    /// <summary>
    /// The contract price of some units. Where it would overflow, one more than the largest amount: the ledger refuses that as too large.
    /// </summary>
    private static long PriceOf(long units, VoucherTerms terms) =>
        (long)Int128.Clamp((Int128)units * terms.UnitPrice.Value, 0, Shape.MaxAmount + 1);
}
