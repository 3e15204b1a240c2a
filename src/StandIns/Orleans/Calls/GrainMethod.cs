using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What there is to know of one method of a grain interface, found once.</summary>
internal abstract class GrainMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> Known = new();

    protected GrainMethod(MethodInfo info)
    {
        Info = info;
        InterfaceName = info.DeclaringType!.FullName!;
        IsAlwaysInterleave = info.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = info.IsDefined(typeof(ReadOnlyAttribute));
        IsOneWay = info.IsDefined(typeof(OneWayAttribute));
        Timeout = info.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        TokenIndex = Array.FindIndex(info.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
    }

    internal MethodInfo Info { get; }

    internal string InterfaceName { get; }

    internal bool IsAlwaysInterleave { get; }

    internal bool IsReadOnly { get; }

    internal bool IsOneWay { get; }

    internal TimeSpan? Timeout { get; }

    /// <summary>Which argument is the caller's cancellation token; -1 for none.</summary>
    internal int TokenIndex { get; }

    internal static GrainMethod Of(MethodInfo info) => Known.GetOrAdd(info, Make);

    /// <summary>Sends the call; returns what the interface method returns.</summary>
    internal abstract object? Call(GrainProxy target, object?[] arguments);

    private static GrainMethod Make(MethodInfo info)
    {
        Type returned = info.ReturnType;
        bool isGeneric = returned.IsGenericType;
        Type? shape = isGeneric ? returned.GetGenericTypeDefinition() : null;
        if (info.IsGenericMethod || !(returned == typeof(void) || returned == typeof(Task) || returned == typeof(ValueTask) || shape == typeof(Task<>) || shape == typeof(ValueTask<>)))
            throw new NotSupportedException($"{info.DeclaringType}.{info.Name}: a grain method is not generic and returns a Task or a ValueTask.");
        Type result = isGeneric ? returned.GetGenericArguments()[0] : typeof(Nothing);
        return (GrainMethod)Activator.CreateInstance(
            typeof(GrainMethod<>).MakeGenericType(result), BindingFlags.Instance | BindingFlags.NonPublic, null, [info], null)!;
    }
}
