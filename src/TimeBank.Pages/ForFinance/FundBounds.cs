using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>What a fund's money is bound to, as people read it.</summary>
public static class FundBounds
{
    /// <summary>The purpose to which a fund was bound by those who gave it; empty: it is free.</summary>
    public static string BoundTo(Fund? fund) => fund?.Kind is FundKind.Donation or FundKind.CharitableTrust ? fund.Purpose : "";

    /// <summary>What programmes must keep that get its money; empty: nothing.</summary>
    public static string Conditions(Fund? fund, Language l) => string.Join(l["；", "; "], Parts(fund?.Conditions, l));

    private static IEnumerable<string> Parts(FundConditions? bound, Language l)
    {
        if (bound is null) yield break;
        if (bound.MinAge > 0) yield return l[$"年满 {bound.MinAge} 周岁的老人", $"elders of {bound.MinAge} years or more"];
        if (bound.Residence.Length > 0)
            yield return l[$"居住在 {Written.Id(bound.Residence)} 的老人", $"elders who live in {Written.Id(bound.Residence)}"];
        if (bound.ServiceTypes.Count > 0)
            yield return string.Join(l["、", ", "], bound.ServiceTypes.Select(type => Labels.Of(type, l)));
    }
}
