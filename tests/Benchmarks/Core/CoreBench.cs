using TimeBank.Benchmarks.Measures;
using TimeBank.Storage;

namespace TimeBank.Benchmarks.Core;

/// <summary>The core benchmark's subjects, in order: our core, and the ledgers that it is compared with.</summary>
internal static class CoreBench
{
    public const string RowLocks = "row-lock ledger in SQL";

    private static string Here => AppContext.BaseDirectory;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database)
    {
        yield return OnPostgreSql(database);
        yield return OnSqlite();
        PgbenchSubject? tpcB = null;
        yield return tpcB = new PgbenchSubject(
            "pgbench TPC-B", database, Scene.CallersOnly, _ => tpcB!.RunAsync(["--initialize", "--scale=10", "--quiet"]), _ =>
                ["--builtin=tpcb-like"]);
        yield return new PgbenchSubject(
            RowLocks, database, Scene.All,
            async name => database.Run(name, await File.ReadAllTextAsync(Path.Combine(Here, "Core/RowLockLedger.sql"))),
            scene => [$"--define=payees={Among(scene.Payees)}", $"--file={Path.Combine(Here, "Core/RowLockTransfer.pgbench")}"]);
    }

    public static CoreSubject OnPostgreSql(BenchDatabase database, int people = CoreSubject.People)
    {
        string name = "";
        PostgreSqlDatabase? opened = null;
        return new CoreSubject(
            "core on PostgreSQL",
            () =>
            {
                if (name.Length == 0) name = database.Create();
                opened?.Dispose();
                return PostgreSqlLedgerStore.Open(opened = new PostgreSqlDatabase(database.Server.ConnectionString(name)));
            },
            () =>
            {
                opened?.Dispose();
                if (name.Length > 0) database.Drop(name);
            },
            people);
    }

    public static CoreSubject OnSqlite(int people = CoreSubject.People)
    {
        string folder = Directory.CreateTempSubdirectory("timebank-sqlite-").FullName;
        SqliteLedgerStore? opened = null;
        return new CoreSubject(
            "core on SQLite",
            () =>
            {
                opened?.Dispose();
                return opened = SqliteLedgerStore.Open(new SqliteDatabase(Path.Combine(folder, "ledger.db")));
            },
            () =>
            {
                opened?.Dispose();
                Directory.Delete(folder, recursive: true);
            },
            people);
    }

    private static int Among(Payees payees) => payees switch
    {
        Payees.None or Payees.Uniform => 10_000,
        Payees.TenHot => Workload.HotPayees,
        Payees.OneHot => 1,
    };
}
