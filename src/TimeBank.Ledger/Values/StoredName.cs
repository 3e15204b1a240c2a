using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// The names under which enum members are stored: in entries, columns and the JSON of grain states. Each name stands on its member as an
/// attribute, so a developer can rename the member without changing stored data.
/// </summary>
public static class StoredName
{
    public static string Of<T>(T member)
        where T : struct, Enum => Names<T>.OfMember[member];

    /// <summary>Parses a stored name. <see cref="Enum.Parse{T}(string)"/> would also accept numbers and lists.</summary>
    /// <exception cref="FormatException">No member is stored under this name.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum =>
        Names<T>.OfName.TryGetValue(name, out T member) ? member : throw new FormatException($"'{name}' is not a {typeof(T).Name}.");

    /// <summary>A name in capitals with underscores, as the public contract spells it: <c>RedeemVoucher</c> is REDEEM_VOUCHER.</summary>
    public static string UpperSnake(string pascal) =>
        string.Concat(pascal.Select((letter, at) => at > 0 && char.IsAsciiLetterUpper(letter) && char.IsAsciiLetterLower(pascal[at - 1])
            ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> OfMember = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToFrozenDictionary(field => (T)field.GetValue(null)!, NameOf);

        public static readonly FrozenDictionary<string, T> OfName =
            OfMember.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

        private static string NameOf(FieldInfo member) => member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? throw new InvalidOperationException($"{typeof(T).Name}.{member.Name} has no stored name.");
    }
}
