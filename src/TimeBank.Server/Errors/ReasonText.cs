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

    /// <summary>The text with its placeholders filled; what isn't known is left blank.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values) =>
        Placeholder().Replace(text, match => values.GetValueOrDefault(match.Groups[1].Value, "…"));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
