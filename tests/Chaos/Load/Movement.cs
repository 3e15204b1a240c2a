namespace TimeBank.Chaos.Load;

/// <summary>A transfer as the driver itself expects it: two accounts by path, a unit, and amounts.</summary>
internal readonly record struct Movement(string Debit, string Credit, string Unit, long Posted, long Held = 0, long Released = 0)
{
    /// <summary>The opposite movement. Not a property: a record prints its properties, and printing would never end.</summary>
    public Movement Back() => new(Credit, Debit, Unit, Posted);
}
