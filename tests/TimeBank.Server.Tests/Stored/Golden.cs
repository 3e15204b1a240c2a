using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The golden files beside these tests.</summary>
internal static class Golden
{
    /// <summary>The folder of this file in the checkout that the tests were built from.</summary>
    public static string Folder
    {
        get;
    } = Path.Combine(Up(new DirectoryInfo(AppContext.BaseDirectory)), "tests/TimeBank.Server.Tests/Stored");

    /// <summary>A golden file's lines; none if the file is missing.</summary>
    public static string[] Lines(string file) =>
        File.Exists(Path.Combine(Folder, file)) ? File.ReadAllLines(Path.Combine(Folder, file)) : [];

    /// <summary>Asserts that the lines equal a golden file. If not, writes the actual lines to a file that the failure names: look at the
    /// difference, and copy the file if the change is meant.</summary>
    public static void AssertSame(string file, IReadOnlyList<string> lines)
    {
        string[] wanted = Lines(file);
        int at = Enumerable.Range(0, Math.Max(wanted.Length, lines.Count))
            .FirstOrDefault(line => wanted.ElementAtOrDefault(line) != lines.ElementAtOrDefault(line), -1);
        if (at < 0) return;
        string actual = Path.Combine(AppContext.BaseDirectory, "stored", file);
        Directory.CreateDirectory(Path.GetDirectoryName(actual)!);
        File.WriteAllText(actual, string.Concat(lines.Select(line => $"{line}\n")));
        string? isLine = lines.ElementAtOrDefault(at), wantedLine = wanted.ElementAtOrDefault(at);
        Assert.Fail($"Line {at + 1} of {file} is\n{isLine}\nand not\n{wantedLine}\nAll lines are in {actual}.");
    }

    private static string Up(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TimeBank.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests run outside of a checkout.");
    }
}
