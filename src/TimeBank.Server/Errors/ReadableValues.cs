using System.Globalization;

namespace TimeBank.Server;

/// <summary>The values of a refusal as people read them in its text; callers also get them as they are.</summary>
internal static class ReadableValues
{
    private static readonly string[] AmountKeys = ["available", "needed", "held", "limit"];

    /// <summary>A state by its word, amounts by the unit that stands beside them.</summary>
    public static Dictionary<string, string> Of(IReadOnlyDictionary<string, string> values, string locale)
    {
        var readable = new Dictionary<string, string>(values);
        if (values.TryGetValue("state", out string? state)) readable["state"] = ReasonCatalogue.Word(state, locale);
        if (!values.TryGetValue("unit", out string? unit)) return readable;
        foreach (string key in AmountKeys)
        {
            if (values.TryGetValue(key, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long amount)) readable[key] = AmountText.Of(amount, unit, locale);
        }
        return readable;
    }
}
