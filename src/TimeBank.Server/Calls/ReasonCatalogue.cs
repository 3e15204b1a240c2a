using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// The contract's catalogues: status and texts of every reason (<c>reasons.json</c>), texts of every field violation
/// (<c>violations.json</c>), words for units and states (<c>words.json</c>).
/// </summary>
public static class ReasonCatalogue
{
    private static readonly FrozenDictionary<Reason, ReasonText> Reasons = Load("reasons.json")
        .ToFrozenDictionary(item => Enum.Parse<Reason>(Pascal(item.GetProperty("reason").GetString()!)), ReasonText.Read);

    private static readonly FrozenDictionary<string, ReasonText> Violations = Load("violations.json")
        .ToFrozenDictionary(item => item.GetProperty("violation").GetString()!, ReasonText.Read);

    private static readonly FrozenDictionary<string,
        JsonElement> Words = Load("words.json").ToFrozenDictionary(item => item.GetProperty("word").GetString()!);

    public static ReasonText Of(Reason reason) => Reasons[reason];

    public static ReasonText OfViolation(string violation) => Violations[violation];

    /// <summary>People's word for a unit or a state of the contract; the name itself if it has no word.</summary>
    public static string Word(string name, string locale) => Words.TryGetValue(name, out JsonElement word)
        ? word.GetProperty(locale == "zh-CN" ? "zh" : "en").GetString()! : name;

    /// <summary>People's word for a choice of the contract.</summary>
    public static string Word<T>(T choice, string locale)
        where T : struct, Enum => Word(StoredName.UpperSnake($"{typeof(T).Name}{choice}"), locale);

    /// <summary>The public name of a reason: <c>VoucherExpired</c> is <c>VOUCHER_EXPIRED</c>.</summary>
    public static string Name(Reason reason) => StoredName.UpperSnake(reason.ToString());

    private static IReadOnlyList<JsonElement> Load(string resource)
    {
        Assembly contract = typeof(Amount).Assembly;
        using Stream stream = contract.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The contract has no {resource}.");
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }

    private static string Pascal(string upperSnake) =>
        string.Concat(upperSnake.Split('_').Select(word => word[0] + word[1..].ToLowerInvariant()));
}

/// <summary>A reason's status and its texts in both languages. Placeholders are in braces, optional parts in square brackets.</summary>
public sealed partial record ReasonText(StatusCode Status, string Zh, string En)
{
    internal static ReasonText Read(JsonElement item) => new(
        item.TryGetProperty("status", out JsonElement status)
            ? Enum.Parse<StatusCode>(status.GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)
            : StatusCode.InvalidArgument,
        item.GetProperty("zh").GetString()!,
        item.GetProperty("en").GetString()!);

    /// <summary>
    /// Fills in a text's placeholders. Drops a bracketed part if a value of it is missing; writes <c>…</c> for a missing value elsewhere.
    /// </summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        string told = Optional().Replace(text, part =>
            Placeholder().Matches(part.Value).All(name => values.ContainsKey(name.Groups[1].Value)) ? part.Groups[1].Value : "");
        return Placeholder().Replace(told, match => values.GetValueOrDefault(match.Groups[1].Value, "…"));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[([^\[\]]*)\]")]
    private static partial Regex Optional();
}
