using System.Globalization;
using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>
/// Issue runs over gRPC of two programmes, one after the other, because the first contains much compiling. On both engines or one of them:
/// <c>issue [elders] [SQLite|PostgreSQL]</c>.
/// </summary>
internal static class IssueBenchmark
{
    public static async Task RunAsync(IReadOnlyList<string> words)
    {
        int elders = words.Count > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : 10_000;
        if (words.ElementAtOrDefault(1) is null or "SQLite") await RunAsync("SQLite", elders, []);
        if (words.ElementAtOrDefault(1) is "SQLite") return;
        using BenchDatabase database = await BenchDatabase.StartAsync();
        await RunAsync("PostgreSQL", elders, RedeemBench.OnPostgreSql(database));
    }

    private static async Task RunAsync(string engine, int elders, string[] settings)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(settings);
        var stock = new VoucherStock(server);
        await stock.RegisterEldersAsync(elders);
        foreach (string id in (string[])["first", "second"])
        {
            string programme = await stock.FundAsync(elders, id);
            TimeSpan before = CpuTime.OfFamily(server.Id);
            (TimeSpan time, long issued, int steps) = await stock.IssueAsync(programme);
            TimeSpan spent = CpuTime.OfFamily(server.Id) - before;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{engine}, {id} run: {issued} vouchers in {time.TotalSeconds:N2} s, {issued / time.TotalSeconds:N0}/s, "
                    + $"{spent.TotalMicroseconds / issued:N0} µs of the server's CPU each, progress told {steps} times"));
        }
    }
}
