using System.Reflection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>One call, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The grain instance for an incoming call, the reference for an outgoing one.</summary>
    object Grain { get; }

    MethodInfo InterfaceMethod { get; }

    string InterfaceName { get; }

    string MethodName { get; }

    GrainId TargetId { get; }

    GrainId? SourceId { get; }

    /// <summary>What the call returned; a filter may replace it, before or in place of <see cref="Invoke"/>.</summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter and at last to the method; throws what that throws.</summary>
    Task Invoke();
}
