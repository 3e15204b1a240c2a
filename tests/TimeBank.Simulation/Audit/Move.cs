namespace TimeBank.Simulation;

/// <summary>A transfer in the form that entries have.</summary>
internal readonly record struct Move(int Debit, int Credit, string Unit, long Posted, long Held, long Released);
