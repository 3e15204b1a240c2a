using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server.Tests;

/// <summary>A demonstration whose clock an older build let reach the end of the calendar.</summary>
public sealed class ScenarioEndTests : IDisposable
{
    private const string Setting = "--TimeBank:Scenario=2026-10-01T08:00:00+08:00", Request = "0b0e7c1c-0000-4000-8000-00000000000a";
    private static readonly DateTimeOffset End = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-scenario-tests-").FullName;

    [Fact]
    public async Task A_clock_beyond_the_end_is_said_by_every_service_until_the_demonstration_is_ended()
    {
        var advance = new AdvanceClockRequest { RequestId = Request, To = Timestamp.FromDateTimeOffset(End) };
        await using (TestServer older = await TestServer.StartAsync(_data, Setting)) await LeaveAsync(older, advance);

        await using TestServer server = await TestServer.StartAsync(_data, Setting);
        using var channel = GrpcChannel.ForAddress(server.Grpc);
        using LocalIssuer issuer = LocalIssuer.Open(_data);
        CallInvoker As(Role role) =>
            new TokenInvoker(channel.CreateCallInvoker(),
                issuer.Issue($"staff-{role}", [CallerClaims.RoleName(role)], [TestServer.Tianyuan], ""));
        var elders = new ElderService.ElderServiceClient(As(Role.Counter));
        var scenario = new ScenarioService.ScenarioServiceClient(As(Role.Administrator));
        var list = new ListEldersRequest { Parent = $"regions/{TestServer.Tianyuan}" };
        var register = new RegisterElderRequest
        {
            RequestId = Request, Parent = list.Parent, DisplayName = "演示",
            BirthDate = new DateOnly(1940, 1, 31).ToContract()
        };

        await elders.ListEldersAsync(list).IsRefusedAsync(Reason.ScenarioClockBeyondEnd);
        await elders.RegisterElderAsync(register).IsRefusedAsync(Reason.ScenarioClockBeyondEnd);
        Assert.Equal(End, (await scenario.GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset());
        // The retry gets the first answer; a new step to that time is refused.
        Assert.Equal(End, (await scenario.AdvanceClockAsync(advance)).Now.ToDateTimeOffset());
        await scenario.AdvanceClockAsync(new AdvanceClockRequest(advance) { RequestId = "0b0e7c1c-0000-4000-8000-00000000000b" })
            .IsRefusedAsync(Reason.ScenarioTooFar);

        await scenario.FinishScenarioAsync(new FinishScenarioRequest { RequestId = "0b0e7c1c-0000-4000-8000-00000000000c" });

        Assert.Empty((await elders.ListEldersAsync(list)).Elders);
        Assert.Equal("演示", (await elders.RegisterElderAsync(register)).DisplayName);
    }

    [Theory]
    [InlineData("1999-12-31T00:00:00Z")]
    [InlineData("2100-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public void A_demonstration_starts_within_its_bounds(string start)
    {
        InvalidOperationException refused =
            Assert.Throws<InvalidOperationException>(() =>
                TimeBankServer.Build([.. TestServer.Arguments(_data), $"--TimeBank:Scenario={start}"]));
        Assert.Contains("2099-12-31", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    /// <summary>Stores the state that an older build left after a step to the end of the calendar.</summary>
    private static async Task LeaveAsync(TestServer older, AdvanceClockRequest advance)
    {
        byte[] sent = [.. Encoding.UTF8.GetBytes("/timebank.v1.ScenarioService/AdvanceClock"), 0, .. advance.ToByteArray()];
        string id = EntryId.Of($"staff-{Role.Administrator}", Guid.Parse(advance.RequestId)).ToString();
        var storage = older.Services.GetRequiredKeyedService<IGrainStorage>(GrainStorageNames.TimeBank);
        GrainId grain = older.Services.GetRequiredService<IGrainFactory>().GetGrain<IScenarioGrain>(IScenarioGrain.Key).GetGrainId();
        await storage.WriteStateAsync("scenario", grain,
            new GrainState<ScenarioState>(new ScenarioState { Now = End, Done = { [id] = Digest.Of(sent).ToString() } }));
    }
}
