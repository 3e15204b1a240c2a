namespace Orleans.Runtime;

internal sealed class DelegateFilter(Func<IGrainCallContext, Task> filter) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);

    public Task Invoke(IOutgoingGrainCallContext context) => filter(context);
}
