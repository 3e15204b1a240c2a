using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ScenarioApiTests(TestServer server)
{
    private readonly ScenarioService.ScenarioServiceClient _client = new(server.As(Role.Administrator));

    [Fact]
    public async Task The_clock_goes_forward_and_never_back()
    {
        DateTimeOffset now = (await _client.GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset();
        AdvanceClockRequest forward = Advance("0b0e7c1c-0000-4000-8000-000000000001", now.AddSeconds(1)),
            back = Advance("0b0e7c1c-0000-4000-8000-000000000002", now.AddDays(-1));
        Assert.Equal(now.AddSeconds(1), (await _client.AdvanceClockAsync(forward)).Now.ToDateTimeOffset());
        Assert.Equal(now.AddSeconds(1), (await _client.AdvanceClockAsync(back)).Now.ToDateTimeOffset());
        Assert.Equal(now.AddSeconds(1), (await _client.AdvanceClockAsync(forward)).Now.ToDateTimeOffset());
    }

    [Fact]
    public async Task The_same_id_with_another_time_is_a_conflict()
    {
        DateTimeOffset now = (await _client.GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset();
        await _client.AdvanceClockAsync(Advance("0b0e7c1c-0000-4000-8000-000000000003", now));
        await _client.AdvanceClockAsync(Advance("0b0e7c1c-0000-4000-8000-000000000003", now.AddYears(1)))
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    [Theory]
    [InlineData("2099-12-31T16:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task The_clock_goes_no_further_than_2099(string to)
    {
        DateTimeOffset now = (await _client.GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset();

        await _client.AdvanceClockAsync(Advance("0b0e7c1c-0000-4000-8000-000000000009", DateTimeOffset.Parse(to, null)))
            .IsRefusedAsync(Reason.ScenarioTooFar);

        Assert.Equal(now, (await _client.GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset());
    }

    [Fact]
    public async Task Wrong_input_names_its_fields()
    {
        await _client.AdvanceClockAsync(new AdvanceClockRequest()).IsRefusedAsync(Reason.InvalidField, "request_id", "to");
        await _client.AdvanceClockAsync(new AdvanceClockRequest { RequestId = "1", To = new Timestamp { Nanos = -1 } })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "to");
        await _client.AdvanceClockAsync(new AdvanceClockRequest { RequestId = new string('a', 500_000), To = new Timestamp() })
            .IsRefusedAsync(Reason.InvalidField, "request_id");
    }

    private static AdvanceClockRequest Advance(string id, DateTimeOffset to) =>
        new() { RequestId = id, To = Timestamp.FromDateTimeOffset(to) };
}
