namespace TimeBank.Simulation;

/// <summary>What became of a mutation.</summary>
/// <param name="Seeds">How many seeds it took; null where it was not found, or could not be made.</param>
/// <param name="Finding">What was found, or why nothing was.</param>
internal sealed record Mutant(Mutation Mutation, int? Seeds, string Finding);
