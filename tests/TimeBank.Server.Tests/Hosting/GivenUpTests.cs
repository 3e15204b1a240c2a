using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>When a caller gives up, the call goes on. A retry with the same id gets its outcome.</summary>
[Collection(ServerCollection.Name)]
public sealed class GivenUpTests(TestServer server)
{
    /// <summary>
    /// Neither Orleans nor the server breaks off a call between grains: half a workflow is worse than one that nobody waits for.
    /// </summary>
    [Fact]
    public void No_call_between_grains_is_broken_off()
    {
        SiloMessagingOptions silo = server.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;

        Assert.False(silo.CancelRequestOnTimeout);
        Assert.False(silo.CancelUnknownRequestOnStatusUpdate);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.DeadlineExceeded)]
    public async Task What_a_caller_gave_up_happens_once_and_its_retry_hears_of_it(StatusCode how)
    {
        Desk desk = new(server, TestServer.Lusong);
        string fund = await desk.FundAsync($"given-up-{(int)how}", 0);
        RecordReceiptRequest receipt = desk.Receipt(fund, 700);
        using var token = new CancellationTokenSource();
        var options = how == StatusCode.Cancelled ? new CallOptions(cancellationToken: token.Token)
            : new CallOptions(deadline: TimeProvider.System.GetUtcNow().AddMilliseconds(200).UtcDateTime);

        Task<RecordReceiptResponse> given;
        using (server.HoldWrites())
        {
            given = desk.Maker.RecordReceiptAsync(receipt, options).ResponseAsync;
            if (how == StatusCode.Cancelled)
            {
                await server.UntilAsync(() => server.Services.GetRequiredService<CallsUnderWay>().Count > 0);
                await token.CancelAsync();
            }
            Assert.Equal(how, (await Assert.ThrowsAsync<RpcException>(() => given)).StatusCode);
        }

        RecordReceiptResponse answered = await desk.Maker.RecordReceiptAsync(receipt);
        Assert.Equal(answered, await desk.Maker.RecordReceiptAsync(receipt));
        Assert.Equal(700, (await desk.Auditor.GetFundAsync(new GetFundRequest { Name = fund })).Available.Value);
    }
}
