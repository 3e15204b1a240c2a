using System.Text.Json;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The payment service refused, didn't answer, or its answer can't be used. The message has nothing of the answer's text, which may quote a
/// key.
/// </summary>
public sealed class PaymentServiceException(Refusal refusal) : Exception($"The payment service: {refusal.Reason} {refusal.Detail}")
{
    public Refusal Refusal { get; } = refusal;

    public static PaymentServiceException Unreadable(string what) =>
        new(Refusal.Of(Reason.PaymentServiceUnreadable, ("what", what)));
}

/// <summary>
/// Holds Stripe's answers against what they must say. The library reads an answer without an id, an amount or a time as null, 0 and 1970,
/// and one of another object as well, without complaint.
/// </summary>
internal static class StripeAnswer
{
    /// <summary>One object of a kind, with its time and with whole numbers under the given names.</summary>
    /// <exception cref="PaymentServiceException">It isn't.</exception>
    public static JsonElement Require(string? content, string kind, params ReadOnlySpan<string> numbers)
    {
        JsonElement answer = Parse(content, kind);
        Require(answer, kind, numbers);
        return answer;
    }

    /// <summary>A page of such objects.</summary>
    public static IReadOnlyList<JsonElement> RequireList(string? content, string kind, params ReadOnlySpan<string> numbers)
    {
        JsonElement list = Parse(content, kind);
        if (Text(list, "object") != "list" || !list.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.Array
            || !list.TryGetProperty("has_more", out JsonElement more) || more.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw PaymentServiceException.Unreadable($"list of {kind}");
        }
        JsonElement[] items = [.. data.EnumerateArray()];
        foreach (JsonElement item in items) Require(item, kind, numbers);
        return items;
    }

    /// <summary>An object without an id and a time of its own.</summary>
    public static JsonElement Parse(string? content, string kind)
    {
        try
        {
            using var document = JsonDocument.Parse(content ?? "");
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw PaymentServiceException.Unreadable(kind);
    }

    /// <summary>A text of an object; empty where there is none.</summary>
    public static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static bool TryNumber(JsonElement item, string name, out long number)
    {
        number = 0;
        return item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
    }

    private static void Require(JsonElement item, string kind, ReadOnlySpan<string> numbers)
    {
        if (Text(item, "object") != kind) throw PaymentServiceException.Unreadable($"{kind}: object");
        if (Text(item, "id").Length == 0) throw PaymentServiceException.Unreadable($"{kind}: id");
        if (!TryNumber(item, "created", out long created) || created <= 0) throw PaymentServiceException.Unreadable($"{kind}: created");
        foreach (string number in numbers)
        {
            if (!TryNumber(item, number, out _)) throw PaymentServiceException.Unreadable($"{kind}: {number}");
        }
    }
}
