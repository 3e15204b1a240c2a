using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Walks the filters of one call, in either direction, to the call itself.</summary>
internal abstract class FilterChain(Request request) : IGrainCallContext
{
    private int stage;
    private bool answered;
    private object? result;

    public abstract object Grain { get; }

    public MethodInfo InterfaceMethod => Request.Method.Info;

    public string InterfaceName => Request.Method.InterfaceName;

    public string MethodName => Request.Method.Info.Name;

    public GrainId TargetId => Request.Target.GrainId;

    public GrainId? SourceId => Request.Source?.GrainId;

    public object? Result
    {
        get => result;
        set
        {
            result = value;
            answered = true;
        }
    }

    protected Request Request { get; } = request;

    protected abstract int Count { get; }

    public async Task Invoke()
    {
        int mine = stage++;
        try
        {
            if (mine == Count) Result = await InvokeLast();
            else await InvokeFilter(mine);
            if (!answered) throw new InvalidOperationException("A grain call filter neither went on nor gave a result.");
        }
        finally
        {
            stage--;
        }
    }

    protected abstract Task InvokeFilter(int index);

    protected abstract Task<object?> InvokeLast();
}
