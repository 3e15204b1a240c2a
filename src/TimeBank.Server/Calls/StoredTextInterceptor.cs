using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace TimeBank.Server;

/// <summary>
/// Gives a retry its stored outcome even if an older build accepted a text that today's rules refuse: it looks up the request id before the
/// service checks the texts. The service then gets a readable copy of the request. The command keeps the digest of the request as sent, so
/// another request under the same id is still a conflict.
/// </summary>
public sealed class StoredTextInterceptor(IGrainFactory grains) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        request is IMessage message && ReadableCopy(message) is { } copy
            ? RetryAsync(request, message, copy, context, continuation)
            : continuation(request, context);

    private async Task<TResponse> RetryAsync<TRequest, TResponse>(
        TRequest request, IMessage message, IMessage copy, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        AccessRule? rule = AccessRules.Find(context.Method);
        string id = (string)message.Descriptor.FindFieldByName("request_id").Accessor.GetValue(message);
        if (rule?.Region(message) is not { } name || !Guid.TryParseExact(id, "D", out Guid requestId)
            || !await grains.IsKnownAsync(AccessInterceptor.RegionOf(name, rule.RegionField), context.Command(message, requestId)))
        {
            return await continuation(request, context);
        }
        context.SetReceived(message);
        return await continuation((TRequest)copy, context);
    }

    /// <summary>
    /// A copy of a mutation with a question mark for each letter that is refused today; null if it has no such letter. Leaves a document
    /// alone, because the server stores its exact text.
    /// </summary>
    private static IMessage? ReadableCopy(IMessage request)
    {
        if (request.Descriptor.FindFieldByName("request_id") is null) return null;
        IMessage? copy = null;
        foreach (FieldDescriptor field in request.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.FieldType != FieldType.String || field.IsRepeated || field.Name == "document") continue;
            string text = (string)field.Accessor.GetValue(request), readable = RequestReader.Readable(text);
            if (ReferenceEquals(text, readable)) continue;
            copy ??= request.Descriptor.Parser.ParseFrom(request.ToByteArray());
            field.Accessor.SetValue(copy, readable);
        }
        return copy;
    }
}
