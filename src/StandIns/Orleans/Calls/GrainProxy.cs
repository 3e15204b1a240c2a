using System.Reflection;

namespace Orleans.Runtime;

/// <summary>A grain reference: turns each interface method into a call. Two references to one grain are equal.</summary>
#pragma warning disable CA1852 // The proxies made at run time derive from it.
internal class GrainProxy : DispatchProxy, IAddressable
{
    internal Caller Caller { get; private set; } = null!;

    internal GrainId GrainId { get; private set; }

    internal static object Create(Caller caller, Type interfaceType, GrainId grainId)
    {
        GrainProxy proxy = (GrainProxy)Create(interfaceType, typeof(GrainProxy));
        proxy.Caller = caller;
        proxy.GrainId = grainId;
        return proxy;
    }

    public override bool Equals(object? obj) => obj is GrainProxy other && other.GrainId == GrainId;

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}";

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        GrainMethod.Of(targetMethod!).Call(this, args ?? []);
}
