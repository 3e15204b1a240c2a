namespace TimeBank.Simulation;

/// <summary>The result of a mutation.</summary>
/// <param name="Seeds">The number of seeds until it was found; null where it was not found or could not be made.</param>
/// <param name="Finding">The finding, or why there is none.</param>
internal sealed record Mutant(Mutation Mutation, int? Seeds, string Finding);
