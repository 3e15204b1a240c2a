using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Compares redemptions and bills over gRPC with a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher", Bill = "PayBill";

    /// <summary>Enough vouchers that two callers rarely meet at one.</summary>
    public const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database) =>
        [new NoOpSubject(), .. Servers(database).Select(one => new RedeemSubject(one.Name, Vouchers, one.Call, one.Settings))];

    /// <summary>What is asked of a server as deployed.</summary>
    public static IEnumerable<(string Name, VoucherCall Call, Func<string[]> Settings)> Servers(BenchDatabase database)
    {
        yield return ($"{Redeem} on PostgreSQL", RedeemSubject.RedeemAsync, () => OnPostgreSql(database));
        yield return ($"{Redeem} on SQLite", RedeemSubject.RedeemAsync, () => []);
        yield return ($"{Bill} quote on PostgreSQL", RedeemSubject.QuoteAsync, () => OnPostgreSql(database));
        yield return ($"{Bill} on PostgreSQL", RedeemSubject.PayAsync, () => OnPostgreSql(database));
    }

    /// <summary>The settings of a server on a new PostgreSQL database.</summary>
    public static string[] OnPostgreSql(BenchDatabase database) =>
        [$"--TimeBank:Database={database.Server.ConnectionString(database.Create())}", "--TimeBank:Migrate=true"];
}
