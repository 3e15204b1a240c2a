using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TimeBank.Chaos.Machines;

/// <summary>
/// A proxy between the server and PostgreSQL that loses the answer to a committed append. It knows just enough of the protocol: it keeps
/// back PostgreSQL's answer to the append, and cuts the connection when PostgreSQL is ready for the next command: after the commit.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _armed, _cuts;

    /// <param name="port">PostgreSQL's port on the loopback.</param>
    public CuttingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of committed appends whose answer was lost.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Makes the next append lose its answer.</summary>
    public void Arm() => Volatile.Write(ref _armed, 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new ConcurrentBag<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client, far = new();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            near.NoDelay = far.NoDelay = true;
            var talk = new Talk();
            await await Task.WhenAny(AskAsync(near.GetStream(), far.GetStream(), talk),
                AnswerAsync(far.GetStream(), near.GetStream(), talk));
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or EndOfStreamException)
        {
            // One side closed the connection: close the other one too.
        }
    }

    private async Task AskAsync(Stream from, Stream to, Talk talk)
    {
        byte[] length = new byte[4];
        await from.ReadExactlyAsync(length, _stop.Token);
        byte[] startup = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await from.ReadExactlyAsync(startup, _stop.Token);
        await to.WriteAsync((byte[])[.. length, .. startup], _stop.Token);
        var appends = new HashSet<string>();
        while (true)
        {
            byte[] message = await ReadAsync(from);
            string[] texts = message[0] is (byte)'P' or (byte)'B' ? Encoding.UTF8.GetString(message.AsSpan(5)).Split('\0', 3) : [];
            if (message[0] == 'P' && texts[1].Contains("UPDATE ledger_head", StringComparison.Ordinal)) appends.Add(texts[0]);
            if (message[0] == 'B' && appends.Contains(texts[1]) && Interlocked.Exchange(ref _armed, 0) == 1) talk.Cut = true;
            await to.WriteAsync(message, _stop.Token);
        }
    }

    private async Task AnswerAsync(Stream from, Stream to, Talk talk)
    {
        bool failed = false;
        while (true)
        {
            byte[] message = await ReadAsync(from);
            if (!talk.Cut)
            {
                await to.WriteAsync(message, _stop.Token);
                continue;
            }
            failed |= message[0] == 'E';
            if (message[0] != 'Z') continue;
            if (!failed) Interlocked.Increment(ref _cuts);
            return;
        }
    }

    /// <summary>Reads a message of the protocol, with its kind and length.</summary>
    private async Task<byte[]> ReadAsync(Stream from)
    {
        byte[] head = new byte[5];
        await from.ReadExactlyAsync(head, _stop.Token);
        byte[] message = new byte[1 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        head.CopyTo(message, 0);
        await from.ReadExactlyAsync(message.AsMemory(5), _stop.Token);
        return message;
    }

    private sealed class Talk
    {
        public volatile bool Cut;
    }
}
