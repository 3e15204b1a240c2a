using System.Diagnostics;
using System.Globalization;

namespace TimeBank.Benchmarks.Measures;

/// <summary>CPU time spent so far: by this process, or by a process with all its children, ended ones too.</summary>
internal static class CpuTime
{
    private const int TicksPerSecond = 100; // As Linux gives them in /proc, whatever the kernel's own clock.

    public static TimeSpan Own
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.TotalProcessorTime;
        }
    }

    public static TimeSpan OfFamily(int parent)
    {
        long ticks = 0;
        foreach (string folder in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            if (Stat(folder) is not { } stat) continue;
            if (stat.Process == parent) ticks += stat.Own + stat.Ended;
            if (stat.Parent == parent) ticks += stat.Own;
        }
        return TimeSpan.FromSeconds(ticks / (double)TicksPerSecond);
    }

    public static int ParentOf(int process) =>
        Stat($"/proc/{process}")?.Parent ?? throw new InvalidOperationException($"There is no process {process}.");

    private static (int Process, int Parent, long Own, long Ended)? Stat(string folder)
    {
        try
        {
            string text = File.ReadAllText($"{folder}/stat");
            // The process's name is in brackets and may contain anything. Numbers follow it.
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long At(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
            return (int.Parse(text[..text.IndexOf(' ')], CultureInfo.InvariantCulture), (int)At(1), At(11) + At(12), At(13) + At(14));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
