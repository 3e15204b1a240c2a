namespace TimeBank.Simulation;

/// <summary>An expected transfer, by the paths of its accounts.</summary>
/// <param name="CreditUnit">The credit account's unit where it differs from the debit's by mistake.</param>
internal sealed record Leg(string Debit, string Credit, string Unit, long Amount, bool AtMost = false, string? CreditUnit = null);
