namespace TimeBank.Chaos.Load;

/// <summary>Through which callers reach the servers, while there are any.</summary>
internal sealed class Gate
{
    private TaskCompletionSource<IReadOnlyList<Connection>> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a server.</summary>
    /// <param name="turn">Which one, where there are several; the next number is the next server.</param>
    public async Task<Connection> ConnectionAsync(int turn)
    {
        IReadOnlyList<Connection> connections = await Volatile.Read(ref _open).Task;
        return connections[turn % connections.Count];
    }

    public void Open(IReadOnlyList<Connection> connections)
    {
        Close();
        _open.SetResult(connections);
    }

    /// <summary>Whoever waits already goes on waiting for the same opening.</summary>
    public void Close()
    {
        if (_open.Task.IsCompleted) Volatile.Write(
            ref _open, new TaskCompletionSource<IReadOnlyList<Connection>>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
