namespace Orleans.Runtime;

internal static class CleanTimers
{
    /// <summary>A timer that keeps nothing of whoever happens to start it.</summary>
    internal static ITimer CreateCleanTimer(this TimeProvider timeProvider, Action callback, TimeSpan dueTime, TimeSpan period)
    {
        if (ExecutionContext.IsFlowSuppressed()) return timeProvider.CreateTimer(_ => callback(), null, dueTime, period);
        using (ExecutionContext.SuppressFlow()) return timeProvider.CreateTimer(_ => callback(), null, dueTime, period);
    }
}
