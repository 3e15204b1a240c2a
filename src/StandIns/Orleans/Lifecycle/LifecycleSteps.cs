namespace Orleans;

internal sealed class LifecycleSteps(Func<CancellationToken, Task>? onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
{
    public Task OnStart(CancellationToken cancellationToken) => onStart?.Invoke(cancellationToken) ?? Task.CompletedTask;

    public Task OnStop(CancellationToken cancellationToken) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
}
