using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Platform.Tests.Orleans.Timers;

[Alias("TimeBank.Platform.Tests.ITimerGrain")]
public interface ITimerGrain : IGrainWithStringKey
{
    [Alias("Start")]
    Task Start(TimeSpan dueTime, TimeSpan period);

    /// <summary>How many ticks have ended.</summary>
    [Alias("Ticks")]
    Task<int> Ticks();

    /// <summary>Has the timer tick next after this time, and then as often.</summary>
    [Alias("Change")]
    Task Change(TimeSpan time);

    [Alias("Stop")]
    Task Stop();

    /// <summary>Starts a timer that is due at once and waits, in this same request, for its tick.</summary>
    [Alias("WaitForInterleavedTick")]
    Task WaitForInterleavedTick();

    /// <summary>Starts a timer that is due at once and waits for <c>{key} go</c>.</summary>
    [Alias("HoldOffTick")]
    Task HoldOffTick();

    [AlwaysInterleave]
    [Alias("Notes")]
    Task<string[]> Notes();
}
