namespace TimeBank.Chaos.Load;

/// <summary>What a transfer of an entry must be, by the driver's own reckoning: two accounts by path, a unit, and amounts.</summary>
internal readonly record struct Movement(string Debit, string Credit, string Unit, long Posted, long Held = 0, long Released = 0)
{
    /// <summary>A method, since a record prints its properties, and each of these would print the next.</summary>
    public Movement Back() => new(Credit, Debit, Unit, Posted);
}
