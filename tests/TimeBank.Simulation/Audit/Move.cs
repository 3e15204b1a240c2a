namespace TimeBank.Simulation;

/// <summary>A transfer as it stands in an entry.</summary>
internal readonly record struct Move(int Debit, int Credit, string Unit, long Posted, long Held, long Released);
