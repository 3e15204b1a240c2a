using System.Diagnostics;

namespace TimeBank.Chaos.Machines;

/// <summary>A file system of a few megabytes, in memory, that a scenario can fill to the last byte.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<string?> Reason = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "a small disk is mounted by root alone";
        try
        {
            using var disk = new SmallDisk(1);
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return $"this machine doesn't let root mount a small disk: {refused.Message}";
        }
    });

    /// <exception cref="InvalidOperationException">This machine does not let us mount it.</exception>
    public SmallDisk(int megabytes)
    {
        Path = Directory.CreateTempSubdirectory("timebank-disk-").FullName;
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path);
        }
        catch (InvalidOperationException)
        {
            Directory.Delete(Path);
            throw;
        }
    }

    /// <summary>The reason why this machine can't have a small disk; null if it can.</summary>
    public static string? Impossible => Reason.Value;

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public void Fill()
    {
        byte[] block = new byte[4_096];
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // The disk is full, as intended.
        }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        Directory.Delete(Path);
    }

    public static void Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException(said.Trim());
    }
}
