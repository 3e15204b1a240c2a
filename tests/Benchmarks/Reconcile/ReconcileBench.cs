using System.Diagnostics;
using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;
using TimeBank.Testing;

namespace TimeBank.Benchmarks.Reconcile;

/// <summary>
/// Imports a statement and matches it with as many payments, on PostgreSQL; beside it <c>psql</c> copies the same two files into plain
/// tables and joins them by reference and amount.
/// </summary>
internal static class ReconcileBench
{
    private const string Name = "reconciliation on PostgreSQL";

    private const int MostBooked = 20_000, Seed = 7;

    // The tables are there before the clock starts, as ours are.
    private const string Tables =
        """
        CREATE TABLE statement (
            day date, currency text, amount numeric(18,2), balance numeric(18,2), text text, counterparty text, reference text);
        CREATE TABLE payments (end_to_end_id text, amount numeric(18,2), day date);
        CHECKPOINT;
        """;

    private const string Join =
        "SELECT count(*) FROM statement s JOIN payments p ON p.end_to_end_id = s.reference AND p.amount = -s.amount";

    public static async Task RunAsync(BenchDatabase database, BenchOptions options, Report report)
    {
        if (options.Lines == 0 || !options.Wants(Name)) return;
        string folder = Directory.CreateTempSubdirectory("timebank-reconcile-").FullName;
        string name = database.Create();
        try
        {
            BankFiles files = BankFiles.Write(folder, "measured", options.Lines, Seed),
                small = BankFiles.Write(folder, "booked", Math.Min(options.Lines, MostBooked), Seed + 1);
            double before = await PsqlAsync(database, files, options.Lines);
            ReconcileSeen seen =
                await ReconcileProcess.StartAsync(folder, database.Server.ConnectionString(name), files, small);
            // Once before and once after, and the faster of both: neither side has the quieter minute.
            double psql = Math.Min(before, await PsqlAsync(database, files, options.Lines));
            report.Add(new ReconcileFigures(
                Name, options.Lines, seen.ImportSeconds, seen.MatchSeconds, psql, seen.PeakMegabytes, seen.Booked / seen.BookSeconds));
        }
        finally
        {
            database.Drop(name);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> PsqlAsync(BenchDatabase database, BankFiles files, int lines)
    {
        string name = database.Create();
        database.Run(name, Tables);
        long start = Stopwatch.GetTimestamp();
        using Process psql = Process.Start(new ProcessStartInfo("psql",
            [
                "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1",
                $"--port={database.Server.Port}", $"--username={PostgreSqlServer.Superuser}",
                $"--command=\\copy statement FROM '{files.Statement}' CSV HEADER",
                $"--command=\\copy payments FROM '{files.Payments}' CSV HEADER", $"--command={Join}", name,
            ])
        { RedirectStandardOutput = true })!;
        string output = (await psql.StandardOutput.ReadToEndAsync()).Trim();
        await psql.WaitForExitAsync();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (psql.ExitCode != 0 || output != $"{lines}") throw new InvalidOperationException($"psql failed, or joined too few: {output}");
        database.Drop(name);
        return seconds;
    }
}
