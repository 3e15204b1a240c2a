namespace Grpc.Core;

/// <summary>Would carry a call's deadline on to calls made for it. As with the package, no server makes one.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
