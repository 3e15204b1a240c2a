using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Compares redemptions and bills over gRPC with a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher", Bill = "PayBill";

    /// <summary>Enough vouchers that two callers rarely meet at one.</summary>
    private const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database)
    {
        yield return new NoOpSubject();
        yield return new RedeemSubject($"{Redeem} on PostgreSQL", Vouchers, RedeemSubject.RedeemAsync, () => OnPostgreSql(database));
        yield return new RedeemSubject($"{Redeem} on SQLite", Vouchers, RedeemSubject.RedeemAsync, () => []);
        yield return new RedeemSubject($"{Bill} quote on PostgreSQL", Vouchers, RedeemSubject.QuoteAsync, () => OnPostgreSql(database));
        yield return new RedeemSubject($"{Bill} on PostgreSQL", Vouchers, RedeemSubject.PayAsync, () => OnPostgreSql(database));
    }

    /// <summary>The settings of a server on a new PostgreSQL database.</summary>
    public static string[] OnPostgreSql(BenchDatabase database) =>
        [$"--TimeBank:Database={database.Server.ConnectionString(database.Create())}", "--TimeBank:Migrate=true"];
}
