using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>One request, one response.</summary>
public sealed class UnaryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(3 * 1024 * 1024)]
    public async Task A_message_comes_back_whole(int bytes)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        var payload = new byte[bytes];
        for (int at = 0; at < bytes; at++) payload[at] = (byte)(at % 251);

        using AsyncUnaryCall<EchoResponse> call = host.Client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) });

        Assert.Equal(payload, (await call).Payload.ToByteArray());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }
}
