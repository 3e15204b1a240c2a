using System.Globalization;

namespace TimeBank.Chaos.Machines;

/// <summary>
/// A network namespace for each server, as if each had a machine: one cable leads to this machine, to the database and to callers; another
/// one to the other servers, and that one can be cut. All addresses are ones of loopback, since servers speak plain text nowhere else.
/// </summary>
internal sealed class CutNetwork : IDisposable
{
    private static readonly Lazy<string?> Reason = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "network namespaces are made by root alone";
        try
        {
            using var network = new CutNetwork(1);
            return null;
        }
        catch (Exception refused) when (refused is InvalidOperationException or IOException or UnauthorizedAccessException
            or System.ComponentModel.Win32Exception)
        {
            return $"this machine doesn't let root make a network: {refused.Message}";
        }
    });

    // By our number, so that several runs at once have each their own.
    private readonly string _name = $"tb{Environment.ProcessId}";
    private readonly string _net = $"127.{64 + Environment.ProcessId % 128}";
    private readonly int _servers;

    /// <exception cref="InvalidOperationException">This machine does not let us make it.</exception>
    public CutNetwork(int servers)
    {
        _servers = servers;
        try
        {
            Run($"link add {_name} type bridge");
            Run($"link set {_name} up");
            for (int at = 0; at < servers; at++) Connect(at);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The reason why this machine can't have such a network; null if it can.</summary>
    public static string? Impossible => Reason.Value;

    /// <summary>Where a server reaches this machine.</summary>
    public string HostOf(int at) => $"{_net}.{at}.1";

    /// <summary>Where this machine reaches a server.</summary>
    public string DoorOf(int at) => $"{_net}.{at}.2";

    /// <summary>Where the other servers reach a server.</summary>
    public string SiloOf(int at) => $"{_net}.255.{at + 1}";

    /// <summary>The words that run a command as if on a server's machine.</summary>
    public IReadOnlyList<string> Inside(int at) => ["ip", "netns", "exec", Space(at)];

    /// <summary>From now on what servers send each other is lost, unsaid.</summary>
    public void Cut() => SetCables("down");

    public void Mend() => SetCables("up");

    public void Dispose()
    {
        // A namespace takes the ends of its cables with it, and they their other ends.
        for (int at = 0; at < _servers; at++) TryRun($"netns del {Space(at)}");
        TryRun($"link del {_name}");
    }

    private string Space(int at) => $"{_name}-{at.ToString(CultureInfo.InvariantCulture)}";

    private string Door(int at) => $"{_name}d{at}";

    private string Cable(int at) => $"{_name}s{at}";

    private void SetCables(string state)
    {
        // The bridge's end: then a server's own end keeps its address and its routes, as when a switch fails.
        for (int at = 0; at < _servers; at++) Run($"link set {Cable(at)} {state}");
    }

    private void Connect(int at)
    {
        Run($"netns add {Space(at)}");
        Run($"-n {Space(at)} link set lo up");
        Run($"link add {Door(at)} type veth peer name door netns {Space(at)}");
        Run($"link add {Cable(at)} type veth peer name silo netns {Space(at)}");
        Run($"link set {Cable(at)} master {_name} up");
        File.WriteAllText(MayLeave(Door(at)), "1");
        Run($"addr add {HostOf(at)}/24 dev {Door(at)}");
        Run($"link set {Door(at)} up");
        Run($"route add {DoorOf(at)}/32 dev {Door(at)} src {HostOf(at)} table local");
        foreach ((string cable, string address) in ((string, string)[])[("door", DoorOf(at)), ("silo", SiloOf(at))])
        {
            SmallDisk.Run("ip", [.. Inside(at).Skip(1), "sh", "-c", $"echo 1 > {MayLeave(cable)}"]);
            Run($"-n {Space(at)} addr add {address}/24 dev {cable}");
            Run($"-n {Space(at)} link set {cable} up");
        }
        Run($"-n {Space(at)} route del local 127.0.0.0/8 dev lo table local");
        Run($"-n {Space(at)} route add local 127.0.0.0/16 dev lo table local");
    }

    /// <summary>The setting by which addresses of loopback may leave the machine.</summary>
    private static string MayLeave(string cable) => $"/proc/sys/net/ipv4/conf/{cable}/route_localnet";

    private static void Run(string words) => SmallDisk.Run("ip", words.Split(' '));

    private static void TryRun(string words)
    {
        try
        {
            Run(words);
        }
        catch (InvalidOperationException)
        {
            // It was not made.
        }
    }
}
