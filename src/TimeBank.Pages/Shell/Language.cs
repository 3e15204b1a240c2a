using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>The language of a page's texts.</summary>
/// <param name="Locale">As in the server's texts: <c>zh-CN</c> or <c>en</c>.</param>
public sealed record Language(string Locale)
{
    public const string Cookie = "language";

    private const int LongestHeader = 200;

    public static Language Chinese { get; } = new("zh-CN");

    public static Language English { get; } = new("en");

    public string this[string chinese, string english] => this == Chinese ? chinese : english;

    /// <summary>What the reader chose; else the first of the browser's languages that the pages have; else Chinese.</summary>
    public static Language Of(HttpRequest request)
    {
        if (request.Cookies.TryGetValue(Cookie, out string? chosen)) return Parse(chosen) ?? Chinese;
        string header = request.Headers.AcceptLanguage.ToString();
        // A longer header is no browser's, and its order is worth no work.
        return header.Length > LongestHeader ? Chinese : header.Split(',')
            .Select(part => part.Split(';')).Where(part => part.Length == 1 || part[1].Trim() != "q=0")
            .Select(part => Parse(part[0].Trim())).FirstOrDefault(language => language is not null) ?? Chinese;
    }

    private static Language? Parse(string? tag) =>
        tag is null ? null
        : tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : null;
}

/// <summary>The contract's choices, units and entry codes in the reader's words.</summary>
public static class Labels
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All = Read();

    /// <summary>The word for a name of the contract; the name itself if it has none.</summary>
    public static string Of(string name, Language language) =>
        All.TryGetValue(name, out (string Chinese, string English) word)
            ? language[word.Chinese, word.English] : name;

    public static string Of<T>(T value, Language language)
        where T : struct, Enum => Of(NameOf(value), language);

    /// <summary>What the contract calls a value: <c>DEVICE_STATE_ACTIVE</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum =>
        typeof(T).GetField(value.ToString())?.GetCustomAttribute<OriginalNameAttribute>()?.Name ?? value.ToString();

    private static FrozenDictionary<string, (string Chinese, string English)> Read()
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream("words.json")
            ?? throw new InvalidOperationException("The contract has no words.json.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateArray().ToFrozenDictionary(
            word => word.GetProperty("word").GetString()!,
            word => (word.GetProperty("zh").GetString()!, word.GetProperty("en").GetString()!));
    }
}

internal static class CultureFree
{
    /// <summary>A role as a claim names it: <c>provider_clerk</c>.</summary>
    public static string Lower(V1.Role role) =>
        string.Concat(role.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{letter}")).ToLowerInvariant();
}
