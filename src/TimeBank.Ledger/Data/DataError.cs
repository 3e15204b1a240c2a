namespace TimeBank.Ledger;

/// <summary>What is wrong in a data file, and where.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Path">Such as <c>$.hours.balanceCapMinutes.value</c>; <c>$</c> is the whole file.</param>
public sealed record DataError(int Line, string Path, string Message)
{
    public override string ToString() => $"line {Line}, {Path}: {Message}";
}
