namespace TimeBank.Server;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The dotted path, in the contract's names.</param>
/// <param name="Violation">A key of the contract's <c>violations.json</c>.</param>
public sealed record FieldViolation(string Field, string Violation, params IReadOnlyList<(string Key, string Value)> Values);
