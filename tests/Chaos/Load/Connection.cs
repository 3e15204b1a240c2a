using Grpc.Net.Client;

namespace TimeBank.Chaos.Load;

/// <summary>A channel to one life of the server.</summary>
internal sealed class Connection(Uri address) : IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address);

    public Grpc.Core.CallInvoker Invoker => _channel.CreateCallInvoker();

    public void Dispose() => _channel.Dispose();
}
