using Xunit;

namespace TimeBank.Testing;

/// <summary>The files of the checkout that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Up(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The files below a folder of the checkout, without build output.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "obj" or "bin"));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>
    /// Asserts that the lines equal a file of the checkout. If not, writes the actual lines to a file that the failure names: look at the
    /// difference, and copy the file if the change is meant.
    /// </summary>
    public static void AssertLists(string file, IReadOnlyList<string> lines)
    {
        string[] wanted = File.ReadAllLines(Path.Combine(Root, file));
        if (wanted.SequenceEqual(lines)) return;
        string actual = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(file));
        File.WriteAllLines(actual, lines);
        string gone = string.Join('\n', wanted.Except(lines)), added = string.Join('\n', lines.Except(wanted));
        Assert.Fail($"{file} doesn't say what is so. Gone:\n{gone}\nNew:\n{added}\nAll lines are in {actual}.");
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
