using System.Net;
using System.Net.Sockets;

namespace TimeBank.Testing;

/// <summary>Finds unused ports of loopback.</summary>
public static class Ports
{
    public static int Free() => Free(1)[0];

    /// <summary>So many at once: no two are the same.</summary>
    public static int[] Free(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners) listener.Dispose();
        return ports;
    }
}
