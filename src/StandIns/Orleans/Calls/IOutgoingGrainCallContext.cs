using Orleans.Runtime;

namespace Orleans;

public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that calls; null where a client calls.</summary>
    IGrainContext? SourceContext { get; }
}
