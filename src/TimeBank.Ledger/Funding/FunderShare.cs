namespace TimeBank.Ledger;

/// <summary>A funder and its weight among a programme's funders: a percentage, or the fen that it gave.</summary>
public readonly record struct FunderShare(Slug Fund, long Weight);
