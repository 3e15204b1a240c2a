using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>The platform's authorisation stands before gRPC methods as before any endpoint.</summary>
public sealed class AuthorizationTests
{
    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("guest", StatusCode.PermissionDenied)]
    [InlineData("clerk", StatusCode.OK)]
    public async Task A_role_is_asked_for(string? role, StatusCode expected)
    {
        await using ProbeHost host = await ProbeHost.StartAsync(
            services: services =>
            {
                services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, RoleHeader>("test", _ => { });
                services.AddAuthorizationBuilder().AddDefaultPolicy("clerks", policy => policy.RequireRole("clerk"));
            },
            conventions: endpoints => endpoints.RequireAuthorization());
        var headers = new Metadata();
        if (role is not null) headers.Add("x-role", role);

        StatusCode status = StatusCode.OK;
        try
        {
            await host.Client.EchoAsync(new EchoRequest(), headers);
        }
        catch (RpcException error)
        {
            status = error.StatusCode;
        }

        Assert.Equal((expected, expected is StatusCode.OK), (status, host.Log.Arrived.IsCompleted));
    }

    private sealed class RoleHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string? role = Request.Headers["x-role"];
            if (role is null) return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, role)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
