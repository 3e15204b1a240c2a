namespace Orleans.Runtime;

/// <summary>
/// The answers that turns on this thread give. Whoever waits for one must not go on within the turn that gave it, so that answers are delivered by other
/// threads; but the last one by this thread, once the turns are over.
/// </summary>
internal static class Answers
{
    [ThreadStatic]
    private static PendingCall? last;

    [ThreadStatic]
    private static ActivationScheduler? receiver;

    /// <summary>What the turns that run have answered last.</summary>
    internal static PendingCall? Last
    {
        get => last;
        set => last = value;
    }

    internal static void Give(PendingCall call)
    {
        if (Activation.Current is null)
        {
            call.DeliverSoon();
            return;
        }

        last?.DeliverSoon();
        last = call;
    }

    /// <summary>Delivers an answer, of which the activation that waits for it may make use on this thread.</summary>
    internal static void Deliver(PendingCall call, ActivationScheduler? to)
    {
        receiver = to;
        call.Deliver();
        receiver = null;
    }

    /// <summary>Whether an answer for the scheduler's activation is being delivered; the first to ask for it takes it.</summary>
    internal static bool IsFor(ActivationScheduler scheduler)
    {
        if (receiver != scheduler) return false;
        receiver = null;
        return true;
    }
}
