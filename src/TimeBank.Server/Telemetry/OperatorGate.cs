using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Authentication;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Marks an endpoint for operators, and says who may read it.</summary>
/// <param name="IsNearby">Open without a token to this machine, and at <see cref="TelemetryOptions.Address"/>.</param>
/// <param name="IsPublic">Open to anybody.</param>
/// <param name="Roles">The roles whose token, or session of the pages, opens it.</param>
public sealed record ForOperators(bool IsNearby, bool IsPublic, ImmutableArray<Role> Roles)
{
    public static ForOperators Health { get; } = new(IsNearby: true, IsPublic: true, []);

    public static ForOperators Metrics { get; } = new(IsNearby: true, IsPublic: false, [Role.Auditor, Role.Administrator]);

    public static ForOperators Dashboard { get; } = new(IsNearby: false, IsPublic: false, [Role.Administrator]);
}

/// <summary>Lets operators, and nobody else, to the endpoints that are marked <see cref="ForOperators"/>.</summary>
public static class OperatorGate
{
    // A proxy on this machine brings strangers, who must not count as this machine.
    private static readonly string[] Forwarded = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    public static void UseTimeBankOperatorGate(this WebApplication app)
    {
        TokenVerifier tokens = app.Services.GetRequiredService<TokenVerifier>();
        app.Use(async (context, next) =>
        {
            ForOperators? rule = context.GetEndpoint()?.Metadata.GetMetadata<ForOperators>();
            bool atOwnAddress = context.Features.Get<OperatorsListener>() is not null;
            int refusal = rule is null ? (atOwnAddress ? StatusCodes.Status404NotFound : 0)
                : await JudgeAsync(context, rule, atOwnAddress, tokens);
            if (refusal == 0)
            {
                await next(context);
                return;
            }
            context.Response.StatusCode = refusal;
            if (refusal == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        });
    }

    /// <summary>Whether a request may read an endpoint.</summary>
    /// <param name="atOwnAddress">True for a connection to <see cref="TelemetryOptions.Address"/>.</param>
    /// <returns>0, or the status of the refusal.</returns>
    public static async Task<int> JudgeAsync(HttpContext context, ForOperators rule, bool atOwnAddress, TokenVerifier tokens)
    {
        if (atOwnAddress && !rule.IsNearby) return StatusCodes.Status404NotFound;
        // A web page could point a name of its own here, but not a number.
        if (atOwnAddress && !IsNumber(context.Request.Host)) return StatusCodes.Status421MisdirectedRequest;
        if (rule.IsPublic || atOwnAddress || (rule.IsNearby && IsThisMachine(context))) return 0;
        string given = context.Request.Headers.Authorization.ToString();
        if (given.Length == 0 && await context.GetTokenAsync(Visitor.TokenName) is { } session) given = $"Bearer {session}";
        return await tokens.CallerAsync(given) is not { } caller ? StatusCodes.Status401Unauthorized
            : rule.Roles.Any(caller.Has) ? 0 : StatusCodes.Status403Forbidden;
    }

    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
        && IsNumber(context.Request.Host, IPAddress.IsLoopback)
        && !Forwarded.Any(context.Request.Headers.ContainsKey);

    private static bool IsNumber(HostString host, Func<IPAddress, bool>? of = null) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out IPAddress? address) && of?.Invoke(address) != false);
}

/// <summary>Marks the connections of <see cref="TelemetryOptions.Address"/>.</summary>
internal sealed class OperatorsListener;
