namespace Orleans;

/// <summary>Runs in the turn of every call that arrives; a grain class may implement it for itself.</summary>
public interface IIncomingGrainCallFilter
{
    Task Invoke(IIncomingGrainCallContext context);
}
