using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Compares redemptions over gRPC with a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher";

    /// <summary>Enough vouchers that two callers rarely meet at one.</summary>
    private const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database)
    {
        yield return new NoOpSubject();
        yield return new RedeemSubject($"{Redeem} on PostgreSQL", Vouchers, () => OnPostgreSql(database));
        yield return new RedeemSubject($"{Redeem} on SQLite", Vouchers, () => []);
    }

    /// <summary>The settings of a server on a new PostgreSQL database.</summary>
    public static string[] OnPostgreSql(BenchDatabase database) =>
        [$"--TimeBank:Database={database.Server.ConnectionString(database.Create())}", "--TimeBank:Migrate=true"];
}
