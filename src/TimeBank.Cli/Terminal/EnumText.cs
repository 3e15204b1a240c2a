using System.Reflection;
using Google.Protobuf.Reflection;

namespace TimeBank.Cli;

/// <summary>The contract's enums in the words that people read and write.</summary>
internal static class EnumText
{
    /// <summary>A value in the reader's words; a value without a word keeps its name.</summary>
    public static string Of<T>(T value, Language language)
        where T : struct, Enum => Labels.Of(NameOf(value), language) ?? Short<T>(NameOf(value));

    /// <summary>A value as it is written on a command line.</summary>
    public static string ShortOf<T>(T value)
        where T : struct, Enum => Short<T>(NameOf(value));

    /// <summary>Parses a value as written on a command line, such as <c>lives-alone</c> for DIFFICULTY_LIVES_ALONE.</summary>
    /// <exception cref="UsageException">There is no such value.</exception>
    public static T Parse<T>(string text)
        where T : struct, Enum
    {
        string wanted = text.Replace('_', '-').ToLowerInvariant();
        foreach (T value in Choices<T>())
        {
            if (Short<T>(NameOf(value)) == wanted || NameOf(value).Replace('_', '-').ToLowerInvariant() == wanted) return value;
        }
        string choices = string.Join(", ", Choices<T>().Select(value => Short<T>(NameOf(value))));
        throw new UsageException($"没有“{text}”这个选项；可用：{choices}。", $"There is no {text}; choose from {choices}.");
    }

    /// <summary>Parses a value; an empty text gives the enum's first value.</summary>
    public static T ParseOrDefault<T>(string? text)
        where T : struct, Enum => string.IsNullOrEmpty(text) ? default : Parse<T>(text);

    /// <summary>A name in capitals with underscores: <c>NotFound</c> becomes NOT_FOUND.</summary>
    public static string UpperSnake(string pascal) =>
        string.Concat(pascal.Select((letter, i) => i > 0 && char.IsUpper(letter) && !char.IsUpper(pascal[i - 1])
            ? $"_{letter}" : $"{letter}")).ToUpperInvariant();

    private static IEnumerable<T> Choices<T>()
        where T : struct, Enum => Enum.GetValues<T>().Skip(1);

    private static string NameOf<T>(T value)
        where T : struct, Enum => typeof(T).GetField(value.ToString())?.GetCustomAttribute<OriginalNameAttribute>()?.Name
        ?? value.ToString();

    private static string Short<T>(string name)
    {
        string prefix = UpperSnake(typeof(T).Name) + "_";
        return (name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name).Replace('_', '-').ToLowerInvariant();
    }
}
