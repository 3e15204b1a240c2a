using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Two servers of one cluster, and an outage of their database.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    private const string Region = "regions/430211";

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-two-servers-").FullName;
    private readonly List<WebApplication> _servers = [];
    private readonly List<GrpcChannel> _channels = [];
    private PostgreSqlServer _postgres = null!;
    private LocalIssuer _issuer = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartAsync("fsync=off", "shared_buffers=16MB");
        _issuer = LocalIssuer.Open(_data);
        // Servers of a cluster make no keys of their own.
        var alone = new TimeBankOptions { Data = _data };
        VaultKeys.Open(alone, RandomNumberGenerator.GetBytes).Dispose();
        PageTokenKey.Of(alone);
        foreach (int port in Ports.Free(2))
        {
            WebApplication server = TimeBankServer.Build(
            [
                // Both servers share a folder, and so keys and page tokens, as the runbook requires.
                $"--TimeBank:Data={_data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0",
                    $"--TimeBank:Database={_postgres.ConnectionString("postgres")}", "--TimeBank:Migrate=true",
                "--TimeBank:Cluster=tests", $"--TimeBank:Silo=127.0.0.1:{port}", "--Logging:LogLevel:Default=Error",
            ]);
            _servers.Add(server);
            await server.StartAsync();
            _channels.Add(
                GrpcChannel.ForAddress(
                server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GrpcChannel channel in _channels) channel.Dispose();
        foreach (WebApplication server in _servers) await server.DisposeAsync();
        _issuer.Dispose();
        _postgres.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>
    /// Whichever server a caller asks, half of the grains run on the other one. Its driver's exceptions can't cross, and no caller may see
    /// them.
    /// </summary>
    [Fact]
    public async Task Where_the_database_is_away_every_caller_of_every_server_is_told_so_and_nothing_is_an_incident()
    {
        var names = new List<string>();
        foreach (GrpcChannel channel in _channels)
        {
            for (int at = 0; at < 6; at++) names.Add((await Volunteers(channel).EnrolVolunteerAsync(Enrolment())).Name);
        }
        // Each server knows every volunteer, wherever the grain runs.
        foreach (GrpcChannel channel in _channels)
        {
            foreach (string name in names) await Volunteers(channel).GetVolunteerAsync(new GetVolunteerRequest { Name = name });
        }
        RecordedLog[] logs = [.. _servers.Select(server => new RecordedLog(server.Services))];

        await _postgres.StopAtOnceAsync();

        EnrolVolunteerRequest[] enrolments = [.. Enumerable.Range(0, 6).Select(_ => Enrolment())];
        foreach (GrpcChannel channel in _channels)
        {
            foreach (string name in names)
            {
                SetFamilyRequest family = new() { RequestId = NewId(), Volunteer = name };
                await ((Func<Task>)(async () => await Volunteers(channel).SetFamilyAsync(family))).IsRefusedAsync(Reason.StoreUnavailable);
            }
            foreach (EnrolVolunteerRequest enrolment in enrolments)
            {
                await Volunteers(channel).EnrolVolunteerAsync(enrolment).IsRefusedAsync(Reason.StoreUnavailable);
            }
        }
        Assert.All(logs, log => Assert.DoesNotContain(log.Lines, line => line.Contains("incident", StringComparison.Ordinal)));

        await _postgres.StartAgainAsync();
        foreach (EnrolVolunteerRequest enrolment in enrolments)
        {
            Volunteer[] both = [await AgainAsync(_channels[0], enrolment), await AgainAsync(_channels[1], enrolment)];
            Assert.Equal(both[0], both[1]);
        }
    }

    /// <summary>Retries while the server is UNAVAILABLE: each call finds one more connection of the pool that the outage cut.</summary>
    private async Task<Volunteer> AgainAsync(GrpcChannel channel, EnrolVolunteerRequest enrolment)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                return await Volunteers(channel).EnrolVolunteerAsync(enrolment);
            }
            catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    private VolunteerService.VolunteerServiceClient Volunteers(GrpcChannel channel) =>
        new(new TokenInvoker(channel.CreateCallInvoker(), _issuer.Issue("staff", [CallerClaims.RoleName(Role.Counter)], ["430211"], "")));

    private EnrolVolunteerRequest Enrolment() =>
        new() { RequestId = NewId(), Parent = Region, DisplayName = "王芳", BirthDate = new() { Year = 1990, Month = 7, Day = 1 } };

    private string NewId() => $"{new Guid(++_requests, 0, 0, new byte[8])}";
}
