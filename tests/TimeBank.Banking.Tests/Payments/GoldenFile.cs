using TimeBank.Testing;
using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>A file of the checkout that a bank would get, byte for byte.</summary>
internal static class GoldenFile
{
    private const string Folder = "tests/TimeBank.Banking.Tests/Payments/Golden";

    public static void AssertSame(string name, byte[] bytes)
    {
        string path = Path.Combine(Repository.Root, Folder, name);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)) return;
        string actual = Path.Combine(AppContext.BaseDirectory, name);
        File.WriteAllBytes(actual, bytes);
        Assert.Fail($"{Folder}/{name} isn't what is made now, which is in {actual}.");
    }
}
