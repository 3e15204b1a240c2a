using System.Net;
using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A server that lets each caller make one call a second, and ten at once.</summary>
public sealed class CallLimitTests : IAsyncLifetime
{
    private const int AtOnce = 10;

    private readonly TestServer _server = new() { Settings = ["--TimeBank:CallsPerSecond=1"] };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_caller_who_calls_too_often_is_told_when_to_call_again_and_no_other_caller_is_stopped()
    {
        var busy = new LedgerService.LedgerServiceClient(_server.As(Role.Auditor, subject: "busy"));
        RpcException refused = await RefusedAsync(() => busy.ListEntriesAsync(Entries).ResponseAsync);

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"),
            (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.InRange(refused.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalSeconds, 0.01, 1);
        var quiet = new LedgerService.LedgerServiceClient(_server.As(Role.Auditor, subject: "quiet"));
        await quiet.ListEntriesAsync(Entries);
    }

    [Fact]
    public async Task Over_HTTP_the_answer_is_429_with_the_seconds_to_wait()
    {
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", _server.Token(Role.Auditor)) } };
        HttpResponseMessage answer = await FirstAsync(
            () => client.GetAsync(new Uri(_server.Http, "/v1/regions/430211/entries")), HttpStatusCode.TooManyRequests);

        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
        Assert.Contains("RATE_LIMITED", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_no_token_is_counted_by_address_whatever_the_call()
    {
        var ledger = new LedgerService.LedgerServiceClient(_server.Anonymous());
        RpcException refused = await RefusedAsync(async () =>
        {
            try
            {
                await ledger.ListEntriesAsync(Entries);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unauthenticated)
            {
                // Counted all the same.
            }
        });
        Assert.Equal("RATE_LIMITED", refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        // The pages make calls for the visitor's address: a public one is refused there too.
        using var client = new HttpClient();
        var statistics = new Uri(_server.Http, "/v1/regions/430211/publicStatistics?period.year=2026&period.month=10");
        await FirstAsync(() => client.GetAsync(statistics), HttpStatusCode.TooManyRequests);
    }

    private static ListEntriesRequest Entries => new() { Parent = "regions/430211", PageSize = 1 };

    /// <summary>Calls until a call is refused: after ten, and those few that the seconds meanwhile allow.</summary>
    private static async Task<RpcException> RefusedAsync(Func<Task> call)
    {
        for (int made = 0; made < 10 * AtOnce; made++)
        {
            try
            {
                await call();
            }
            catch (RpcException error)
            {
                Assert.InRange(made, AtOnce, 10 * AtOnce);
                return error;
            }
        }
        throw new InvalidOperationException("No call was refused.");
    }

    private static async Task<HttpResponseMessage> FirstAsync(Func<Task<HttpResponseMessage>> call, HttpStatusCode wanted)
    {
        for (int made = 0; made < 10 * AtOnce; made++)
        {
            HttpResponseMessage answer = await call();
            if (answer.StatusCode == wanted) return answer;
            answer.Dispose();
        }
        throw new InvalidOperationException($"No call was answered with {wanted}.");
    }
}
