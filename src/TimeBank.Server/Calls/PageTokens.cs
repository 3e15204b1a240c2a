using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// Makes and reads page tokens: a cursor and a keyed hash over it, the caller, the method and the request without its page fields. Clients
/// cannot forge a token, and a token is valid only for the list that it came from.
/// </summary>
public sealed class PageTokens(byte[] key)
{
    private const int TagSize = 16;

    /// <summary>The token of the page after a cursor.</summary>
    public string Write(ServerCallContext context, IMessage request, string cursor)
    {
        byte[] text = Encoding.UTF8.GetBytes(cursor);
        return Base64Url.EncodeToString([.. Tag(context, request, text), .. text]);
    }

    /// <summary>The cursor, or null for the first page.</summary>
    /// <exception cref="RpcException">PAGE_TOKEN_INVALID.</exception>
    public string? Read(ServerCallContext context, IMessage request, string token)
    {
        if (token.Length == 0) return null;
        try
        {
            byte[] bytes = token.Length > 1_000 ? [] : Base64Url.DecodeFromChars(token);
            // A text with padding or blanks decodes to the same bytes: accept only the text that was written.
            if (Base64Url.EncodeToString(bytes) == token && bytes.Length > TagSize
                && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, TagSize), Tag(context, request, bytes.AsSpan(TagSize))))
            {
                return Encoding.UTF8.GetString(bytes.AsSpan(TagSize));
            }
        }
        catch (FormatException)
        {
            // Not base64url: the same answer as for a wrong tag.
        }
        throw Problem.Of(Reason.PageTokenInvalid);
    }

    private byte[] Tag(ServerCallContext context, IMessage request, ReadOnlySpan<byte> cursor)
    {
        IMessage filters = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        request.Descriptor.FindFieldByName("page_token").Accessor.Clear(filters);
        request.Descriptor.FindFieldByName("page_size").Accessor.Clear(filters);
        // A public list has no caller.
        string caller = context.GetHttpContext().HasCaller() ? context.Caller().Subject : "";
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{caller}\n{context.Method}\n{filters.CalculateSize()}\n"));
        hmac.AppendData(filters.ToByteArray());
        hmac.AppendData(cursor);
        return hmac.GetHashAndReset()[..TagSize];
    }
}

/// <summary>The key of page tokens. It is a file, so tokens survive a restart and another server of the cluster reads them.</summary>
public static class PageTokenKey
{
    private const int Size = 32;

    /// <exception cref="InvalidOperationException">The file exists and holds no key, or a cluster's file is missing.</exception>
    public static byte[] Of(TimeBankOptions options)
    {
        string file = options.PageTokenKeyFile.Length > 0 ? options.PageTokenKeyFile : Path.Combine(options.Data, "page-tokens.key");
        // Servers of one cluster must not make a key each: a list's second page may come from another server than its first.
        if (options.Cluster.Length > 0 && !File.Exists(file)) throw new InvalidOperationException(
            $"{file} is missing: make a key with `openssl rand -hex {Size} > {file}` and `chmod 600 {file}`, and give it to all servers; "
                + "or name another file as TimeBank:PageTokenKeyFile.");
        string text = OwnerOnlyFile.ReadOrCreate(file, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Size))).Trim();
        byte[] key = new byte[Size];
        bool isKey = text.Length == 2 * Size && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
        return isKey ? key : throw new InvalidOperationException(
            $"{file} holds no key: delete it, and a new one is made; lists that somebody is paging through begin anew.");
    }
}

/// <summary>Reads lists of grain states page by page, in the order of their keys.</summary>
public static class RegistryPages
{
    /// <summary>One page, and the token of the next page: empty after the last.</summary>
    /// <exception cref="RpcException">PAGE_TOKEN_INVALID.</exception>
    public static async Task<(IReadOnlyList<RegistryRow<T>> Rows, string NextPageToken)> PageAsync<T>(
        this IRegistry registry, RegistryQuery query, int pageSize, PageTokens tokens, ServerCallContext context, IMessage request,
            string pageToken)
        where T : class
    {
        string? after = tokens.Read(context, request, pageToken);
        RegistryQuery page = query with { After = after is null ? null : new RegistryCursor("", after), Limit = pageSize + 1 };
        IReadOnlyList<RegistryRow<T>> rows = await registry.ListAsync<T>(page, context.CancellationToken);
        return rows.Count <= pageSize ? (rows, "") : ([.. rows.Take(pageSize)], tokens.Write(context, request, rows[pageSize - 1].Key));
    }

    /// <summary>A page's rows with an undamaged state.</summary>
    public static IEnumerable<RegistryRow<T>> Readable<T>(this IEnumerable<RegistryRow<T>> rows)
        where T : class => rows.Where(row => row.IsReadable);

    /// <summary>The names of a page's rows with a damaged state. A list leaves these rows out, and names them.</summary>
    public static IEnumerable<string> Unreadable<T>(this IEnumerable<RegistryRow<T>> rows, RegionCode region, string collection)
        where T : class => rows.Where(row => !row.IsReadable).Select(row => ResourceName.Of(region, collection, row.Key));
}
