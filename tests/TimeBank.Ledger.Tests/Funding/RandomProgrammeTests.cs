using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Random programmes of one to five funds, with amounts down to one fen: whatever is allotted, issued, billed, voided, settled, refunded
/// and returned, and in whatever order, every fen is borne by somebody, and the funds get back what was not spent. CsCheck prints the seed
/// and the shortest failing history that it finds.
/// </summary>
public sealed class RandomProgrammeTests
{
    // Small amounts come often: what is lost or found is one fen.
    private static readonly Gen<int> Amounts = Gen.OneOf(Gen.Const(1), Gen.Int[1, 9], Gen.Int[1, 400], Gen.Int[1, 40_000]);

    private static readonly Gen<(int Funds, ProgrammeMove[] Moves)> Histories = Gen.Select(
        Gen.Int[1, RandomProgramme.MaxFunds],
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 99_999], Amounts, Amounts, (kind, which, fen, other) =>
            new ProgrammeMove(kind, which, fen, other)).Array[1, 90]);

    [Fact]
    public void A_programme_of_several_funds_ends_with_what_was_not_spent_back_at_its_funds()
    {
        var done = new SortedDictionary<string, int>(StringComparer.Ordinal);

        Histories.Sample(
            history => Play(history.Funds, history.Moves, done), iter: 300, threads: 1,
            print: history => $"{history.Funds} funds\n{string.Join("\n", history.Moves)}");

        // Histories in which something never happens would prove nothing of it.
        string[] everything =
        [
            "1 funds", "2 funds", "3 funds", "4 funds", "5 funds", "allotted", "allotted midway", "issued", "unfunded", "billed",
            "billed one fen", "nothing of one fen", "several programmes", "several vouchers", "refunded", "refunded after the settlement",
            "passed on", "saved money gone", "voided", "expired", "settled", "netted", "returned midway", "returned",
            "everything came back",
        ];
        Assert.DoesNotContain(everything, what => done.GetValueOrDefault(what) == 0);
    }

    private static void Play(int funds, ProgrammeMove[] moves, SortedDictionary<string, int> done)
    {
        var programme = new RandomProgramme(funds, done);
        foreach (ProgrammeMove move in moves)
        {
            programme.Play(move);
            programme.CheckShares();
        }
        programme.Finish(refundsAll: moves.Length % 2 == 0);
        programme.CheckEnd();
    }
}

/// <summary>A drawn step.</summary>
internal sealed record ProgrammeMove(int Kind, int Which, int Fen, int Other);
