using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>A redemption over gRPC, and beside it a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher";

    /// <summary>So many that callers rarely meet at one voucher.</summary>
    private const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database)
    {
        yield return new NoOpSubject();
        yield return new RedeemSubject($"{Redeem} on PostgreSQL", Vouchers, () => OnPostgreSql(database));
        yield return new RedeemSubject($"{Redeem} on SQLite", Vouchers, () => []);
    }

    /// <summary>The settings of a server on a database of its own.</summary>
    public static string[] OnPostgreSql(BenchDatabase database) =>
        [$"--TimeBank:Database={database.Server.ConnectionString(database.Create())}", "--TimeBank:Migrate=true"];
}
