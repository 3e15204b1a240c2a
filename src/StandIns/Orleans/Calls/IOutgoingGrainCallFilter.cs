namespace Orleans;

/// <summary>Runs around every call that leaves a silo or a client.</summary>
public interface IOutgoingGrainCallFilter
{
    Task Invoke(IOutgoingGrainCallContext context);
}
