using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>grpc.health.v1 over the application's health checks.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData(HealthStatus.Healthy, ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, ServingStatus.NotServing)]
    public async Task A_server_is_as_well_as_its_checks(HealthStatus check, ServingStatus expected)
    {
        await using ProbeHost host = await StartAsync(() => check);

        Assert.Equal(expected, (await Client(host).CheckAsync(new HealthCheckRequest())).Status);
    }

    [Fact]
    public async Task A_service_has_the_checks_that_are_mapped_to_it()
    {
        await using ProbeHost host = await StartAsync(() => HealthStatus.Unhealthy);

        Assert.Equal(ServingStatus.Unknown, (await Client(host).CheckAsync(new HealthCheckRequest { Service = "without-checks" })).Status);
        Assert.Equal(ServingStatus.NotServing, (await Client(host).CheckAsync(new HealthCheckRequest { Service = "with-check" })).Status);
    }

    [Fact]
    public async Task A_service_that_nobody_knows_is_not_found()
    {
        await using ProbeHost host = await StartAsync(() => HealthStatus.Healthy);

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await Client(host).CheckAsync(new HealthCheckRequest { Service = "nobody" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_watcher_hears_of_changes()
    {
        var check = HealthStatus.Healthy;
        await using ProbeHost host = await StartAsync(() => check);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Client(host).Watch(new HealthCheckRequest());

        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        check = HealthStatus.Unhealthy;
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext());
        }
        while (watch.ResponseStream.Current.Status is not ServingStatus.NotServing);
    }

    [Fact]
    public async Task A_watcher_of_a_service_that_nobody_knows_is_told_so()
    {
        await using ProbeHost host = await StartAsync(() => HealthStatus.Healthy);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Client(host).Watch(new HealthCheckRequest { Service = "nobody" });

        Assert.True(await watch.ResponseStream.MoveNext());

        Assert.Equal(ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task A_watcher_does_not_keep_the_server_from_stopping()
    {
        await using ProbeHost host = await StartAsync(() => HealthStatus.Healthy);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Client(host).Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());

        Task stopped = host.StopServerAsync();
        var last = ServingStatus.Unknown;
        while (await watch.ResponseStream.MoveNext()) last = watch.ResponseStream.Current.Status;
        await stopped;

        Assert.Equal(ServingStatus.NotServing, last);
    }

    private static Health.HealthClient Client(ProbeHost host) => new(host.Channel);

    private static Task<ProbeHost> StartAsync(Func<HealthStatus> check) => ProbeHost.StartAsync(
        services: services =>
        {
            services.AddGrpcHealthChecks(options =>
            {
                options.Services.Map("with-check", context => context.Tags.Contains("probe"));
                options.Services.Map("without-checks", _ => false);
            }).AddCheck("probe", () => new HealthCheckResult(check()), ["probe"]);
            services.Configure<HealthCheckPublisherOptions>(options =>
            {
                options.Delay = TimeSpan.Zero;
                options.Period = TimeSpan.FromSeconds(1);
            });
        },
        map: application => application.MapGrpcHealthChecksService());
}
