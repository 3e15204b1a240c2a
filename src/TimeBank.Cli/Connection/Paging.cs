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
    /// Asks for page after page and puts them together: the last page, with the items of those before it in front of its own. So every
    /// figure is one answer's, a zero too. Where more remain, <c>next_page_token</c> says so.
    /// </summary>
    public async Task<TResponse> AllAsync<TRequest, TResponse>(TRequest request, Func<TRequest, Task<TResponse>> call)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        FieldDescriptor size = request.Descriptor.FindFieldByName("page_size"), token = request.Descriptor.FindFieldByName("page_token");
        MessageDescriptor answer = new TResponse().Descriptor;
        FieldDescriptor items = answer.Fields.InDeclarationOrder().Single(field => field.IsRepeated);
        FieldDescriptor next = answer.FindFieldByName("next_page_token");
        var all = new List<object?>();
        while (true)
        {
            size.Accessor.SetValue(request, Math.Min(MaxPageSize, Limit - all.Count));
            TResponse page = await call(request);
            var list = (IList)items.Accessor.GetValue(page);
            all.AddRange(list.Cast<object?>());
            string nextToken = (string)next.Accessor.GetValue(page);
            if (nextToken.Length > 0 && all.Count < Limit)
            {
                token.Accessor.SetValue(request, nextToken);
                continue;
            }
            list.Clear();
            foreach (object? item in all) list.Add(item);
            return page;
        }
    }
}
