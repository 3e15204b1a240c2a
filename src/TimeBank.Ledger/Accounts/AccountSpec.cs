namespace TimeBank.Ledger;

/// <summary>An account as the chart names it: where it is, what it holds, and whether using it opens it.</summary>
public sealed record AccountSpec(AccountPath Path, Unit Unit, AccountFlags Flags, Opening Opening, AccountTerms? Terms = null);
