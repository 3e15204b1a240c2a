using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Random months of an office: whatever is redeemed, refunded, settled, rejected, returned and closed, and in whatever order, a last
/// settlement leaves nothing. CsCheck shrinks a failing month to the shortest one that it finds.
/// </summary>
public sealed class RandomMonthTests
{
    private static readonly Gen<OfficeMove[]> Months = Gen.Select(
        Gen.Int[0, 99], Gen.Int[0, 999], Gen.Int[1, 3_000], (kind, which, fen) => new OfficeMove(kind, which, fen)).Array[1, 120];

    [Fact]
    public void A_month_settles_returns_refunds_and_closes_to_exactly_zero()
    {
        var done = new SortedDictionary<string, int>(StringComparer.Ordinal);

        Months.Sample(moves => Play(moves, done), iter: 120, threads: 1, print: moves => string.Join("\n", moves));

        // Months in which something never happens would prove nothing of it.
        string[] everything =
        [
            "redeemed", "refunded", "refunded after the settlement", "netted", "prepared", "approved", "withdrawn", "paid", "rejected",
            "returned", "fee", "unknown", "cleared", "closed", "opened again", "late",
        ];
        Assert.DoesNotContain(everything, what => done.GetValueOrDefault(what) == 0);
    }

    private static void Play(OfficeMove[] moves, SortedDictionary<string, int> done)
    {
        var month = new RandomMonth(done);
        foreach (OfficeMove move in moves)
        {
            month.Play(move);
            month.CheckProviders();
        }
        month.Finish();
        month.CheckEnd();
    }
}

/// <summary>A drawn step.</summary>
internal sealed record OfficeMove(int Kind, int Which, int Fen);
