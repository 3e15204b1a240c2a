using Xunit;

namespace TimeBank.Grains.Tests;

/// <summary>Lists that stand in the checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The lines are those of a file of this folder. Where they aren't, what they are is left where the message says, to be
    /// looked at and, where it is meant, to be copied.</summary>
    public static void AssertLists(string file, IReadOnlyList<string> lines)
    {
        string[] wanted = File.ReadAllLines(Path.Combine(Root(), "tests/TimeBank.Grains.Tests/House", file));
        if (wanted.SequenceEqual(lines)) return;
        string actual = Path.Combine(AppContext.BaseDirectory, file);
        File.WriteAllLines(actual, lines);
        string gone = string.Join('\n', wanted.Except(lines)), added = string.Join('\n', lines.Except(wanted));
        Assert.Fail($"{file} doesn't say what is so. Gone:\n{gone}\nNew:\n{added}\nAll lines are in {actual}.");
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TimeBank.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests run outside of a checkout.");
    }
}
