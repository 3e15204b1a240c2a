using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>A grain reference: turns each interface method into a call. Two references to one grain are equal.</summary>
#pragma warning disable CA1852 // The proxies made at run time derive from it.
internal class GrainProxy : DispatchProxy, IAddressable
{
    /// <summary>One proxy of each interface; a reference is a copy of it, which costs less than finding the class of the proxy again.</summary>
    private static readonly ConcurrentDictionary<Type, GrainProxy> Blanks = new();

    internal Caller Caller { get; private set; } = null!;

    internal GrainId GrainId { get; private set; }

    internal static object Create(Caller caller, Type interfaceType, GrainId grainId)
    {
        GrainProxy blank = Blanks.GetOrAdd(interfaceType, static type => (GrainProxy)Create(type, typeof(GrainProxy)));
        GrainProxy proxy = (GrainProxy)blank.MemberwiseClone();
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
