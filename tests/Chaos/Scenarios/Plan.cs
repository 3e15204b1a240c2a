using TimeBank.Chaos.Machines;
using TimeBank.Storage.Tests;

namespace TimeBank.Chaos.Scenarios;

/// <summary>The scenarios by name, each on the engines that it is about.</summary>
internal static class Plan
{
    public static IReadOnlyList<(string Name, string Engine, Func<int, int, Action<string>, Task<string>> RunAsync)> All { get; } =
    [
        ("kill", "sqlite", async (rounds, seed, say) =>
        {
            using var machine = Machine.OnSqlite();
            return await KillRounds.RunAsync(machine, rounds, seed, say);
        }),
        ("kill", "postgresql", async (rounds, seed, say) =>
        {
            using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
            using var machine = Machine.OnPostgreSql(server.ConnectionString("postgres"));
            return await KillRounds.RunAsync(machine, rounds, seed, say);
        }),
    ];
}
