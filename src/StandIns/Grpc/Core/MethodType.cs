namespace Grpc.Core;

/// <summary>How many messages go each way: one or many requests, one or many responses.</summary>
public enum MethodType
{
    Unary = 0,
    ClientStreaming = 1,
    ServerStreaming = 2,
    DuplexStreaming = 3,
}
