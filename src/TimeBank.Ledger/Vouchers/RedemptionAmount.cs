namespace TimeBank.Ledger;

/// <summary>How the price of one service is shared when a money voucher pays.</summary>
/// <param name="Voucher">What the voucher pays.</param>
/// <param name="Insurance">What long-term-care insurance pays; never more than the price.</param>
/// <param name="Elder">What is left to the elder. The three make up the price.</param>
public readonly record struct RedemptionAmount(Fen Voucher, Fen Insurance, Fen Elder)
{
    /// <summary>
    /// floor(own part × ratio), at most the balance, where the own part is the price, up to the item's ceiling, less the insurance's part. Source: the
    /// formula of Guangdong; rounding down and the order of steps are our own.
    /// </summary>
    /// <param name="price">What the provider charges.</param>
    /// <param name="ceiling">The item's ceiling price; the excess is the elder's.</param>
    /// <param name="insurance">The part of long-term-care insurance.</param>
    /// <param name="ratioPercent">0 to 100.</param>
    /// <param name="balance">What the voucher still holds.</param>
    public static RedemptionAmount Of(Fen price, Fen ceiling, Fen insurance, int ratioPercent, Fen balance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ratioPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratioPercent, 100);
        Fen insured = Fen.Min(insurance, price);
        Fen considered = Fen.Min(price, ceiling);
        Fen ownPart = considered > insured ? considered - insured : Fen.Zero;
        // In 128 bits, because 92 quadrillion fen times 100 leaves 64.
        Fen share = new((long)((Int128)ownPart.Value * ratioPercent / 100));
        Fen paid = Fen.Min(share, balance);
        return new RedemptionAmount(paid, insured, price - insured - paid);
    }
}
