using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Providers in the contract's types.</summary>
internal static class ProviderValues
{
    /// <param name="payable">In fen; null where the caller may not see it.</param>
    public static Provider ToContract(this ProviderRecord record, RegionCode region, DateOnly today, long? payable)
    {
        StandingSpan? span = record.ToFacts().SpanOn(today);
        var provider = new Provider
        {
            Name = ResourceName.Of(region, VoucherValues.Providers, record.Id),
            DisplayName = record.DisplayName,
            Accreditation = (record.AccreditedFrom, record.AccreditedUntil).ToContract(),
            Standing = (V1.Standing)(span?.Standing ?? Ledger.Standing.Good),
            Payable = payable is { } fen ? Unit.Fen.Of(fen) : null,
        };
        provider.ServiceTypes.Add(record.ServiceTypes.Select(ContractWords.ToContract));
        if (span is null) return provider;
        provider.StandingPeriod = (span.First, span.Last ?? DateOnly.MaxValue).ToContract();
        provider.StandingNote = record.Standings.Last(standing => standing.First <= today).Note;
        return provider;
    }
}
