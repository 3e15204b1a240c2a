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
        FieldDescriptor[] lists = [.. answer.Fields.InDeclarationOrder().Where(field => field.IsRepeated)];
        FieldDescriptor next = answer.FindFieldByName("next_page_token");
        // The first list has the items; another one tells of what a page leaves out.
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
