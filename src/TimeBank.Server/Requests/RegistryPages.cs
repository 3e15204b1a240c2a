using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Pages of what grains keep, by key.</summary>
public static class RegistryPages
{
    /// <summary>One page by key ascending, and the token of the next one, which is empty after the last.</summary>
    public static async Task<(IReadOnlyList<RegistryRow<T>> Rows, string NextPageToken)> PageAsync<T>(
        this IRegistry registry, RegistryQuery query, int pageSize, PageTokens tokens, ServerCallContext context, IMessage request, string pageToken)
        where T : class
    {
        string? after = tokens.Read(context, request, pageToken);
        RegistryQuery page = query with { After = after is null ? null : new RegistryCursor("", after), Limit = pageSize + 1 };
        IReadOnlyList<RegistryRow<T>> rows = await registry.ListAsync<T>(page, context.CancellationToken);
        return rows.Count <= pageSize ? (rows, "") : ([.. rows.Take(pageSize)], tokens.Write(context, request, rows[pageSize - 1].Key));
    }

    /// <summary>The states of a page that can be read.</summary>
    public static IEnumerable<RegistryRow<T>> Readable<T>(this IEnumerable<RegistryRow<T>> rows)
        where T : class => rows.Where(row => row.IsReadable);

    /// <summary>The names of those of a page that can't, which the list leaves out and names.</summary>
    public static IEnumerable<string> Unreadable<T>(this IEnumerable<RegistryRow<T>> rows, RegionCode region, string collection)
        where T : class => rows.Where(row => !row.IsReadable).Select(row => ResourceName.Of(region, collection, row.Key));
}
