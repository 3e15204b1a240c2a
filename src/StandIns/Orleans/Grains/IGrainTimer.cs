namespace Orleans.Runtime;

/// <summary>A timer of one activation; its ticks are turns, and disposing it stops them.</summary>
public interface IGrainTimer : IDisposable
{
    void Change(TimeSpan dueTime, TimeSpan period);
}
