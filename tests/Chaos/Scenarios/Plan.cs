using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Testing;

namespace TimeBank.Chaos.Scenarios;

/// <summary>All scenarios, each with its engines.</summary>
internal static class Plan
{
    public const string Sqlite = "sqlite", PostgreSql = "postgresql", KillName = "kill", FullDiskName = "full-disk",
        OlderBackupName = "older-backup", TwoServersName = "two-servers", AllServersName = "all-servers", NetworkCutName = "network-cut",
        RollingUpgradeName = "rolling-upgrade";

    private const int SmallDiskMegabytes = 48, FewRounds = 5;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(KillName, Sqlite, Always, async (options, say) =>
        {
            using var machine = Machine.OnSqlite();
            return await KillRounds.RunAsync(machine, options.Rounds, options.Seed, say);
        }),
        new(KillName, PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await KillRounds.RunAsync(machine, options.Rounds, options.Seed, say);
        }),
        new("lost-answer", PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            await using var proxy = new CuttingProxy(server.Port);
            using var machine = Machine.OnPostgreSql(server, port: proxy.Port);
            return await LostAnswers.RunAsync(machine, proxy, options.Rounds, options.Seed, say);
        }),
        new("database-restart", PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await DatabaseRestarts.RunAsync(machine, server, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new(TwoServersName, PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            // A cluster runs by the system's clock, so the district must be made by a clock of today.
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await TwoServers.RunAsync(machine, options.Rounds, options.Seed, say);
        }),
        new(AllServersName, PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await AllServers.RunAsync(machine, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new("failover", PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer primary = await PostgreSqlServer.StartAsync(), standby = await PostgreSqlServer.WithoutDatabaseAsync();
            using var machine = Machine.OnPostgreSql(primary, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await Failover.RunAsync(machine, primary, standby, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new(NetworkCutName, PostgreSql, () => CutNetwork.Impossible, async (options, say) =>
        {
            using var network = new CutNetwork(2);
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync(
                $"listen_addresses=127.0.0.1,{network.HostOf(0)},{network.HostOf(1)}");
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await NetworkCut.RunAsync(machine, network, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new(RollingUpgradeName, PostgreSql, Always, async (options, say) =>
        {
            using OlderBuild? older = options.From is { } folder ? OlderBuild.Publish(folder, say) : null;
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server, start: TimeProvider.System.GetUtcNow() - District.Settling);
            return await RollingUpgrade.RunAsync(machine, older?.Program, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new("restore", PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer lost = await PostgreSqlServer.StartAsync(), kept = await PostgreSqlServer.WithoutDatabaseAsync();
            using var machine = Machine.OnPostgreSql(lost);
            return await RestoreDrill.RunAsync(machine, lost, kept, options.Rounds, options.Seed, say);
        }),
        new(OlderBackupName, Sqlite, Always, async (options, say) =>
        {
            using var machine = Machine.OnSqlite();
            return await OlderBackup.RunAsync(machine, options.Seed, say);
        }),
        new(OlderBackupName, PostgreSql, Always, async (options, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server);
            return await OlderBackup.RunAsync(machine, options.Seed, say);
        }),
        new(FullDiskName, Sqlite, () => SmallDisk.Impossible, async (options, say) =>
        {
            using var disk = new SmallDisk(SmallDiskMegabytes);
            using var machine = Machine.OnSqlite(disk.Path);
            return await FullDisk.RunAsync(machine, disk, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
        new(FullDiskName, PostgreSql, () => SmallDisk.Impossible, async (options, say) =>
        {
            using var disk = new SmallDisk(SmallDiskMegabytes);
            SmallDisk.Run("chown", "postgres:postgres", disk.Path);
            // Only the tables are on the small disk: a full write-ahead log would stop PostgreSQL, which the scenario above covers.
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server, tablespace: disk.Path);
            return await FullDisk.RunAsync(machine, disk, Math.Min(options.Rounds, FewRounds), options.Seed, say);
        }),
    ];

    public static Scenario Find(string name, string engine) => All.Single(scenario => scenario.Name == name && scenario.Engine == engine);

    private static string? Always() => null;
}
