using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// Admits or refuses every call before its service. Order of checks: the contract opens the RPC; token; rate; role; the caller's regions;
/// the region exists; ownership. The service checks only what needs stored state. A public RPC needs no token: it is about no party, and
/// the region must exist. If a demonstration's clock is past the last day that rules can handle, only the demonstration's own RPCs stay
/// open, so that someone can end it.
/// </summary>
public sealed class AccessInterceptor(TokenVerifier tokens, CallLimits limits, ScenarioClock? clock = null) : Interceptor
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
        context.SetCaller(caller);
    }

    private static void RequireKnown(RegionCode region)
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
