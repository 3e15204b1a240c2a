using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace TimeBank.Cli;

/// <summary>How much of a list is wanted.</summary>
/// <param name="Limit">At most so many items.</param>
internal readonly record struct Paging(int Limit)
{
    private const int MaxPageSize = 1_000;

    /// <summary>
    /// Asks for page after page and puts them together: the answer's one list has every item, the rest is the last page's. Where more
    /// remain, <c>next_page_token</c> says so.
    /// </summary>
    public async Task<TResponse> AllAsync<TRequest, TResponse>(TRequest request, Func<TRequest, Task<TResponse>> call)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        FieldDescriptor size = request.Descriptor.FindFieldByName("page_size"), token = request.Descriptor.FindFieldByName("page_token");
        var all = new TResponse();
        FieldDescriptor items = all.Descriptor.Fields.InDeclarationOrder().Single(field => field.IsRepeated), next = all.Descriptor.FindFieldByName("next_page_token");
        while (true)
        {
            size.Accessor.SetValue(request, Math.Min(MaxPageSize, Limit - Count(items, all)));
            TResponse page = await call(request);
            next.Accessor.Clear(all);
            all.MergeFrom(page);
            string nextToken = (string)next.Accessor.GetValue(page);
            if (nextToken.Length == 0 || Count(items, all) >= Limit) return all;
            token.Accessor.SetValue(request, nextToken);
        }
    }

    private static int Count(FieldDescriptor items, IMessage message) => ((IList)items.Accessor.GetValue(message)).Count;
}
