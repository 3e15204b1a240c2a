using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>The names of the services in a region's list of the day.</summary>
public static class ServiceNames
{
    /// <summary>The items by their id.</summary>
    public static async Task<IReadOnlyDictionary<string, CatalogueItem>> ReadAsync(Visitor visitor)
    {
        CatalogueVersion version = await visitor.Client.Catalogue.GetVersionAsync(
            new GetCatalogueVersionRequest { Parent = visitor.Parent }, visitor.Client.Reading);
        return version.Items.ToDictionary(item => item.Id, StringComparer.Ordinal);
    }

    /// <summary>An item's name; the id of an item that the list no longer has.</summary>
    public static string Of(this IReadOnlyDictionary<string, CatalogueItem> items, string id, Language language) =>
        items.TryGetValue(id, out CatalogueItem? item) ? language[item.NameZh, item.NameEn] : id;

    /// <summary>A redemption's item and how many of it. Of a line that several money vouchers share, the first alone counts them.</summary>
    public static string Of(this IReadOnlyDictionary<string, CatalogueItem> items, Redemption redemption, Language language) =>
        items.Of(redemption.Item, language) + (redemption.Quantity > 0 ? $" × {redemption.Quantity}" : "");
}

/// <summary>Lists of service orders.</summary>
public static class OrderList
{
    private const int Most = 100;

    private static readonly OrderState[] Open =
        [OrderState.Accepted, OrderState.CheckedIn, OrderState.CheckedOut, OrderState.InReview, OrderState.Disputed];

    /// <summary>The orders that a volunteer has taken and that are not over, the next one first.</summary>
    public static async Task<ServiceOrder[]> ComingAsync(Visitor visitor, string volunteer)
    {
        var orders = new List<ServiceOrder>();
        foreach (OrderState state in Open)
        {
            ListOrdersResponse page = await visitor.Client.Orders.ListOrdersAsync(
                new ListOrdersRequest { Parent = visitor.Parent, Volunteer = volunteer, State = state, PageSize = Most },
                visitor.Client.Reading);
            orders.AddRange(page.Orders);
        }
        return [.. orders.OrderBy(order => order.PlannedStartTime)];
    }
}
