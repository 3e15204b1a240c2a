using System.Globalization;
using TimeBank.Pages.Shell;

namespace TimeBank.Pages.ForFinance;

/// <summary>
/// A list in the order that the address asks for: <c>?sort=amount</c>, or <c>?sort=-amount</c> from the largest. The contract's lists have
/// one order each, so a list that is sorted here is read as a whole first; its pages are counted by rows.
/// </summary>
public static class Sorted
{
    private const int PageRows = 50, WholeRows = 1_000;

    /// <summary>What the address asks for; empty: the list's own order.</summary>
    public static string Asked(Page page) => page.Http.Request.Query["sort"].ToString();

    /// <summary>The contract's own page where the address asks for no order; else the list is read whole and sorted.</summary>
    /// <param name="read">Reads a page of so many rows by its token.</param>
    public static async Task<(T[] Rows, string Next)> ReadAsync<T>(
        Page page, int rows, Func<int, string, Task<(IEnumerable<T> Page, string Next)>> read, string usual,
        params (string Key, Func<T, IComparable> By)[] orders)
    {
        if (Asked(page).Length > 0) return Of(page, await RegionNames.AllAsync<T>(token => read(WholeRows, token)), usual, orders);
        (IEnumerable<T> own, string next) = await read(rows, page.Http.Request.Query["page"].ToString());
        return ([.. own], next);
    }

    /// <summary>The rows of this page, and the token of the next one; empty on the last.</summary>
    /// <param name="usual">The order where the address asks for none that the list has.</param>
    public static (T[] Rows, string Next) Of<T>(
        Page page, IEnumerable<T> all, string usual, params (string Key, Func<T, IComparable> By)[] orders)
    {
        int skipped = int.TryParse(page.Http.Request.Query["page"], CultureInfo.InvariantCulture, out int at) && at > 0 ? at : 0;
        T[] rest = [.. All(page, all, usual, orders).Skip(skipped)];
        return (rest[..Math.Min(rest.Length, PageRows)], rest.Length > PageRows ? $"{skipped + PageRows}" : "");
    }

    /// <summary>All rows, on one page.</summary>
    public static IEnumerable<T> All<T>(
        Page page, IEnumerable<T> all, string usual, params (string Key, Func<T, IComparable> By)[] orders)
    {
        string asked = Asked(page);
        string order = Find(orders, asked) is null ? usual : asked;
        Func<T, IComparable> by = Find(orders, order) ?? throw new ArgumentException($"No column is called {usual}.", nameof(usual));
        return order.StartsWith('-') ? all.OrderByDescending(by, Comparison) : all.OrderBy(by, Comparison);
    }

    /// <summary>Texts by their letters, whatever the machine's language is.</summary>
    private static readonly Comparer<IComparable> Comparison = Comparer<IComparable>.Create((left, right) =>
        left is string a && right is string b ? string.CompareOrdinal(a, b) : left.CompareTo(right));

    private static Func<T, IComparable>? Find<T>((string Key, Func<T, IComparable> By)[] orders, string asked) =>
        orders.FirstOrDefault(order => order.Key == asked.TrimStart('-')).By;
}
