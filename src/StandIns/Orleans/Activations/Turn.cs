namespace Orleans.Runtime;

/// <summary>One piece of work for an activation: a call or a tick of a timer.</summary>
internal abstract class Turn
{
    private volatile Activation? runsOn;

    internal virtual bool IsAlwaysInterleave => false;

    internal virtual bool IsReadOnly => false;

    internal Guid ReentrancyId { get; private protected init; }

    /// <summary>Whether it belongs to this very activation, and is dropped with it.</summary>
    internal virtual bool IsLocal => false;

    /// <summary>Whether it counts as use of the grain.</summary>
    internal virtual bool KeepsAlive => true;

    /// <summary>Whether nobody waits for it any more, so that it need not begin.</summary>
    internal virtual bool IsOver => false;

    internal virtual Dictionary<string, object>? Context => null;

    internal Activation? RunsOn
    {
        get => runsOn;
        set => runsOn = value;
    }

    /// <summary>Runs to the end, and tells the activation so; never throws.</summary>
    internal abstract Task RunAsync(Activation activation);

    /// <summary>Tells whoever waits that it will not run.</summary>
    internal virtual void Reject(Exception error)
    {
    }
}
