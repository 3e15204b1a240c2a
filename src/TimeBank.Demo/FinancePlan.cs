using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// What the finance office does in November: it pays the providers for October, holds the bank's statements against the books, and closes
/// October. The bank sends one payment back; a second batch pays it.
/// </summary>
internal static class FinancePlan
{
    /// <summary>The bank's fee, and a receipt that nobody knows.</summary>
    public const long FeeFen = 500, UnknownFen = 8_888;

    /// <summary>The month that is closed.</summary>
    public const string ClosedMonth = "2026-10";

    /// <summary>The key of the first batch.</summary>
    public const string FirstBatch = $"batch/{First}";

    private const string First = "first", Second = "second";
    private const string Fee = "DEMO-BANK-FEE", Unknown = "DEMO-BANK-UNKNOWN";

    // The last claims of October are redeemed in the morning of 3 November, before the first batch.
    private const int PayeeDay = 32, BatchDay = 34, PaidDay = 36, ReturnedDay = 38, SecondFileDay = 41, SecondBatchDay = 43,
        SecondPaidDay = 44, ThirdFileDay = 51;

    /// <summary>Through this day the bank's statements reach.</summary>
    public static readonly DateOnly LastStatementDay = Calendar.Date(ThirdFileDay);

    /// <param name="receipts">What the month receives at the bank.</param>
    public static IEnumerable<Step> Of(Dice dice, Cast cast, IEnumerable<ReceiveStep> receipts) =>
    [
        .. cast.Providers.SelectMany((provider, at) => new Step[]
        {
            new ProposePayeeStep(provider, at + 1, Calendar.At(PayeeDay, 9, 0)),
            new ApprovePayeeStep(provider, at + 1, Calendar.At(PayeeDay, 15, 0)),
        }),
        .. Batch(First, BatchDay),
        .. FirstStatement(receipts.ToImmutableArray()),
        new ImportStep(new StatementPlan(2, PaidDay + 1, SecondFileDay, [],
            Returned: new ReturnPlan(First, ReturnedDay, dice.For("returned").Int(0, cast.Providers.Length - 1))),
            Calendar.At(SecondFileDay, 18, 0)),
        new ReconcileStep(2, Calendar.At(SecondFileDay, 18, 10)),
        .. Batch(Second, SecondBatchDay),
        new ImportStep(new StatementPlan(3, SecondFileDay + 1, ThirdFileDay, [], new PayPlan(Second, SecondPaidDay)),
            Calendar.At(ThirdFileDay, 18, 0)),
        new ReconcileStep(3, Calendar.At(ThirdFileDay, 18, 10)),
        new ProposeNettingStep(ClosedMonth, Calendar.At(VoucherPlan.ExpiryDay, 9, 15)),
        new ApproveNettingStep(ClosedMonth, Calendar.At(VoucherPlan.ExpiryDay, 9, 20)),
        new PrepareCloseStep(ClosedMonth, Calendar.At(VoucherPlan.ExpiryDay, 9, 30)),
        new ApproveCloseStep(ClosedMonth, Calendar.At(VoucherPlan.ExpiryDay, 10, 0)),
    ];

    private static IEnumerable<Step> Batch(string batch, int day) =>
    [
        new PrepareBatchStep(batch, Calendar.At(day, 11, 0)),
        new SubmitBatchStep(batch, Calendar.At(day, 11, 10)),
        new ApproveBatchStep(batch, Calendar.At(day, 14, 0)),
        new ExportBatchStep(batch, Calendar.At(day, 14, 10)),
    ];

    /// <summary>The bank's first file, and everything in it that no rule settles alone.</summary>
    private static IEnumerable<Step> FirstStatement(ImmutableArray<ReceiveStep> receipts)
    {
        DateTimeOffset evening = Calendar.At(PaidDay, 18, 0);
        yield return new ImportStep(new StatementPlan(1, 1, PaidDay,
        [
            .. receipts.Select(receipt => new BankMovement(receipt.Day, receipt.Fen, receipt.Reference, "演示·拨款单位", "拨款")),
            CardPlan.Arrival,
            new(PaidDay, -FeeFen, Fee, "", "演示·账户服务费"),
            new(PaidDay, UnknownFen, Unknown, "演示·不知名汇款人", "汇款"),
        ], new PayPlan(First, PaidDay)), evening);
        yield return new ReconcileStep(1, evening.AddMinutes(10));
        // Amount and day alone are no proof: the run suggests what a receipt or payout is, and a person confirms it.
        foreach (string reference in receipts.Select(receipt => receipt.Reference).Append(CardPlan.Arrival.Reference))
        {
            yield return new ConfirmMatchStep(reference, evening.AddMinutes(20));
        }
        foreach ((string reference, ResolutionKind kind, string note) in new[]
        {
            (Fee, ResolutionKind.Fee, "演示：十一月账户服务费"), (Unknown, ResolutionKind.Suspense, "演示：来款人待查"),
        })
        {
            yield return new ProposeResolutionStep(reference, kind, note, evening.AddMinutes(30));
            yield return new ApproveResolutionStep(reference, evening.AddMinutes(40));
        }
    }
}
