using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>What a method knows of its call.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task A_method_knows_who_calls_what_and_where()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        await host.Client.EchoAsync(new EchoRequest());

        Assert.Equal("/timebank.platform.probe.Probe/Echo", host.Log.Method);
        Assert.Equal(new Uri(host.Address).Authority, host.Log.Host);
        Assert.Matches(@"^ipv4:127\.0\.0\.1:\d+$", host.Log.Peer);
        Assert.Equal("HTTP/2", host.Log.HttpProtocol);
    }

    [Fact]
    public async Task Each_call_has_a_service_instance_of_its_own()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        await host.Client.EchoAsync(new EchoRequest());
        await host.Client.EchoAsync(new EchoRequest());

        Assert.Equal(2, host.Log.Instances);
    }
}
