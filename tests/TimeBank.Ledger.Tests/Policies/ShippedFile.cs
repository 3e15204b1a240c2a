using System.Text;

namespace TimeBank.Ledger.Tests;

/// <summary>Reads a shipped data file, and changes it in one place for a test.</summary>
internal static class ShippedFile
{
    public static string Text(string name)
    {
        using Stream stream = typeof(Policy).Assembly.GetManifestResourceStream($"data/{name}") ?? throw new FileNotFoundException(name);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The file with one piece of text replaced. The file must contain the piece exactly once.</summary>
    public static byte[] With(string name, string old, string changed)
    {
        string text = Text(name);
        if (text.Split(old).Length != 2)
            throw new ArgumentException($"'{old}' stands in {name} {text.Split(old).Length - 1} times.", nameof(old));
        return Encoding.UTF8.GetBytes(text.Replace(old, changed));
    }

    /// <summary>The number of the line with a piece of the unchanged file, from 1.</summary>
    public static int LineOf(string name, string piece) => Text(name).Split(piece)[0].Count(letter => letter == '\n') + 1;
}
