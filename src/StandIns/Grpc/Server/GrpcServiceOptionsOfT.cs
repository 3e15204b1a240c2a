namespace Grpc.AspNetCore.Server;

/// <summary>How one service is served.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions where TService : class;
