using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>What a call carries besides its request.</summary>
public static class CallContextExtensions
{
    private static readonly object CallerKey = new(), ReceivedKey = new();

    /// <summary>Who calls; set by the access interceptor before any service is reached.</summary>
    public static Caller Caller(this ServerCallContext context) => (Caller)context.UserState[CallerKey];

    /// <summary>Whether a call has got past the access interceptor; a call's state is its HTTP context's items.</summary>
    internal static bool HasCaller(this HttpContext context) => context.Items.ContainsKey(CallerKey);

    internal static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[CallerKey] = caller;

    /// <summary>Keeps the request as the caller sent it, where the service is given a readable copy.</summary>
    internal static void SetReceived(this ServerCallContext context, IMessage request) => context.UserState[ReceivedKey] = request;

    /// <summary>The command of a mutation, under the caller's request id.</summary>
    /// <param name="onBehalfOf">The person for whom counter staff act, as a resource name that has been checked; else null.</param>
    public static Command Command(this ServerCallContext context, IMessage request, Guid requestId, ResourceName? onBehalfOf = null,
        string memo = "")
    {
        if (context.UserState.TryGetValue(ReceivedKey, out object? received)) request = (IMessage)received;
        IFieldAccessor? asks = request.Descriptor.FindFieldByName("validate_only")?.Accessor;
        bool dryRun = asks?.GetValue(request) is true;
        if (dryRun)
        {
            // Whoever asks first what would happen asks about the command that comes after.
            request = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
            asks!.Clear(request);
        }
        // A UUID is the same in capitals.
        IFieldAccessor? names = request.Descriptor.FindFieldByName("request_id")?.Accessor;
        if (names is not null && requestId.ToString() is var canonical && !canonical.Equals(names.GetValue(request)))
        {
            request = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
            names.SetValue(request, canonical);
        }
        // The method in bytes, a NUL, and the request.
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

    /// <summary>For whom counter staff act. Others act for themselves and leave the field out.</summary>
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

    /// <summary>The party whose right is used: the person acted for, or the caller's own.</summary>
    public static string ActingParty(this ServerCallContext context, ResourceName? onBehalfOf) =>
        onBehalfOf?.ToString() ?? context.Caller().Party;

    /// <summary>A grain's value, or its refusal as the error that the caller gets.</summary>
    public static T OrThrow<T>(this Reply<T> reply)
        where T : notnull => reply.Refusal is { } refusal ? throw Problem.Of(refusal) : reply.Value!;
}

/// <summary>Outcomes of the ledger as a caller gets them.</summary>
public static class OutcomeExtensions
{
    /// <summary>The outcome where it was accepted.</summary>
    /// <exception cref="Grpc.Core.RpcException">It was refused.</exception>
    public static Outcome OrThrow(this Outcome outcome) => outcome.Refusal switch
    {
        null => outcome,
        { Reason: Reason.InvalidField } missing =>
            throw Problem.Invalid([.. missing.Values.Select(value => new FieldViolation(value.Value, "REQUIRED"))]),
        { } refusal => throw Problem.Of(refusal),
    };

    /// <summary>The entry that was written.</summary>
    /// <exception cref="Grpc.Core.RpcException">It was refused.</exception>
    public static JournalEntry EntryOrThrow(this Outcome outcome) =>
        outcome.OrThrow().Entry ?? throw new InvalidOperationException("An accepted command wrote no entry.");
}
