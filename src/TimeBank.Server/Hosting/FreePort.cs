using System.Net;
using System.Net.Sockets;

namespace TimeBank.Server;

/// <summary>Finds a port of the loopback interface that nobody uses.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
