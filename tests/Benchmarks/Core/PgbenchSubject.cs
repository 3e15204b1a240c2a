using System.Diagnostics;
using System.Globalization;
using TimeBank.Benchmarks.Measures;
using TimeBank.Testing;

namespace TimeBank.Benchmarks.Core;

/// <summary>A subject that pgbench, PostgreSQL's own load generator, drives. Each caller has its own connection.</summary>
/// <param name="prepare">Makes the tables.</param>
/// <param name="script">The arguments that name the transaction.</param>
internal sealed class PgbenchSubject(string name, BenchDatabase database, IReadOnlyList<Scene> scenes, Func<string, Task> prepare,
    Func<Scene, string[]> script) : ISubject
{
    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-pgbench-").FullName;
    private string _name = "";

    public string Name => name;

    public IReadOnlyList<Scene> Scenes => scenes;

    public async Task OpenAsync()
    {
        _name = database.Create();
        await prepare(_name);
    }

    public async Task<Round> RunAsync(Scene scene, TimeSpan time)
    {
        string log = Path.Combine(_folder, "latencies");
        await RunAsync(
        [
            "--no-vacuum", "--protocol=prepared", $"--client={scene.Callers}",
                $"--jobs={Math.Min(scene.Callers, Environment.ProcessorCount)}",
            $"--time={(int)Math.Ceiling(time.TotalSeconds)}", "--log", $"--log-prefix={log}", .. script(scene),
        ]);
        var latencies = new List<long>();
        long first = long.MaxValue, last = 0;
        foreach (string file in Directory.GetFiles(_folder))
        {
            foreach (string line in File.ReadLines(file))
            {
                // A line has: client, transaction, microseconds taken, script, end in seconds, microseconds of the end.
                string[] fields = line.Split(' ');
                long took = long.Parse(fields[2], CultureInfo.InvariantCulture);
                long ended = (long.Parse(fields[4], CultureInfo.InvariantCulture) * 1_000_000)
                    + long.Parse(fields[5], CultureInfo.InvariantCulture);
                latencies.Add(took);
                (first, last) = (Math.Min(first, ended - took), Math.Max(last, ended));
            }
            File.Delete(file);
        }
        return Round.Of(latencies, latencies.Count == 0 ? time.TotalSeconds : (last - first) / 1e6, perMs: 1_000);
    }

    /// <summary>Runs pgbench on the subject's database.</summary>
    public async Task RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "pgbench",
                ["--host=127.0.0.1", $"--port={database.Server.Port}", $"--username={PostgreSqlServer.Superuser}", .. arguments, _name])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"pgbench failed:\n{await output}{await errors}");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        if (_name.Length > 0) database.Drop(_name);
        return ValueTask.CompletedTask;
    }
}
