using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Banking.Tests;

/// <summary>Orders of made-up accounts.</summary>
internal static class Orders
{
    public static PaymentAccount Office { get; } = new("演示区民政局养老服务专户", "43000000000000000018", "演示银行株洲分行", Code("31355200001"));

    public static PaymentOrder Three { get; } = new(
        "SET-2026-10-1", new DateOnly(2026, 11, 30), Office,
        [
            Of("SET-2026-10-1.1", 123_456, "天元阳光食堂有限公司", "6222000000001234567"),
            Of("SET-2026-10-1.2", 1, "=演示 \"A & B\" <助浴>, 站", "43000000000000000026") with { Text = "+2026年10月助浴" },
            Of("SET-2026-10-1.3", 900_000_000_000, "𠮷祥助洁", "123456"),
        ],
        new DateTimeOffset(2026, 11, 29, 1, 30, 0, TimeSpan.Zero));

    public static Payment Of(string id, long fen, string name = "演示食堂", string number = "6222000000001234567") =>
        new(id, new Fen(fen), new PaymentAccount(name, number, "演示银行天元支行", Code("31355200002")), "2026年10月养老服务结算");

    public static PaymentOrder With(params ImmutableArray<Payment> payments) => Three with { Payments = payments };

    /// <summary>A code of no bank, with the check digit that it would have.</summary>
    private static string Code(string digits) => digits + BankCode.CheckDigit(digits);
}
