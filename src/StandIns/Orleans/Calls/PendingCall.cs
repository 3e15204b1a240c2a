namespace Orleans.Runtime;

/// <summary>A call that waits for its answer.</summary>
internal abstract class PendingCall : Turn
{
    internal long SentAt { get; private set; }

    internal TimeSpan Timeout { get; private set; }

    internal abstract GrainId Target { get; }

    /// <summary>Ends the call for its caller. What the grain does, or did, stays unknown to it.</summary>
    internal abstract void Expire();

    internal void ExpectWithin(TimeSpan timeout, long sentAt)
    {
        Timeout = timeout;
        SentAt = sentAt;
    }
}
