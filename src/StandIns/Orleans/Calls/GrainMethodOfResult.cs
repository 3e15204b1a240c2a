using System.Reflection;

namespace Orleans.Runtime;

/// <summary>A grain method whose result is a <typeparamref name="T"/>, or <see cref="Nothing"/>.</summary>
internal sealed class GrainMethod<T> : GrainMethod
{
    private readonly MethodInvoker invoker;
    private readonly Func<Task<T>, object?> give;
    private readonly Func<object?, Task<T>> take;

    internal GrainMethod(MethodInfo info) : base(info)
    {
        invoker = MethodInvoker.Create(info);
        Type returned = info.ReturnType;
        if (returned == typeof(void)) (give, take) = (_ => null, _ => Done(Task.CompletedTask));
        else if (returned == typeof(Task)) (give, take) = (task => task, made => Done((Task)made!));
        else if (returned == typeof(ValueTask)) (give, take) = (task => new ValueTask(task), made => Done(((ValueTask)made!).AsTask()));
        else if (returned == typeof(Task<T>)) (give, take) = (task => task, made => (Task<T>)made!);
        else (give, take) = (task => new ValueTask<T>(task), made => ((ValueTask<T>)made!).AsTask());
    }

    internal override object? Call(GrainProxy target, object?[] arguments) =>
        give(target.Caller.CallAsync<T>(new Request(target, this, arguments, Activation.Current)));

    /// <summary>Runs the method on the grain instance, in the current turn.</summary>
    internal Task<T> InvokeAsync(object grain, object?[] arguments) => take(invoker.Invoke(grain, arguments.AsSpan()));

    private static async Task<T> Done(Task task)
    {
        await task;
        return default!;
    }
}
