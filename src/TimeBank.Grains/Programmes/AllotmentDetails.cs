using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What an allotment's entry says beside its transfers: what each fund gave, and of which split it is a part.</summary>
/// <param name="Lines">In the order of the request; a share may come to nothing.</param>
/// <param name="Split">Names the funds and shares that the total was split by; empty where the amounts were given.</param>
public sealed record AllotmentDetails(ImmutableArray<FunderPart> Lines, string Split, Fen Total)
{
    public (string Key, string Value)[] Write() =>
    [
        ("split", Split), ("totalFen", Text(Total.Value)),
        .. Lines.Index().Select(line => (Key(line.Index), $"{line.Item.Fund} {Text(line.Item.Amount.Value)}")),
    ];

    public static AllotmentDetails Of(JournalEntry entry) => new(
        [.. entry.Header.Details.Where(detail => detail.Key.StartsWith("fund", StringComparison.Ordinal)).Select(detail => Line(detail.Value))],
        entry.Detail("split"), new Fen(long.Parse(entry.Detail("totalFen"), CultureInfo.InvariantCulture)));

    /// <summary>The name of a split: equal for the same funds with the same shares in the same order.</summary>
    public static string SplitOf(IEnumerable<FunderShare> shares) =>
        Digest.Of(Encoding.UTF8.GetBytes(string.Join(',', shares.Select(share => $"{share.Fund}:{Text(share.Weight)}")))).ToString();

    private static FunderPart Line(string text)
    {
        string[] parts = text.Split(' ');
        return new FunderPart(Slug.Parse(parts[0]), new Fen(long.Parse(parts[1], CultureInfo.InvariantCulture)));
    }

    // Two digits, because details are kept in the order of their keys.
    private static string Key(int at) => $"fund{at.ToString("D2", CultureInfo.InvariantCulture)}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
