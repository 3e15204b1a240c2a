namespace TimeBank.Ledger;

/// <summary>A test of one field of a stored state.</summary>
/// <param name="Field">The property as JSON names it: <c>state</c>, <c>plannedStart</c>, or with dots into objects.</param>
/// <param name="Value">An enum by its name, a day as yyyy-MM-dd, a time as it is stored.</param>
public sealed record RegistryCondition(string Field, string Value, RegistryTest Test = RegistryTest.Is);
