using System.Collections.Frozen;
using System.Text.Json;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>The texts of the contract's reasons, where a list gives a reason without values.</summary>
public static class ReasonWords
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All = Read();

    /// <summary>The reason's text; the reason itself if it has none, or if its text needs values.</summary>
    public static string Of(string reason, Language language) =>
        All.TryGetValue(reason, out (string Chinese, string English) text) && !text.English.Contains('{', StringComparison.Ordinal)
            ? language[text.Chinese, text.English] : Labels.Of(reason, language);

    private static FrozenDictionary<string, (string Chinese, string English)> Read()
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream("reasons.json")
            ?? throw new InvalidOperationException("The contract has no reasons.json.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateArray().ToFrozenDictionary(
            reason => reason.GetProperty("reason").GetString()!,
            reason => (reason.GetProperty("zh").GetString()!, reason.GetProperty("en").GetString()!));
    }
}
