using Google.Rpc;

namespace TimeBank.Cli;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The dotted path, in the contract's names.</param>
/// <param name="Violation">A key of the contract's violations; empty where the server named none.</param>
internal sealed record FieldFailure(string Field, string Violation, string Text)
{
    /// <summary>A description reads <c>KEY: 中文。 English.</c>; people get their language's half.</summary>
    public static FieldFailure Of(BadRequest.Types.FieldViolation violation, Language language)
    {
        string text = violation.Description, key = "";
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(0, colon).IndexOfAnyExcept(UpperSnake) < 0) (key, text) = (text[..colon], text[(colon + 2)..]);
        int stop = text.IndexOf("。 ", StringComparison.Ordinal);
        if (stop >= 0) text = language[text[..(stop + 1)], text[(stop + 2)..]];
        return new FieldFailure(violation.Field, key, text);
    }

    private const string UpperSnake = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
}
