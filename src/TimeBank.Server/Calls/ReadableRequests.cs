using System.Buffers;
using System.Reflection;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Binds a service's methods as gRPC's library does, except that it refuses an unreadable request with the contract's error details. The
/// library would answer UNKNOWN and log a stack trace for any bytes from anyone, before it asks an interceptor for the token.
/// </summary>
internal sealed class ReadableRequests<TService> : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (Type? type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } bind) continue;
            const BindingFlags whoever = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            MethodInfo method = bind.BindType.GetMethod(bind.BindMethodName, whoever, [typeof(ServiceBinderBase), type])
                ?? throw new InvalidOperationException($"{bind.BindType}.{bind.BindMethodName} is missing.");
            method.Invoke(null, [new Binder(context), null]);
            return;
        }
    }

    private sealed class Binder(ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Grpc.Core.UnaryServerMethod<TRequest, TResponse>? handler)
        {
            MethodInfo call = Find(method.Name, typeof(TRequest), typeof(ServerCallContext));
            var run = call.CreateDelegate<UnaryServerMethod<TService, TRequest, TResponse>>();
            context.AddUnaryMethod(Guarded(method), Metadata(call), run);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Grpc.Core.ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            MethodInfo call = Find(method.Name, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            var run = call.CreateDelegate<ServerStreamingServerMethod<TService, TRequest, TResponse>>();
            context.AddServerStreamingMethod(Guarded(method), Metadata(call), run);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Grpc.Core.ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
            MethodInfo call = Find(method.Name, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
            var run = call.CreateDelegate<ClientStreamingServerMethod<TService, TRequest, TResponse>>();
            context.AddClientStreamingMethod(Guarded(method), Metadata(call), run);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Grpc.Core.DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            MethodInfo call = Find(
                method.Name, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            var run = call.CreateDelegate<DuplexStreamingServerMethod<TService, TRequest, TResponse>>();
            context.AddDuplexStreamingMethod(Guarded(method), Metadata(call), run);
        }

        private static MethodInfo Find(string name, params Type[] parameters) =>
            typeof(TService).GetMethod(name, parameters) ?? throw new InvalidOperationException($"{typeof(TService)}.{name} is missing.");

        private static List<object> Metadata(MethodInfo call) =>
        [
            .. typeof(TService).GetCustomAttributes(inherit: true), .. call.GetCustomAttributes(inherit: true),
            new HttpMethodMetadata(["POST"], acceptCorsPreflight: true),
        ];

        private static Method<TRequest, TResponse> Guarded<TRequest, TResponse>(Method<TRequest, TResponse> method)
            where TRequest : class
            where TResponse : class =>
            new(method.Type, method.ServiceName, method.Name, Guarded(method.RequestMarshaller, method.FullName),
                method.ResponseMarshaller);

        private static Marshaller<T> Guarded<T>(Marshaller<T> inner, string method) => new(inner.ContextualSerializer, context =>
        {
            try
            {
                return inner.ContextualDeserializer(context);
            }
            catch (InvalidProtocolBufferException)
            {
                RpcException refusal = UnreadableText.Find<T>(context.PayloadAsReadOnlySequence()) is { } field
                    ? Problem.Invalid([new FieldViolation(field, "NOT_UNICODE")])
                    : Problem.Of(Reason.MessageUnreadable);
                CallFigures.Refused(method, refusal);
                throw refusal;
            }
        });
    }
}

/// <summary>
/// Finds the text field that makes a message unreadable, such as one with half a surrogate pair. The protobuf reader does not name the
/// field.
/// </summary>
internal static class UnreadableText
{
    private const int MaxDepth = 16;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The path of the first text that isn't UTF-8; null if there is none, or if the message is broken before it.</summary>
    public static string? Find<T>(ReadOnlySequence<byte> message) =>
        Activator.CreateInstance<T>() is IMessage empty ? Find(message.ToArray(), empty.Descriptor, MaxDepth) : null;

    private static string? Find(byte[] message, MessageDescriptor type, int depth)
    {
        if (depth == 0) return null;
        var input = new CodedInputStream(message);
        var places = new Dictionary<int, int>();
        try
        {
            while (input.ReadTag() is not 0 and uint tag)
            {
                FieldDescriptor? field = type.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag));
                bool hasLength = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited;
                if (!hasLength || field?.FieldType is not (FieldType.String or FieldType.Message))
                {
                    input.SkipLastField();
                    continue;
                }
                byte[] content = input.ReadBytes().ToByteArray();
                int place = places[field.FieldNumber] = places.GetValueOrDefault(field.FieldNumber, -1) + 1;
                string name = field.IsRepeated && !field.IsMap ? $"{field.Name}[{place}]" : field.Name;
                if (field.FieldType == FieldType.String && !IsText(content)) return name;
                string? inner = field.FieldType == FieldType.Message ? Find(content, field.MessageType, depth - 1) : null;
                if (inner is not null) return $"{name}.{inner}";
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // The message is broken elsewhere, not by a text.
        }
        return null;
    }

    private static bool IsText(byte[] content)
    {
        try
        {
            Strict.GetCharCount(content);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

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
