namespace TimeBank.Ledger;

/// <summary>Something in a stored journal that isn't as it follows from the journal.</summary>
/// <param name="Where">Its resource name, such as <c>regions/430211/entries/17</c>.</param>
/// <param name="What">What of it is wrong.</param>
/// <param name="Expected">What follows from the journal so far.</param>
/// <param name="Found">What is stored.</param>
public sealed record Finding(string Where, string What, string Expected, string Found)
{
    public override string ToString() => $"{Where}: {What}: expected {Expected}, found {Found}";

    internal static Finding? IfDiffers<T>(string where, string what, T expected, T found) =>
        EqualityComparer<T>.Default.Equals(expected, found) ? null : new Finding(where, what, $"{expected}", $"{found}");

    internal static Finding? IfBytesDiffer(string where, string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found) =>
        expected.SequenceEqual(found) ? null : new Finding(where, what, Convert.ToHexStringLower(expected), Convert.ToHexStringLower(found));
}
