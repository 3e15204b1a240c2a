namespace TimeBank.Ledger;

/// <summary>What a programme gives an elder for a month, or why nothing.</summary>
/// <param name="Amount">In the programme's unit; zero where refused.</param>
/// <param name="Refusal">Null where something is given.</param>
public sealed record ProgrammeGrant(long Amount, Refusal? Refusal);
