using System.Collections.Frozen;
using System.Reflection;
using System.Threading.RateLimiting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Admits or refuses every call before its service. Order of checks: the contract opens the RPC; token; rate; role; the caller's regions;
/// the region exists; ownership; what a clerk's provider lets the clerk do. The service checks only what else needs stored state. A public
/// RPC needs no token: it is about no party, and the region must exist. If a demonstration's clock is past the last day that rules can
/// handle, only the demonstration's own RPCs stay open, so that someone can end it.
/// </summary>
public sealed class AccessInterceptor(
    TokenVerifier tokens, CallLimits limits, IGrainFactory grains, BusinessClock days, ScenarioClock? clock = null) : Interceptor
{
    private static readonly string ScenarioMethods = $"/{ScenarioService.Descriptor.FullName}/";
    private static readonly string[] OpenToAll =
        ["/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

    public override Task<TResponse> UnaryServerHandler<TRequest,
        TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        ValueTask admitted = AdmitAsync(request, context);
        // Nearly always completed at once, since the token is known: then the call costs no state machine here.
        return admitted.IsCompletedSuccessfully ? continuation(request, context) : AfterAsync(admitted, request, context, continuation);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest,
            TResponse> continuation)
    {
        await AdmitAsync(request, context);
        await continuation(request, responseStream, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest,
            TResponse> continuation)
    {
        // What comes after the first message isn't read before the caller is admitted.
        (TRequest first, IAsyncStreamReader<TRequest> all) =
            await HeadedStream<TRequest>.ReadAsync(requestStream, context.CancellationToken);
        await AdmitAsync(first, context);
        return await continuation(all, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        (TRequest first, IAsyncStreamReader<TRequest> all) =
            await HeadedStream<TRequest>.ReadAsync(requestStream, context.CancellationToken);
        await AdmitAsync(first, context);
        await continuation(all, responseStream, context);
    }

    private static async Task<TResponse> AfterAsync<TRequest, TResponse>(
        ValueTask admitted, TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        await admitted;
        return await continuation(request, context);
    }

    private async ValueTask AdmitAsync(object? request, ServerCallContext context)
    {
        if (AccessRules.Find(context.Method) is not { } rule || request is not IMessage message)
        {
            if (OpenToAll.Any(open => context.Method.StartsWith(open, StringComparison.Ordinal))) return;
            throw Problem.Of(Reason.RpcNotOpen);
        }
        HttpContext http = context.GetHttpContext();
        if (rule.IsPublic)
        {
            limits.CountStranger(http);
            if (rule.Region(message) is { } published) RequireKnown(RegionOf(published, rule.RegionField));
            RequireClock(context);
            return;
        }
        if (await tokens.CallerAsync(http.Request.Headers.Authorization.ToString()) is not { } caller)
        {
            limits.CountStranger(http);
            throw Problem.Of(Reason.Unauthenticated);
        }
        limits.Count(caller);
        if (!rule.AllowsRole(caller)) throw Problem.Of(Reason.RoleNotAllowed);
        if (rule.Region(message) is { } name)
        {
            RegionCode region = RegionOf(name, rule.RegionField);
            if (!caller.CoversRegion(region)) throw Problem.Of(Reason.RegionNotAllowed, ("region", region.ToString()));
            RequireKnown(region);
        }
        if (!rule.AllowsParty(caller, message)) throw Problem.Of(Reason.PartyNotAllowed);
        RequireClock(context);
        if (rule.RightAsked(caller) is { } right && await StaffRefusalAsync(caller, right) is { } no) throw Problem.Of(no);
        context.SetCaller(caller);
    }

    /// <summary>
    /// Why a clerk's provider doesn't let the clerk do this. A provider that doesn't exist refuses nothing: the service says so.
    /// </summary>
    private async ValueTask<Refusal?> StaffRefusalAsync(Caller caller, Ledger.ProviderRight right) =>
        ResourceName.TryParse(caller.Party, out ResourceName? party) && party.Value.Collection == VoucherContract.Providers
        && OpaqueId.TryParse(party.Value.Id, out _)
        && await grains.GetGrain<IProviderGrain>(party.Value.GrainKey).GetAsync() is { } provider
            ? StaffRule.Judge(provider.StaffSpans, caller.Subject, right, days.Today) : null;

    /// <exception cref="RpcException">REGION_UNKNOWN.</exception>
    internal static void RequireKnown(RegionCode region)
    {
        if (RegionDirectory.BuiltIn.Find(region) is null) throw Problem.Of(Reason.RegionUnknown, ("region", region.ToString()));
    }

    private void RequireClock(ServerCallContext context)
    {
        if (clock is { IsBeyondEnd: true } && !context.Method.StartsWith(ScenarioMethods, StringComparison.Ordinal))
        {
            throw Problem.Of(Reason.ScenarioClockBeyondEnd, ("last", $"{ScenarioClock.LastDay:O}"));
        }
    }

    internal static RegionCode RegionOf(string name, string field)
    {
        if (name.Length <= ResourceName.MaxLength && name.StartsWith(ResourceName.Regions, StringComparison.Ordinal))
        {
            int end = name.IndexOf('/', ResourceName.Regions.Length);
            if (RegionCode.TryParse(end < 0 ? name.AsSpan(ResourceName.Regions.Length) : name.AsSpan(ResourceName.Regions.Length..end),
                out RegionCode region)) return region;
        }
        throw Problem.Invalid(
            [name.Length == 0 ? new FieldViolation(field, "REQUIRED")
            : new FieldViolation(field, "NOT_A_NAME", ("pattern", "regions/430211/…"))]);
    }
}

/// <summary>Who may call one RPC, by the RPC's option in the contract.</summary>
/// <exception cref="InvalidOperationException">The option names a field that the request does not have.</exception>
public sealed class AccessRule(MethodDescriptor method, Access access)
{
    private readonly Func<IMessage, string>? _region = access.RegionField.Length == 0 ? null : Field(method.InputType, access.RegionField);
    private readonly (Role Role, Func<IMessage, string>? Own)[] _grants =
    [
        .. access.Grants.Select(grant => (grant.Role, grant.OwnField.Length == 0 ? null : Field(method.InputType, grant.OwnField))),
    ];

    private readonly Grant? _clerk = access.Grants.FirstOrDefault(
        grant => grant.Role == Role.ProviderClerk && (grant.OwnField.Length > 0 || grant.OwnCheckedByService
            || grant.ProviderRight != V1.ProviderRight.Unspecified));

    private readonly Role[] _staff =
    [
        .. access.Grants.Where(grant => grant.OwnField.Length == 0 && !grant.OwnCheckedByService && grant.Role != Role.ProviderClerk)
            .Select(grant => grant.Role),
    ];

    /// <summary>True: anybody may call, without a token.</summary>
    public bool IsPublic { get; } = access.Public && access.Grants.Count == 0;

    /// <summary>The roles that may call.</summary>
    public IEnumerable<Role> Roles => _grants.Select(grant => grant.Role).Distinct();

    /// <summary>The path of the request's field that names the region; empty for an RPC without a region.</summary>
    public string RegionField => access.RegionField;

    /// <summary>The text of the region's field; null for an RPC without a region.</summary>
    public string? Region(IMessage request) => _region?.Invoke(request);

    public bool AllowsRole(Caller caller)
    {
        foreach ((Role role, _) in _grants)
        {
            if (caller.Has(role)) return true;
        }
        return false;
    }

    /// <summary>
    /// True if one of the caller's roles passes: the contract names no field for the role (its regions bound it, or the service checks
    /// more), or the named field is the caller's own party.
    /// </summary>
    public bool AllowsParty(Caller caller, IMessage request)
    {
        foreach ((Role role, Func<IMessage, string>? own) in _grants)
        {
            if (caller.Has(role) && (own is null || caller.Owns(own(request)))) return true;
        }
        return false;
    }

    /// <summary>
    /// What the caller's provider must have let it do; null of a caller that isn't there as a clerk, and where the rules judge it.
    /// </summary>
    public Ledger.ProviderRight? RightAsked(Caller caller) =>
        _clerk is { RightCheckedByRules: false } && caller.Has(Role.ProviderClerk) && !caller.HasAny(_staff)
            ? _clerk.ProviderRight.ToDomain() : null;

    private static Func<IMessage, string> Field(MessageDescriptor type, string path)
    {
        var found = new List<IFieldAccessor>();
        foreach (string name in path.Split('.'))
        {
            FieldDescriptor field = type.FindFieldByName(name)
                ?? throw new InvalidOperationException($"{type.FullName} has no field {name}, which an access option names.");
            found.Add(field.Accessor);
            if (field.FieldType == FieldType.Message) type = field.MessageType;
        }
        IFieldAccessor[] accessors = [.. found];
        return request =>
        {
            object? value = request;
            foreach (IFieldAccessor accessor in accessors) value = value is IMessage message ? accessor.GetValue(message) : null;
            return value as string ?? "";
        };
    }
}

/// <summary>The access rule of every RPC, by the full method name. An RPC without a rule is closed to everyone.</summary>
public static class AccessRules
{
    private static readonly FrozenDictionary<string, AccessRule> Rules = Methods()
        .Where(method => method.GetOptions()?.HasExtension(AccessExtensions.Access) == true)
        .ToFrozenDictionary(FullName, method => new AccessRule(method, method.GetOptions().GetExtension(AccessExtensions.Access)));

    public static AccessRule? Find(string fullMethodName) => Rules.GetValueOrDefault(fullMethodName);

    /// <summary>Every RPC of the contract, with or without a rule.</summary>
    public static IEnumerable<MethodDescriptor> Methods() => typeof(Amount).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Amount).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null))
        .Cast<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods);

    public static string FullName(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}

/// <summary>
/// How many calls one caller may make: so many a second in the long run, and ten seconds' worth at once. A caller is a token's subject;
/// whoever has no valid token is the address that the call came from. Each server counts for itself.
/// </summary>
public sealed class CallLimits : IDisposable
{
    private const int SecondsAtOnce = 10;

    private readonly PartitionedRateLimiter<string>? _callers;

    /// <param name="perSecond">0: no limit.</param>
    public CallLimits(int perSecond)
    {
        if (perSecond == 0) return;
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * SecondsAtOnce, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        };
        _callers = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => options));
    }

    /// <summary>Counts a call of a known caller.</summary>
    /// <exception cref="RpcException">RATE_LIMITED, with the time after which a call passes again.</exception>
    public void Count(Caller caller) => Count("subject ", caller.Subject);

    /// <summary>Counts a call of somebody without a valid token.</summary>
    /// <exception cref="RpcException">As above.</exception>
    public void CountStranger(HttpContext http) => Count("address ", $"{http.Connection.RemoteIpAddress}");

    public void Dispose() => _callers?.Dispose();

    // The kind stands before the caller's own text, so that no subject is counted as an address.
    private void Count(string kind, string caller)
    {
        if (_callers is null) return;
        using RateLimitLease lease = _callers.AttemptAcquire(kind + caller);
        if (lease.IsAcquired) return;
        lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after);
        throw Problem.Of(Reason.RateLimited, after);
    }
}
