namespace TimeBank.Ledger;

/// <summary>A "no" with the values that explain it.</summary>
/// <param name="Detail">The values as <c>key=value</c>, joined by semicolons. Never anything personal.</param>
public sealed record Refusal(Reason Reason, string Detail = "")
{
    /// <summary>The values by key. The keys are the placeholders of the reason's text.</summary>
    public IEnumerable<(string Key, string Value)> Values => Detail.Length == 0
        ? []
        : Detail.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[^1]));

    public static Refusal Of(Reason reason, params ReadOnlySpan<(string Key, string Value)> values)
    {
        var pairs = new List<string>(values.Length);
        foreach ((string key, string value) in values) pairs.Add($"{key}={value.Replace(';', ',')}");
        return new Refusal(reason, string.Join(';', pairs));
    }
}
