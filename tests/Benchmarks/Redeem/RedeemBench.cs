using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>A redemption over gRPC, and beside it a call that does nothing.</summary>
internal static class RedeemBench
{
    public const string NoOp = "no-op gRPC call", Redeem = "RedeemVoucher";

    /// <summary>So many that callers rarely meet at one voucher.</summary>
    private const int Vouchers = 2_000;

    public static IEnumerable<ISubject> Subjects() => [new NoOpSubject(), new RedeemSubject($"{Redeem} on SQLite", Vouchers)];
}
