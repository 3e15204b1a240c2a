namespace Orleans.Runtime;

internal sealed class OutgoingChain<T>(Request request, Caller caller, IOutgoingGrainCallFilter[] filters)
    : FilterChain(request), IOutgoingGrainCallContext
{
    public override object Grain => Request.Target;

    public IGrainContext? SourceContext => Request.Source;

    protected override int Count => filters.Length;

    protected override Task InvokeFilter(int index) => filters[index].Invoke(this);

    protected override async Task<object?> InvokeLast() => await caller.Dispatch<T>(Request);
}
