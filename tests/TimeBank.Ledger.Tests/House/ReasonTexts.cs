using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// The catalogue's texts of the ledger's reasons. A refusal must have a value for every placeholder, except for those in brackets.
/// </summary>
internal static partial class ReasonTexts
{
    private static readonly FrozenDictionary<string, string[]> Placeholders = JsonSerializer
        .Deserialize<JsonElement[]>(Repository.Read("protos/timebank/v1/reasons.json"))!
        .ToFrozenDictionary(row => row.GetProperty("reason").GetString()!, row =>
        Placeholder().Matches(Optional().Replace(row.GetProperty("en").GetString()!, "")).Select(match => match.Groups[1].Value).ToArray());

    public static void AssertFills(Refusal refusal)
    {
        string name = WordStart().Replace($"{refusal.Reason}", "_$0").ToUpperInvariant();
        Assert.True(Placeholders.TryGetValue(name, out string[]? wanted), $"{name} has no text.");
        Assert.Subset(refusal.Values.Select(pair => pair.Key).ToHashSet(), wanted.ToHashSet());
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[[^\[\]]*\]")]
    private static partial Regex Optional();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
