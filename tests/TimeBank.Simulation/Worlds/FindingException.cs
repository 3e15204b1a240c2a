namespace TimeBank.Simulation;

/// <summary>Something that must never happen, happened.</summary>
internal sealed class FindingException(string finding) : Exception(finding);
