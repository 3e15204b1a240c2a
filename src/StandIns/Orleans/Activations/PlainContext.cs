namespace Orleans.Runtime;

/// <summary>The execution context that nothing has flowed into.</summary>
internal static class PlainContext
{
    internal static ExecutionContext Instance { get; } = Capture();

    private static ExecutionContext Capture()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
