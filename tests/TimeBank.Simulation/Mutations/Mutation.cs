namespace TimeBank.Simulation;

/// <summary>A known way to break the ledger: a piece of its source, and what stands there instead.</summary>
/// <param name="Project">The project, such as <c>TimeBank.Ledger</c>.</param>
/// <param name="File">The file in it.</param>
/// <param name="Text">What must be there exactly once.</param>
/// <param name="Seeds">Within how many seeds, from 1 on, it must be found.</param>
internal sealed record Mutation(string Name, string Project, string File, string Text, string Instead, int Seeds = 100);
