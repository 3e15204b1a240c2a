namespace Grpc.Core;

/// <summary>The google.rpc.Status that a failed call brought.</summary>
public static class RpcExceptionExtensions
{
    public static Google.Rpc.Status? GetRpcStatus(this RpcException ex)
    {
        ArgumentNullException.ThrowIfNull(ex);
        return ex.Trailers.GetRpcStatus();
    }
}
