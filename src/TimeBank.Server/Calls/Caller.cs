using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using ContractRole = TimeBank.V1.Role;

namespace TimeBank.Server;

/// <summary>The caller of an RPC, read from the token.</summary>
/// <param name="Subject">The token's subject: an opaque id of at most 64 characters. The journal keeps it as the actor.</param>
/// <param name="Regions">The divisions in which the roles hold. A province or city covers the divisions below it.</param>
/// <param name="Party">The resource name of the caller's own party; empty for staff.</param>
public sealed record Caller(string Subject, ImmutableArray<Role> Roles, ImmutableArray<RegionCode> Regions, string Party)
{
    public bool Has(Role role) => Roles.Contains(role);

    /// <summary>
    /// Whether one of the roles is the caller's. Where a right doesn't ask whose the thing is, name the roles that give it: a token may
    /// have others beside them, which give nothing.
    /// </summary>
    public bool HasAny(params ReadOnlySpan<Role> roles)
    {
        foreach (Role role in roles)
        {
            if (Has(role)) return true;
        }
        return false;
    }

    public bool CoversRegion(RegionCode region) => Regions.Contains(region) || Regions.Contains(region.City)
        || Regions.Contains(region.Province);

    public bool Owns(string resourceName) => Party.Length > 0 && string.Equals(Party, resourceName, StringComparison.Ordinal);
}

/// <summary>The claims of a token: one <c>sub</c>, one or more <c>role</c> and <c>region</c>, at most one <c>party</c>.</summary>
public static class CallerClaims
{
    public const string Role = "role", Region = "region", Party = "party", Subject = "sub";
    private const int MaxSubjectLength = 64;

    /// <summary>Whether a text may be a token's subject.</summary>
    public static bool IsSubject(string text) => text.Length is > 0 and <= MaxSubjectLength
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':');

    /// <summary>The caller of a verified token; null if it has no valid subject. Ignores unknown roles and regions.</summary>
    public static Caller? Read(ClaimsIdentity token)
    {
        string subject = token.FindFirst(Subject)?.Value ?? "";
        if (!IsSubject(subject)) return null;
        return new Caller(
            subject,
            [.. token.FindAll(Role).Select(claim => ParseRole(claim.Value)).Where(role => role != ContractRole.Unspecified).Distinct()],
            [.. token.FindAll(Region).Where(claim => RegionCode.TryParse(claim.Value, out _))
                .Select(claim => RegionCode.Parse(claim.Value))],
            token.FindFirst(Party)?.Value ?? "");
    }

    /// <summary>A role by its claim, such as <c>provider_clerk</c>; <see cref="ContractRole.Unspecified"/> for an unknown one.</summary>
    public static ContractRole ParseRole(string name) => Enum.GetValues<ContractRole>().FirstOrDefault(role => RoleName(role) == name);

    public static string RoleName(ContractRole role) => StoredName.UpperSnake(role.ToString()).ToLowerInvariant();
}

/// <summary>
/// Verifies the tokens of calls. It remembers a verified token's caller by the token's hash for five minutes, or until the token ends, so
/// that most calls check no signature. It does not remember invalid tokens.
/// </summary>
/// <param name="rules">The rules that a token must pass.</param>
/// <param name="time">The real time; a demonstration's clock does not end tokens.</param>
public sealed class TokenVerifier(TokenValidationParameters rules, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const int MaxKnown = 10_000;

    /// <summary>If the issuer withdraws a key, its tokens may pass this much longer.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<Digest, Verified> _known = new();

    /// <summary>
    /// The caller of an <c>Authorization</c> header; null without a valid token, or if the token has no valid subject.
    /// </summary>
    public ValueTask<Caller?> CallerAsync(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return default;
        Digest hash = Digest.Of(MemoryMarshal.AsBytes(authorization.AsSpan(Scheme.Length)));
        return _known.TryGetValue(hash, out Verified known) && time.GetUtcNow() < known.Until
            ? new(known.Caller) : VerifyAsync(authorization[Scheme.Length..].Trim(), hash);
    }

    private async ValueTask<Caller?> VerifyAsync(string token, Digest hash)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, rules);
        if (!result.IsValid || CallerClaims.Read(result.ClaimsIdentity) is not { } caller) return null;
        DateTimeOffset now = time.GetUtcNow(), end = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero) + rules.ClockSkew;
        if (_known.Count >= MaxKnown) Forget(now);
        _known[hash] = new Verified(caller, end < now + KnownFor ? end : now + KnownFor);
        return caller;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach ((Digest hash, Verified known) in _known)
        {
            if (known.Until <= now) _known.TryRemove(hash, out _);
        }
        if (_known.Count >= MaxKnown) _known.Clear();
    }

    private readonly record struct Verified(Caller Caller, DateTimeOffset Until);
}

/// <summary>Reads from a call what its request does not say: the caller, the command, the acting party.</summary>
public static class CallContextExtensions
{
    private static readonly object CallerKey = new(), ReceivedKey = new();

    private static readonly ConcurrentDictionary<MessageDescriptor, IFieldAccessor[]> Secrets = new();

    /// <summary>The caller. The access interceptor sets it before the call reaches a service.</summary>
    public static Caller Caller(this ServerCallContext context) => (Caller)context.UserState[CallerKey];

    /// <summary>True if the access interceptor admitted the call. gRPC keeps a call's state in the HTTP context's items.</summary>
    internal static bool HasCaller(this HttpContext context) => context.Items.ContainsKey(CallerKey);

    internal static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[CallerKey] = caller;

    /// <summary>Keeps the request as sent, for the digest, when the service gets a readable copy instead.</summary>
    internal static void SetReceived(this ServerCallContext context, IMessage request) => context.UserState[ReceivedKey] = request;

    /// <summary>Makes the command of a mutation, under the caller's request id. Its digest knows nothing of what is secret.</summary>
    /// <param name="onBehalfOf">The checked resource name of the person for whom counter staff act; else null.</param>
    public static Command Command(this ServerCallContext context, IMessage request, Guid requestId, ResourceName? onBehalfOf = null,
        string memo = "")
    {
        if (context.UserState.TryGetValue(ReceivedKey, out object? received)) request = (IMessage)received;
        request = WithoutSecrets(request);
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

    /// <summary>
    /// The request without the fields that the contract marks (<c>debug_redact</c>): the journal has the digest, and a PIN of six digits
    /// or a code of 40 bits could be found by trying.
    /// </summary>
    private static IMessage WithoutSecrets(IMessage request)
    {
        IFieldAccessor[] secrets = Secrets.GetOrAdd(request.Descriptor, static message => [.. message.Fields.InDeclarationOrder()
            .Where(field => field.GetOptions()?.DebugRedact == true).Select(field => field.Accessor)]);
        if (Array.TrueForAll(secrets, secret => secret.GetValue(request) is null or "")) return request;
        request = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        foreach (IFieldAccessor secret in secrets) secret.Clear(request);
        return request;
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
