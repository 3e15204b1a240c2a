using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Compares redemptions and bills over gRPC with a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher", Bill = "PayBill";

    /// <summary>Enough elders with vouchers that two callers rarely meet at one.</summary>
    public const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects(BenchDatabase database) => [new NoOpSubject(), .. Servers(database)];

    /// <summary>What is asked of a server as deployed, on either engine.</summary>
    /// <param name="checkout">See <see cref="RedeemSubject.Checkout"/>.</param>
    public static IEnumerable<RedeemSubject> Servers(BenchDatabase database, string? checkout = null)
    {
        (string Name, VoucherCall Call, int Each)[] calls =
        [
            (Redeem, RedeemSubject.RedeemAsync, 1), ($"{Bill} quote", RedeemSubject.QuoteAsync, 1), (Bill, RedeemSubject.PayAsync, 1),
            ($"{Bill} of three", RedeemSubject.PayOfThreeAsync, 3),
        ];
        foreach ((string name, VoucherCall call, int each) in calls)
        {
            yield return new RedeemSubject($"{name} on PostgreSQL", Vouchers, call, () => OnPostgreSql(database))
            {
                Each = each, Checkout = checkout,
            };
            yield return new RedeemSubject($"{name} on SQLite", Vouchers, call, () => []) { Each = each, Checkout = checkout };
        }
    }

    /// <summary>The settings of a server on a new PostgreSQL database.</summary>
    public static string[] OnPostgreSql(BenchDatabase database) =>
        [$"--TimeBank:Database={database.Server.ConnectionString(database.Create())}", "--TimeBank:Migrate=true"];
}
