using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What more is configured after AddGrpc.</summary>
public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}
