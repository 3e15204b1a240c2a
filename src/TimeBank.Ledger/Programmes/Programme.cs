using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>What money is spent on, by vouchers.</summary>
/// <param name="Unit">The vouchers' unit: fen, or a service.</param>
/// <param name="ServiceTypes">The kinds of service that its vouchers pay for.</param>
/// <param name="MonthlyQuota">Of a unit programme: what an elder gets a month.</param>
/// <param name="ContractPrice">Of a unit programme: what one unit costs at most, and so what is committed for it.</param>
public sealed record Programme(
    Slug Id,
    ProgrammeScheme Scheme,
    Unit Unit,
    ImmutableArray<ServiceType> ServiceTypes,
    long MonthlyQuota,
    Fen ContractPrice,
    ProgrammeEligibility Eligibility)
{
    /// <summary>The money that a voucher of this amount binds.</summary>
    public Fen Commitment(long amount) => Scheme switch
    {
        ProgrammeScheme.NationalEVoucher => new Fen(amount),
        ProgrammeScheme.UnitVoucher => new Fen(amount * ContractPrice.Value),
        ProgrammeScheme.None => throw new InvalidOperationException($"Programme {Id} has no scheme."),
    };

    /// <summary>The terms of a month's voucher: good from the day of issue to the month's end, to be claimed some days later.</summary>
    public VoucherTerms TermsOf(OpaqueId elder, DateOnly issued, VouchersPolicy policy)
    {
        DateOnly useBy = new DateOnly(issued.Year, issued.Month, 1).AddMonths(1).AddDays(-1);
        return new VoucherTerms(
            elder, Id, Scheme == ProgrammeScheme.UnitVoucher ? VoucherKind.Units : VoucherKind.Money, Unit,
            [.. ServiceTypes.Select(type => DataWords.Of(DataWords.ServiceTypes, type))],
            ContractPrice, issued, useBy, useBy.AddDays(policy.ClaimGraceDays));
    }

    /// <summary>The entry that issues an elder's voucher of a month: one, whatever run it is issued by, so that nothing is issued twice.</summary>
    /// <param name="again">How many issues before it were reversed.</param>
    public EntryId IssueId(RegionCode region, DateOnly month, OpaqueId elder, int again = 0)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $"issue/{region}/{Id}/{month:yyyy-MM}/{elder}");
        EntryId first = EntryId.Of(Runs.Actor, Guid.Empty, step);
        return again == 0 ? first : first.Step(string.Create(CultureInfo.InvariantCulture, $"again/{again}"));
    }
}
