using TimeBank.Ledger;
using TimeBank.V1;
using Programme = TimeBank.V1.Programme;

namespace TimeBank.Server;

/// <summary>Funds and programmes in the contract's types.</summary>
internal static class FundContract
{
    public const string Funds = "funds", Programmes = "programmes";

    public static Fund ToContract(this FundRecord fund, RegionCode region, long available) => new()
    {
        Name = ResourceName.Of(region, Funds, fund.Id),
        Kind = fund.Kind.ToContract(),
        DisplayName = fund.DisplayName,
        Purpose = fund.Purpose,
        Available = Unit.Fen.Of(available),
        Conditions = fund.Conditions?.ToContract(),
    };

    private static V1.FundConditions ToContract(this FundConditionsRecord conditions)
    {
        var contract = new V1.FundConditions
        {
            MinAge = conditions.MinAge,
            Residence = conditions.Residence.Length == 0 ? "" : ResourceName.OfRegion(RegionCode.Parse(conditions.Residence)),
        };
        contract.ServiceTypes.Add(conditions.ServiceTypes.Select(ChoiceContract.ToContract));
        return contract;
    }

    public static Programme ToContract(this ProgrammeRecord record, RegionCode region, long available)
    {
        var programme = new Programme
        {
            Name = ResourceName.Of(region, Programmes, record.Id),
            DisplayName = record.DisplayName,
            Scheme = record.Scheme.ToContract(),
            Unit = record.Unit,
            Available = Unit.Fen.Of(available),
            HoldsBack = record.HoldsBack,
        };
        programme.ServiceTypes.Add(record.ServiceTypes.Select(ChoiceContract.ToContract));
        if (record.Scheme == Ledger.ProgrammeScheme.NationalEVoucher) return programme;
        programme.MonthlyQuota = Unit.Parse(record.Unit).Of(record.MonthlyQuota);
        if (record.Scheme == Ledger.ProgrammeScheme.UnitVoucher) programme.ContractPrice = Unit.Fen.Of(record.ContractPriceFen);
        programme.Eligibility = new Eligibility
        {
            MinAge = record.MinAge,
            MinGrade = record.MinGrade?.ToContract() ?? V1.AbilityGrade.Unspecified
        };
        programme.Eligibility.AnyDifficulty.Add(record.AnyDifficulty.ToContract());
        if (record.Further is not { } further) return programme;
        programme.Eligibility.LowIncome = further.LowIncome;
        if (further.Residence.Length > 0) programme.Eligibility.Residence = ResourceName.OfRegion(RegionCode.Parse(further.Residence));
        programme.Eligibility.ExcludedBenefits.Add(further.Excluded.ToContract());
        programme.Eligibility.YieldsTo.Add(further.YieldsTo.Select(id => ResourceName.Of(region, Programmes, id)));
        return programme;
    }
}

/// <summary>
/// Totals of vouchers, in their unit or in fen. Issued = redeemed + paid out + expired + voided + released + remaining, because every part
/// is a sum of the same accounts' postings.
/// </summary>
/// <param name="Redeemed">Refunds deducted.</param>
/// <param name="PaidOut">What was paid to estates.</param>
/// <param name="Released">
/// What went back to the programme beside expiries and voids: committed money that a redemption below the contract price did not need, and
/// what refunds brought back for vouchers that had ended.
/// </param>
internal sealed record MoneyFigures(
    Int128 Issued, Int128 Redeemed, Int128 PaidOut, Int128 Expired, Int128 Voided, Int128 Released, Int128 Refunded)
{
    /// <summary>What left the programme for good. The funds bear it.</summary>
    public Int128 Spent => Redeemed + PaidOut;

    /// <summary>What vouchers still bind.</summary>
    public Int128 Remaining => Issued - Spent - Expired - Voided - Released;

    public static MoneyFigures operator +(MoneyFigures left, MoneyFigures right) => new(
        left.Issued + right.Issued, left.Redeemed + right.Redeemed, left.PaidOut + right.PaidOut, left.Expired + right.Expired,
        left.Voided + right.Voided, left.Released + right.Released, left.Refunded + right.Refunded);

    /// <summary>Totals in the vouchers' unit, from the vouchers' own accounts.</summary>
    public static MoneyFigures OfVouchers(IReadOnlyList<Flow> vouchers)
    {
        // A refund debits a voucher only to pass on what it has just brought back.
        Int128 passedOn = vouchers.ReversedCredit(EntryCode.RedeemVoucher)
            + vouchers.Where(flow => flow is { Code: EntryCode.RefundBill, IsDebit: true }).NetDebit();
        return new MoneyFigures(
            vouchers.NetCredit(EntryCode.IssueVoucher), Used(vouchers) - passedOn, vouchers.NetDebit(EntryCode.PayEstate),
            vouchers.NetDebit(EntryCode.ExpireVoucher), vouchers.NetDebit(EntryCode.VoidVoucher), passedOn,
            TakenBack(vouchers) + vouchers.Where(flow => flow is { Code: EntryCode.RefundBill, IsDebit: true }).NetDebit());
    }

    /// <summary>
    /// Totals in fen for unit vouchers, from the commitment account. Money that a redemption, or a refund of an ended voucher, returns to
    /// the allotment is released.
    /// </summary>
    public static MoneyFigures OfCommitment(IReadOnlyList<Flow> committed, IReadOnlyList<Flow> allotted)
    {
        Int128 released = -Used(allotted);
        return new MoneyFigures(
            committed.NetCredit(EntryCode.IssueVoucher), Used(committed) - released, 0,
                committed.NetDebit(EntryCode.ExpireVoucher),
            committed.NetDebit(EntryCode.VoidVoucher), released,
            TakenBack(committed) - allotted.ReversedCredit(EntryCode.RedeemVoucher) - allotted.NetDebit(EntryCode.RefundBill));
    }

    /// <summary>Debits of redemptions and bills, refunds taken off.</summary>
    private static Int128 Used(IReadOnlyList<Flow> flows) => flows.NetDebit(EntryCode.RedeemVoucher)
        + flows.NetDebit(EntryCode.PayBill) + flows.NetDebit(EntryCode.RefundBill);

    /// <summary>What refunds credited.</summary>
    private static Int128 TakenBack(IReadOnlyList<Flow> flows) =>
        flows.ReversedDebit(EntryCode.RedeemVoucher) + flows.NetCredit(EntryCode.RefundBill);

    public VoucherFigures ToContract(Unit unit) => new()
    {
        Issued = unit.OfTotal(Issued),
        Redeemed = unit.OfTotal(Redeemed),
        Expired = unit.OfTotal(Expired),
        Voided = unit.OfTotal(Voided),
        Released = unit.OfTotal(Released),
        Remaining = unit.OfTotal(Remaining),
        Refunded = unit.OfTotal(Refunded),
        PaidToEstates = unit.OfTotal(PaidOut),
    };
}
