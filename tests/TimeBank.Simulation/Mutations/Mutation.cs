namespace TimeBank.Simulation;

/// <summary>A known way to break the ledger: a piece of its source and its replacement.</summary>
/// <param name="Project">The project, such as <c>TimeBank.Ledger</c>.</param>
/// <param name="File">The file in the project.</param>
/// <param name="Text">The text to replace. It must occur exactly once.</param>
/// <param name="Seeds">The number of seeds, from 1 on, within which the simulator must find it.</param>
internal sealed record Mutation(string Name, string Project, string File, string Text, string Instead, int Seeds = 100);
