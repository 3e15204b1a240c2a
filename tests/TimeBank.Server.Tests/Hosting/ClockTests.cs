using System.Globalization;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Servers whose clock is far from their journal's time. A demonstration's clock writes such journals for the tests.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-clock-tests-").FullName;

    private static string Today => ChinaTime.DateOf(TimeProvider.System.GetUtcNow()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("2099-01-01T00:00:00+08:00", "but an entry here is of 2099-01-01 00:00")]
    [InlineData("2026-01-02T00:00:00+08:00", "after the last time known here, 2026-01-02 00:00")]
    public async Task Far_from_the_last_entry_nothing_is_written_until_somebody_vouches_for_the_clock(string last, string said)
    {
        await WrittenAsync(1, $"--TimeBank:Scenario={last}");

        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Equal(Reason.ClockDoubtful, (await server.WriteAsync(2)).Refusal!.Reason);
            using DatabaseHealth health = ActivatorUtilities.CreateInstance<DatabaseHealth>(server.Services, new Stopwatch());
            HealthCheckResult found = await health.CheckHealthAsync(new HealthCheckContext());
            Assert.Equal(HealthStatus.Unhealthy, found.Status);
            Assert.Contains(said, found.Description, StringComparison.Ordinal);
            Assert.Contains("TimeBank:ClockChecked", found.Description, StringComparison.Ordinal);
            using var channel = GrpcChannel.ForAddress(server.Grpc);
            HealthCheckResponse answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, answer.Status);
        }

        await WrittenAsync(2, $"--TimeBank:ClockChecked={Today}");
    }

    [Fact]
    public async Task Bounds_are_settings()
    {
        await WrittenAsync(1, "--TimeBank:Scenario=2026-01-02T00:00:00+08:00");
        await WrittenAsync(2, "--TimeBank:ClockAhead=36500.00:00:00");

        Assert.Throws<InvalidOperationException>(() => new TimeBankOptions { ClockAhead = TimeSpan.Zero }.Check());
        var error = Assert.Throws<InvalidOperationException>(() => TimeBankServer.Options(["--TimeBank:ClockChecked=yesterday"]));
        Assert.Contains("TimeBank:ClockChecked", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demonstration_does_not_write_over_a_journal_of_real_time()
    {
        await WrittenAsync(1);

        await using TestServer demonstration = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T00:00:00+08:00");
        Assert.Equal(Reason.ClockDoubtful, (await demonstration.WriteAsync(2)).Refusal!.Reason);

        // Nor does it judge by that clock whether a PIN is locked or a confirmation over.
        IGrainFactory grains = demonstration.Services.GetRequiredService<IGrainFactory>();
        var command = new Command(new Guid(3, 0, 0, new byte[8]), Digest.Of([1]).ToString(), "TEST", "", "");
        IPinGrain pin = grains.GetGrain<IPinGrain>("430211/0123456789AB");
        Assert.Equal(Reason.ClockDoubtful, (await pin.SetAsync(command, new PinOrder("830412", "", ""))).Reason);
        Assert.Equal(Reason.ClockDoubtful, (await pin.TryAsync(command, ShownRecord.Nothing with { Pin = "830412" })).Reason);
        Assert.Equal(Reason.ClockDoubtful, (await grains.GetGrain<IConfirmationGrain>("430211/0123456789AB").UseAsync(
            command, new ConfirmationUse("0123456789AB", "0123456789AC", [], 1))).Reason);
    }

    /// <summary><c>timebank up</c> stops when the log doubts the clock.</summary>
    [Fact]
    public async Task Demonstration_that_goes_on_does_not_doubt_its_own_clock()
    {
        const string scenario = "--TimeBank:Scenario=2026-10-01T00:00:00+08:00";
        await using (TestServer first = await TestServer.StartAsync(_data, scenario))
        {
            var advance = new Command(new Guid(1, 0, 0, new byte[8]), Digest.Of([1]).ToString(), "TEST", "", "");
            IScenarioGrain clock = first.Services.GetRequiredService<IGrainFactory>().GetGrain<IScenarioGrain>(IScenarioGrain.Key);
            Assert.Null((await clock.AdvanceAsync(advance, new DateTimeOffset(2026, 10, 14, 0, 0, 0, ChinaTime.Offset))).Refusal);
            Assert.Null((await first.WriteAsync(1)).Refusal);
        }

        RecordedLog log = null!;
        await using TestServer again = await TestServer.StartAsync(
            _data, server => log = new RecordedLog(server), scenario, "--Logging:LogLevel:Default=Warning");

        Assert.Null((await again.WriteAsync(2)).Refusal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("CLOCK_DOUBTFUL", StringComparison.Ordinal));
    }

    private async Task WrittenAsync(int request, params string[] settings)
    {
        await using TestServer server = await TestServer.StartAsync(_data, settings);
        Assert.Null((await server.WriteAsync(request)).Refusal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
