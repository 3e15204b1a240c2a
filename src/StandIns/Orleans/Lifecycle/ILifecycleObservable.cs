namespace Orleans;

/// <summary>Starts its observers stage by stage, and stops them in reverse.</summary>
public interface ILifecycleObservable
{
    IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
}
