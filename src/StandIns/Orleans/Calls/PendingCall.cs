using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>A call that waits for its answer. It is answered once: by its grain, or by what ends it before that.</summary>
internal abstract class PendingCall(Activation? source) : Turn, IThreadPoolWorkItem
{
    private int answered;

    internal long SentAt { get; private set; }

    internal TimeSpan Timeout { get; private set; }

    internal abstract GrainId Target { get; }

    internal override bool IsOver => Volatile.Read(ref answered) != 0;

    /// <summary>Ends the call for its caller. What the grain does, or did, stays unknown to it.</summary>
    internal abstract void Expire();

    internal void ExpectWithin(TimeSpan timeout, long sentAt)
    {
        Timeout = timeout;
        SentAt = sentAt;
    }

    /// <summary>Lets the caller have the answer; the caller's code may go on within this method.</summary>
    internal abstract void Deliver();

    /// <summary>Delivers the answer on this thread, on which no turn runs.</summary>
    internal void DeliverHere()
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) Answers.Deliver(this, source?.Scheduler);
        else DeliverSoon();
    }

    /// <summary>Delivers the answer on another thread.</summary>
    internal void DeliverSoon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => DeliverHere();

    /// <summary>True for the first only.</summary>
    private protected bool TryAnswer() => Interlocked.Exchange(ref answered, 1) == 0;
}
