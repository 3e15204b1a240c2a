namespace TimeBank.Simulation;

/// <summary>What a transfer is expected to be, by the paths of its accounts.</summary>
/// <param name="CreditUnit">Another unit than the debit's where somebody got that wrong.</param>
internal sealed record Leg(string Debit, string Credit, string Unit, long Amount, bool AtMost = false, string? CreditUnit = null);
