using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Testing;

namespace TimeBank.Chaos.Scenarios;

/// <summary>All scenarios, each with its engines.</summary>
internal static class Plan
{
    public const string Sqlite = "sqlite", PostgreSql = "postgresql", KillName = "kill", FullDiskName = "full-disk",
        OlderBackupName = "older-backup", TwoServersName = "two-servers", AllServersName = "all-servers";

    private const int SmallDiskMegabytes = 48, FewRounds = 5;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(KillName, Sqlite, Always, async (rounds, seed, say) =>
        {
            using var machine = Machine.OnSqlite();
            return await KillRounds.RunAsync(machine, rounds, seed, say);
        }),
        new(KillName, PostgreSql, Always, async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await KillRounds.RunAsync(machine, rounds, seed, say);
        }),
        new("lost-answer", PostgreSql, Always, async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            await using var proxy = new CuttingProxy(server.Port);
            using var machine = Machine.OnPostgreSql(server, port: proxy.Port);
            return await LostAnswers.RunAsync(machine, proxy, rounds, seed, say);
        }),
        new("database-restart", PostgreSql, Always, async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await DatabaseRestarts.RunAsync(machine, server, Math.Min(rounds, FewRounds), seed, say);
        }),
        new(TwoServersName, PostgreSql, Always, async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            // A cluster runs by the system's clock, so the district must be made by a clock of today.
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await TwoServers.RunAsync(machine, rounds, seed, say);
        }),
        new(AllServersName, PostgreSql, Always, async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await AllServers.RunAsync(machine, Math.Min(rounds, FewRounds), seed, say);
        }),
        new(OlderBackupName, Sqlite, Always, async (_, seed, say) =>
        {
            using var machine = Machine.OnSqlite();
            return await OlderBackup.RunAsync(machine, seed, say);
        }),
        new(OlderBackupName, PostgreSql, Always, async (_, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await OlderBackup.RunAsync(machine, seed, say);
        }),
        new(FullDiskName, Sqlite, () => SmallDisk.Impossible, async (rounds, seed, say) =>
        {
            using var disk = new SmallDisk(SmallDiskMegabytes);
            using var machine = Machine.OnSqlite(disk.Path);
            return await FullDisk.RunAsync(machine, disk, Math.Min(rounds, FewRounds), seed, say);
        }),
        new(FullDiskName, PostgreSql, () => SmallDisk.Impossible, async (rounds, seed, say) =>
        {
            using var disk = new SmallDisk(SmallDiskMegabytes);
            SmallDisk.Run("chown", "postgres:postgres", disk.Path);
            // Only the tables are on the small disk: a full write-ahead log would stop PostgreSQL, which the scenario above covers.
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server, tablespace: disk.Path);
            return await FullDisk.RunAsync(machine, disk, Math.Min(rounds, FewRounds), seed, say);
        }),
    ];

    public static Scenario Find(string name, string engine) => All.Single(scenario => scenario.Name == name && scenario.Engine == engine);

    private static string? Always() => null;
}
