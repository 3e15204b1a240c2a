using System.Net;
using System.Net.Sockets;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>The folder of the embedded database and the server's own keys. What the server makes there is its owner's alone.</summary>
internal static class DataFolder
{
    // Keys aren't among them: one that others could read is no secret any more, and is refused instead.
    private static readonly string[] Ours = ["timebank.db*", "server.log*", "up.pid"];

    /// <summary>Makes the folder, and takes from others what an older build let them read.</summary>
    /// <returns>The files that others still may read, since they belong to another account.</returns>
    public static IReadOnlyList<string> Prepare(string path)
    {
        OwnerOnly.CreateFolder(path);
        string checkpoints = Path.Combine(path, TransparencySetup.CheckpointsName);
        IEnumerable<string> files = Ours.SelectMany(name => Directory.EnumerateFiles(path, name));
        if (Directory.Exists(checkpoints)) files = files.Concat(Directory.EnumerateFiles(checkpoints));
        return [.. files.Where(OwnerOnly.IsOpenToOthers).Where(file => !TryClose(file))];
    }

    private static bool TryClose(string file)
    {
        try
        {
            OwnerOnly.Close(file);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}

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
