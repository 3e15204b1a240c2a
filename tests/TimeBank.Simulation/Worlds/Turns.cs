namespace TimeBank.Simulation;

/// <summary>
/// Runs the continuations of one process, one at a time, in the order that the world draws. When the process dies, its waiting
/// continuations never run.
/// </summary>
internal sealed class Turns(World world, string name) : SynchronizationContext
{
    public string Name => name;

    public bool IsAlive { get; private set; } = true;

    public void Die() => IsAlive = false;

    public override void Post(SendOrPostCallback d, object? state) => world.Ready(new Turn(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing in a simulated process may block.");

    public override SynchronizationContext CreateCopy() => this;
}
