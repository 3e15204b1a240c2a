using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Api;
using Google.Protobuf.Reflection;

namespace TimeBank.Server;

/// <summary>
/// One address of an RPC, by its <c>google.api.http</c> option: <c>/v1/{voucher=regions/*/vouchers/*}:redeem</c>. Source:
/// google/api/http.proto, of which the contract uses one variable to an address, "*" for one part of a name, and "**" for the rest of it.
/// </summary>
/// <param name="Verb">GET or POST.</param>
/// <param name="Template">As the contract writes it.</param>
/// <param name="Variable">The request's field that the address fills; null where it fills none.</param>
/// <param name="Parts">The parts between slashes: a word, "*" or "**".</param>
/// <param name="Custom">What follows the colon, such as <c>redeem</c>; empty: nothing does.</param>
/// <param name="HasBody">True: all other fields come in the body. False: they come as query parameters.</param>
public sealed record HttpRule(
    MethodDescriptor Method, string Verb, string Template, FieldDescriptor? Variable, ImmutableArray<string> Parts, string Custom,
    bool HasBody)
{
    private const string Any = "*", Rest = "**";

    // The variable's value begins and ends with these parts.
    private int _first, _end;

    /// <summary>Every address of the contract.</summary>
    public static ImmutableArray<HttpRule> All { get; } =
    [
        .. AccessRules.Methods().SelectMany(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } option
            ? [Of(method, option), .. option.AdditionalBindings.Select(more => Of(method, more))] : Array.Empty<HttpRule>()),
    ];

    private static readonly FrozenDictionary<string, ImmutableArray<HttpRule>> ByCustom = All.GroupBy(rule => rule.Custom)
        .ToFrozenDictionary(rules => rules.Key, rules => rules.OrderBy(rule => rule.Parts.Contains(Rest)).ToImmutableArray());

    /// <summary>The addresses that a path fits, each with the value of its variable; more than one only where their verbs differ.</summary>
    /// <param name="path">As it was sent, with its escapes: an escaped slash does not part a name.</param>
    public static IEnumerable<(HttpRule Rule, string Value)> Find(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.None);
        // The path begins with a slash, so the first part is empty.
        if (parts.Length < 2 || parts[0].Length > 0) yield break;
        string last = parts[^1];
        int colon = last.LastIndexOf(':');
        string custom = colon < 0 ? "" : last[(colon + 1)..];
        parts[^1] = colon < 0 ? last : last[..colon];
        for (int i = 0; i < parts.Length; i++) parts[i] = Uri.UnescapeDataString(parts[i]);
        foreach (HttpRule rule in ByCustom.GetValueOrDefault(custom, []))
        {
            if (rule.Value(parts.AsSpan(1)) is { } value) yield return (rule, value);
        }
    }

    private static HttpRule Of(MethodDescriptor method, Google.Api.HttpRule option)
    {
        (string verb, string template) = option.PatternCase switch
        {
            Google.Api.HttpRule.PatternOneofCase.Get => (HttpMethods.Get, option.Get),
            Google.Api.HttpRule.PatternOneofCase.Post => (HttpMethods.Post, option.Post),
            _ => throw new InvalidOperationException($"{method.FullName}: the contract's addresses are of GET and POST."),
        };
        int colon = template.LastIndexOf(':'), open = template.IndexOf('{', StringComparison.Ordinal),
            equals = template.IndexOf('=', StringComparison.Ordinal), close = template.IndexOf('}', StringComparison.Ordinal);
        string custom = colon > close ? template[(colon + 1)..] : "", path = colon > close ? template[..colon] : template;
        if (open < 0) return new HttpRule(method, verb, template, null, [.. path[1..].Split('/')], custom, option.Body.Length > 0);
        string name = template[(open + 1)..equals], before = template[1..open], pattern = template[(equals + 1)..close];
        FieldDescriptor variable = method.InputType.FindFieldByName(name)
            ?? throw new InvalidOperationException($"{method.FullName}: {template} names the field {name}, which the request has not.");
        string[] parts = [.. before.TrimEnd('/').Split('/'), .. pattern.Split('/'),
            .. path[(close + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries)];
        int first = before.TrimEnd('/').Split('/').Length;
        return new HttpRule(method, verb, template, variable, [.. parts], custom, option.Body.Length > 0)
        {
            _first = first, _end = first + pattern.Split('/').Length,
        };
    }

    /// <summary>The variable's value if the path fits; null if it does not.</summary>
    private string? Value(ReadOnlySpan<string> path)
    {
        bool hasRest = Parts[^1] == Rest;
        if (hasRest ? path.Length < Parts.Length : path.Length != Parts.Length) return null;
        for (int i = 0; i < Parts.Length; i++)
        {
            if (Parts[i] is Any or Rest ? path[i].Length == 0 : path[i] != Parts[i]) return null;
        }
        return string.Join('/', path[_first..(hasRest ? path.Length : _end)]);
    }
}
