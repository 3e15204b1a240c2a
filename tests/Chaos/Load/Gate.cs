namespace TimeBank.Chaos.Load;

/// <summary>Gives callers connections to the running servers, and makes them wait while none runs.</summary>
internal sealed class Gate
{
    private TaskCompletionSource<IReadOnlyList<Connection>> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a server.</summary>
    /// <param name="turn">Chooses among several servers: the next number is the next server.</param>
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

    /// <summary>Makes callers wait from now on. Callers who wait already wait for the same opening.</summary>
    public void Close()
    {
        if (_open.Task.IsCompleted) Volatile.Write(
            ref _open, new TaskCompletionSource<IReadOnlyList<Connection>>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
