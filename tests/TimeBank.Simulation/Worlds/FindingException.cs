namespace TimeBank.Simulation;

/// <summary>An event that must never happen has happened.</summary>
internal sealed class FindingException(string finding) : Exception(finding);
