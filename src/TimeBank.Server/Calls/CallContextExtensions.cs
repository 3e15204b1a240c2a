using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Reads from a call what its request does not say: the caller, the command, the acting party.</summary>
public static class CallContextExtensions
{
    private static readonly object CallerKey = new(), ReceivedKey = new();

    /// <summary>The caller. The access interceptor sets it before the call reaches a service.</summary>
    public static Caller Caller(this ServerCallContext context) => (Caller)context.UserState[CallerKey];

    /// <summary>True if the access interceptor admitted the call. gRPC keeps a call's state in the HTTP context's items.</summary>
    internal static bool HasCaller(this HttpContext context) => context.Items.ContainsKey(CallerKey);

    internal static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[CallerKey] = caller;

    /// <summary>Keeps the request as sent, for the digest, when the service gets a readable copy instead.</summary>
    internal static void SetReceived(this ServerCallContext context, IMessage request) => context.UserState[ReceivedKey] = request;

    /// <summary>Makes the command of a mutation, under the caller's request id.</summary>
    /// <param name="onBehalfOf">The checked resource name of the person for whom counter staff act; else null.</param>
    public static Command Command(this ServerCallContext context, IMessage request, Guid requestId, ResourceName? onBehalfOf = null,
        string memo = "")
    {
        if (context.UserState.TryGetValue(ReceivedKey, out object? received)) request = (IMessage)received;
        IFieldAccessor? asks = request.Descriptor.FindFieldByName("validate_only")?.Accessor;
        bool dryRun = asks?.GetValue(request) is true;
        if (dryRun)
        {
            // Digest the request without the flag, so that a dry run and the command after it are the same request.
            request = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
            asks!.Clear(request);
        }
        // Digest the request id in its canonical form: a retry may write the same UUID in capitals.
        IFieldAccessor? names = request.Descriptor.FindFieldByName("request_id")?.Accessor;
        if (names is not null && requestId.ToString() is var canonical && !canonical.Equals(names.GetValue(request)))
        {
            request = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
            names.SetValue(request, canonical);
        }
        // The digest covers the method, a NUL and the request.
        int method = Encoding.UTF8.GetByteCount(context.Method);
        int length = method + 1 + request.CalculateSize();
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        Encoding.UTF8.GetBytes(context.Method, bytes);
        bytes[method] = 0;
        request.WriteTo(bytes.AsSpan(method + 1, length - method - 1));
        string digest = Digest.Of(bytes.AsSpan(..length)).ToString();
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        return new Command(requestId, digest, context.Caller().Subject, onBehalfOf?.Id ?? "", memo, dryRun);
    }

    /// <summary>Reads for whom counter staff act. All other callers act for themselves and must leave the field empty.</summary>
    /// <returns>Null for other callers.</returns>
    /// <exception cref="RpcException">ON_BEHALF_OF_REQUIRED, ON_BEHALF_OF_NOT_ALLOWED.</exception>
    public static ResourceName? OnBehalfOf(this ServerCallContext context, RequestReader read, string text,
        params ReadOnlySpan<string> collections)
    {
        bool counter = context.Caller().Has(Role.Counter);
        if (!counter && text.Length > 0) throw Problem.Of(Reason.OnBehalfOfNotAllowed);
        if (!counter) return null;
        if (text.Length == 0) throw Problem.Of(Reason.OnBehalfOfRequired);
        return read.Resource(text, "on_behalf_of", collections);
    }

    /// <summary>The party whose rights count: the person for whom staff act, or the caller's own party.</summary>
    public static string ActingParty(this ServerCallContext context, ResourceName? onBehalfOf) =>
        onBehalfOf?.ToString() ?? context.Caller().Party;

    /// <summary>The value of a grain's reply.</summary>
    /// <exception cref="RpcException">The reply is a refusal.</exception>
    public static T OrThrow<T>(this Reply<T> reply)
        where T : notnull => reply.Refusal is { } refusal ? throw Problem.Of(refusal) : reply.Value!;
}

/// <summary>Turns the writer's refusals into the caller's errors.</summary>
public static class OutcomeExtensions
{
    /// <summary>The same outcome, if the writer accepted the command.</summary>
    /// <exception cref="Grpc.Core.RpcException">The outcome is a refusal.</exception>
    public static Outcome OrThrow(this Outcome outcome) => outcome.Refusal switch
    {
        null => outcome,
        { Reason: Reason.InvalidField } missing =>
            throw Problem.Invalid([.. missing.Values.Select(value => new FieldViolation(value.Value, "REQUIRED"))]),
        { } refusal => throw Problem.Of(refusal),
    };

    /// <summary>The written entry.</summary>
    /// <exception cref="Grpc.Core.RpcException">The outcome is a refusal.</exception>
    /// <exception cref="InvalidOperationException">The command wrote no entry (a note): a bug in the service.</exception>
    public static JournalEntry EntryOrThrow(this Outcome outcome) =>
        outcome.OrThrow().Entry ?? throw new InvalidOperationException("An accepted command wrote no entry.");
}
