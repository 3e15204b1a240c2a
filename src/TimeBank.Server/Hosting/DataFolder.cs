using System.Net;
using System.Net.Sockets;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>
/// The folder of the embedded database and the server's own keys. Only the owner may read the files that the server makes there.
/// </summary>
internal static class DataFolder
{
    // No keys: a key that others could read is no secret any more, so the server refuses it instead of mending its rights.
    private static readonly string[] Ours = ["timebank.db*", "server.log*", "up.pid"];

    /// <summary>Makes the folder, and closes to others the files that an older build left readable.</summary>
    /// <returns>The files that others may still read, because they belong to another account.</returns>
    public static IReadOnlyList<string> Prepare(TimeBankOptions options)
    {
        string path = options.Data;
        OwnerOnly.CreateFolder(path);
        string checkpoints = Path.Combine(path, TransparencySetup.CheckpointsName);
        IEnumerable<string> files = Ours.SelectMany(name => Directory.EnumerateFiles(path, name));
        if (Directory.Exists(checkpoints)) files = files.Concat(Directory.EnumerateFiles(checkpoints));
        // A session holds a token of the issuer, which these keys can't make: closing them is enough.
        string pageKeys = SignInSetup.PageKeysOf(options);
        if (Directory.Exists(pageKeys)) files = files.Concat(Directory.EnumerateFiles(pageKeys));
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

/// <summary>Finds an unused port of the loopback interface.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
