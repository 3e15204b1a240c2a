namespace TimeBank.Ledger;

/// <summary>The fund that buys a service which no volunteer gives; an alert is due where it covers less than this share of outstanding hours.</summary>
public sealed record GuaranteeFundPolicy(Fen Target, int AlertBelowPercent);
