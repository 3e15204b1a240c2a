using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Reads a list to its end, page by page.</summary>
internal static class Pages
{
    private const int TooMany = 50;

    /// <param name="read">Reads the page of a token: returns its items and the next page's token.</param>
    public static async Task<List<T>> AllAsync<T>(int size, Func<string, Task<(IReadOnlyList<T> Items, string Next)>> read)
    {
        List<T> all = [];
        string token = "";
        for (int page = 0; page == 0 || token.Length > 0; page++)
        {
            Assert.True(page < TooMany, "The list doesn't end.");
            (IReadOnlyList<T> items, token) = await read(token);
            Assert.True(items.Count <= size);
            all.AddRange(items);
        }
        return all;
    }
}
