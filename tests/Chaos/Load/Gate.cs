namespace TimeBank.Chaos.Load;

/// <summary>Through which callers reach the server, while there is one.</summary>
internal sealed class Gate
{
    private TaskCompletionSource<Connection> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a server.</summary>
    public Task<Connection> ConnectionAsync() => Volatile.Read(ref _open).Task;

    public void Open(Connection connection) => _open.TrySetResult(connection);

    /// <summary>Whoever waits already goes on waiting for the same opening.</summary>
    public void Close()
    {
        if (_open.Task.IsCompleted) Volatile.Write(ref _open, new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
