using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Core;

namespace TimeBank.Server;

/// <summary>A reason's status and its texts in both languages, with placeholders in braces.</summary>
public sealed partial record ReasonText(StatusCode Status, string Zh, string En)
{
    internal static ReasonText Read(JsonElement item) => new(
        item.TryGetProperty("status", out JsonElement status) ? Enum.Parse<StatusCode>(status.GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true) : StatusCode.InvalidArgument,
        item.GetProperty("zh").GetString()!,
        item.GetProperty("en").GetString()!);

    /// <summary>The text with its placeholders filled. What isn't known is left blank, and what stands in brackets with it left out.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        string told = Optional().Replace(text, part => Placeholder().Matches(part.Value).All(name => values.ContainsKey(name.Groups[1].Value)) ? part.Groups[1].Value : "");
        return Placeholder().Replace(told, match => values.GetValueOrDefault(match.Groups[1].Value, "…"));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[([^\[\]]*)\]")]
    private static partial Regex Optional();
}
