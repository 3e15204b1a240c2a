using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>How much of a list to show.</summary>
/// <param name="Limit">The most items.</param>
internal readonly record struct Paging(int Limit)
{
    private const int MaxPageSize = 1_000;

    /// <summary>
    /// Reads page after page and returns the last page with the items of all pages. All figures so come from one answer, zeros too.
    /// <c>next_page_token</c> is set if there is more.
    /// </summary>
    public async Task<TResponse> AllAsync<TRequest, TResponse>(TRequest request, Func<TRequest, Task<TResponse>> call)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        FieldDescriptor size = request.Descriptor.FindFieldByName("page_size"), token = request.Descriptor.FindFieldByName("page_token");
        MessageDescriptor answer = new TResponse().Descriptor;
        FieldDescriptor[] lists = [.. answer.Fields.InDeclarationOrder().Where(field => field.IsRepeated)];
        FieldDescriptor next = answer.FindFieldByName("next_page_token");
        // The first list holds the items; a second one names what the page leaves out.
        List<object?>[] all = [.. lists.Select(_ => new List<object?>())];
        while (true)
        {
            size.Accessor.SetValue(request, Math.Min(MaxPageSize, Limit - all[0].Count));
            TResponse page = await call(request);
            IList[] these = [.. lists.Select(field => (IList)field.Accessor.GetValue(page))];
            for (int at = 0; at < lists.Length; at++) all[at].AddRange(these[at].Cast<object?>());
            string nextToken = (string)next.Accessor.GetValue(page);
            if (nextToken.Length > 0 && all[0].Count < Limit)
            {
                token.Accessor.SetValue(request, nextToken);
                continue;
            }
            for (int at = 0; at < lists.Length; at++)
            {
                these[at].Clear();
                foreach (object? item in all[at]) these[at].Add(item);
            }
            return page;
        }
    }
}

/// <summary>Streams of runs.</summary>
internal static class Runs
{
    /// <summary>The last message of a run, with its summary.</summary>
    /// <exception cref="RpcException">The server refused the run, or the stream broke off.</exception>
    public static async Task<RunProgress> LastAsync(AsyncServerStreamingCall<RunProgress> run, CancellationToken cancellation)
    {
        RunProgress last = new();
        while (await run.ResponseStream.MoveNext(cancellation)) last = run.ResponseStream.Current;
        return last.Summary is not null
            ? last : throw new RpcException(new Status(StatusCode.DataLoss, "The run ended without a summary."));
    }
}

/// <summary>Resource names from what people type: an id, a name below a region, or the whole name.</summary>
internal static class ResourceNames
{
    private const string Regions = "regions/";

    /// <summary>
    /// <c>P7K2…</c>, <c>volunteers/P7K2…</c> and the whole name all become the whole name. A voucher may also be named by the number on its
    /// paper, <c>P7K2-…</c>; anything else goes to the server as it is.
    /// </summary>
    public static string Full(string collection, string text, string region) =>
        collection == "vouchers" ? Whole(collection, string.Join('/', text.Split('/').Select(IdOf)), region)
        : Whole(collection, text, region);

    private static string IdOf(string text) => VoucherNumber.Read(text, out string id) == VoucherNumberStatus.Sound ? id : text;

    private static string Whole(string collection, string text, string region) =>
        text.StartsWith(Regions, StringComparison.Ordinal) ? text
        : text.StartsWith(collection + "/", StringComparison.Ordinal) ? $"{Regions}{region}/{text}"
        : $"{Regions}{region}/{collection}/{text}";

    public static string OfRegion(string text) => text.StartsWith(Regions, StringComparison.Ordinal) ? text : Regions + text;

    /// <summary>The region code at the start of a name; a plain code stays as it is.</summary>
    public static string RegionOf(string name) => name.StartsWith(Regions, StringComparison.Ordinal) ? name.Split('/')[1] : name;

    /// <exception cref="UsageException">The text does not look like a region code. Only the server knows whether the region
    /// exists.</exception>
    public static void RequireRegion(string code)
    {
        const int digits = 6;
        const string first = "110000", last = "829999";
        if (code.Length == digits && code.All(char.IsAsciiDigit) && string.CompareOrdinal(code, first) >= 0
            && string.CompareOrdinal(code, last) <= 0) return;
        throw new UsageException(
            $"“{code}”不是地区代码；请写六位数字，如 430211。", $"“{code}” is no region's code; write its six digits, such as 430211.");
    }

    /// <summary>The part below the region's collection: an id, a slug or an account's path.</summary>
    public static string Short(string name) => name.StartsWith(Regions, StringComparison.Ordinal)
        && name.Split('/', 4) is [_, _, _, var rest] ? rest : name;

    /// <summary>The collection below the region, such as <c>volunteers</c>; empty for a region itself.</summary>
    public static string CollectionOf(string name) => name.StartsWith(Regions, StringComparison.Ordinal)
        && name.Split('/') is [_, _, var collection, ..] ? collection : "";
}
