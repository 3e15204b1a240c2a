namespace TimeBank.Ledger;

/// <summary>What one funder bears of an amount.</summary>
public readonly record struct FunderPart(Slug Fund, Fen Amount);
