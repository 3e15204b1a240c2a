using System.Collections.Immutable;
using CsCheck;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class MatchingTests
{
    private static readonly DateOnly Day = new(2026, 11, 2);

    private static readonly MatchingPolicy Policy = new() { AccountHash = account => $"#{account}" };

    [Theory]
    [InlineData(100, "EndToEndId Confirmed [0]=[0] 0")]
    [InlineData(90, "EndToEndId Suggested [0]=[0] -10")]
    public void The_end_to_end_id_finds_its_payment(long fen, string found) =>
        Assert.Equal([found], Shown([Line(fen, id: "SB-1")], [Payment("P1", 100, id: "SB-1"), Payment("P2", 100)]));

    [Fact]
    public void Our_own_id_was_sent_where_no_other_was() =>
        Assert.Equal(["EndToEndId Confirmed [0]=[1] 0"], Shown([Line(100, id: "P2")], [Payment("P1", 100), Payment("P2", 100)]));

    [Theory]
    [InlineData("结算款 SB-2026-0001 助餐")]
    [InlineData("结算款sb20260001助餐")]
    [InlineData("/REF/SB-2026-0001/")]
    [InlineData("SB-2026-\n0001")]
    [InlineData("SB 2026 0001")]
    [InlineData("SB-2026-0001.")]
    public void Our_reference_is_found_in_the_text(string text) => Assert.Equal(["Reference Confirmed [0]=[0] 0"],
        Shown([Line(100, text)], [Payment("SB-2026-0001", 100), Payment("SB-2026-0002", 100)]));

    [Theory]
    [InlineData("SB-2026-00012")]
    [InlineData("XSB-2026-0001")]
    [InlineData("2026-0001")]
    [InlineData("")]
    public void Another_reference_isnt_ours(string text) => Assert.Equal(["AmountAndDay tie [0]=[0, 1]"],
        Shown([Line(100, text)], [Payment("SB-2026-0001", 100), Payment("SB-2026-0002", 100)]));

    [Fact]
    public void A_short_id_stands_in_a_text_by_chance() =>
        Assert.Equal(["AmountAndDay tie [0]=[0, 1]"], Shown([Line(100, "room P1")], [Payment("P1", 100), Payment("P2", 100)]));

    [Fact]
    public void Several_lines_that_name_one_payment_are_it_where_their_sum_is() => Assert.Equal(
        ["Reference Confirmed [0, 1]=[0] 0", "Reference tie [2, 3]=[1]"],
        Shown([Line(60, "SB-2026-0001"), Line(40, "SB-2026-0001"), Line(70, "SB-2026-0002"), Line(40, "SB-2026-0002")],
            [Payment("SB-2026-0001", 100), Payment("SB-2026-0002", 100)]));

    [Fact]
    public void One_line_that_names_several_payments_is_theirs_where_its_amount_is_their_sum() => Assert.Equal(
        ["Reference Confirmed [0]=[0, 1] 0"],
        Shown([Line(150, "SB-2026-0001, SB-2026-0002")], [Payment("SB-2026-0001", 100), Payment("SB-2026-0002", 50)]));

    [Fact]
    public void A_payment_made_twice_is_a_tie() => Assert.Equal(["EndToEndId tie [0, 1]=[0]"],
        Shown([Line(100, id: "SB-1"), Line(100, id: "SB-1")], [Payment("P", 100, id: "SB-1")]));

    [Fact]
    public void A_payment_that_an_earlier_line_paid_isnt_paid_again_silently() => Assert.Equal(["EndToEndId tie [0]=[0]"],
        Shown([Line(100, id: "SB-1")], [Payment("P", 100, id: "SB-1") with { IsPaid = true }]));

    [Theory]
    [InlineData(0, "AmountAndPayee Confirmed [0]=[0] 0")]
    [InlineData(10, "AmountAndPayee Confirmed [0]=[0] 0")]
    [InlineData(11, "")]
    [InlineData(-3, "AmountAndPayee Confirmed [0]=[0] 0")]
    [InlineData(-4, "")]
    public void Amount_and_payee_within_the_days_are_enough(int days, string found) => Assert.Equal(found, string.Join(';',
        Shown([Line(100, account: "6222", days: days)], [Payment("P1", 100, payee: "#6222"), Payment("P2", 100, payee: "#6333")])));

    [Fact]
    public void Amount_and_day_alone_are_suggested() =>
        Assert.Equal(["AmountAndDay Suggested [0]=[0] 0"], Shown([Line(100)], [Payment("P1", 100), Payment("P2", 101)]));

    [Fact]
    public void Money_to_another_account_is_no_match() =>
        Assert.Empty(Shown([Line(100, account: "6999")], [Payment("P1", 100, payee: "#6222")]));

    [Fact]
    public void The_other_side_is_no_match() => Assert.Empty(Shown([Line(-100)], [Payment("P1", 100)]));

    [Fact]
    public void Lines_on_neither_side_and_of_nothing_match_nothing() => Assert.Empty(Shown(
        [Line(100) with { Flow = MoneyFlow.Neither }, Line(0)], [Payment("P1", 100), Payment("P2", 0)]));

    [Fact]
    public void A_chain_of_possible_days_is_one_tie() => Assert.Equal(["AmountAndDay tie [0, 1]=[0, 1]"],
        Shown([Line(100, days: 9), Line(100, days: 18)], [Payment("P1", 100), Payment("P2", 100) with { DueOn = Day.AddDays(8) }]));

    [Fact]
    public void Days_far_apart_are_no_tie() => Assert.Equal(
        ["AmountAndDay Suggested [0]=[1] 0", "AmountAndDay Suggested [1]=[0] 0"],
        Shown([Line(100, days: 30), Line(100)], [Payment("P1", 100), Payment("P2", 100) with { DueOn = Day.AddDays(28) }]));

    [Theory]
    [InlineData("B-2026-11", "", 150, "Reference Confirmed [0]=[0, 1] 0")]
    [InlineData(null, "代付 B-2026-11", 150, "Reference Confirmed [0]=[0, 1] 0")]
    [InlineData("B-2026-11", "", 140, "Reference Suggested [0]=[0, 1] -10")]
    [InlineData(null, "", 150, "BatchSum Suggested [0]=[0, 1] 0")]
    public void One_line_pays_a_whole_batch(string? batch, string text, long fen, string found) => Assert.Equal([found],
        Shown([Line(fen, text) with { BatchId = batch }], [Payment("P1", 100, batch: "B-2026-11"), Payment("P2", 50, batch: "B-2026-11")]));

    [Fact]
    public void The_parts_of_a_batch_name_their_payments()
    {
        ExpectedPayment[] due = [Payment("P1", 100), Payment("P2", 50), Payment("P3", 150)];
        BankLine Batch(params (long? Fen, string Id)[] parts) => Line(150) with
        {
            Details = [.. parts.Select(part => new LineDetail(-part.Fen, part.Id, null, null, "", null))],
        };

        Assert.Equal(["EndToEndId Confirmed [0]=[0, 1] 0"], Shown([Batch((100, "P1"), (50, "P2"))], due));
        Assert.Equal(["EndToEndId Confirmed [0]=[0, 1] 0"], Shown([Batch((null, "P1"), (null, "P2"))], due));
        Assert.Equal(["EndToEndId tie [0]=[0, 1]"], Shown([Batch((90, "P1"), (60, "P2"))], due));
        Assert.Equal(["EndToEndId tie [0]=[0]"], Shown([Batch((100, "P1"), (50, "stranger"))], due));
    }

    [Fact]
    public void All_that_is_open_with_a_payee_may_be_one_sum() => Assert.Equal(
        ["BatchSum Suggested [0]=[0, 1] 0", "SeveralLines Suggested [1, 2]=[2] 0"],
        Shown([Line(150, account: "1"), Line(70, account: "2"), Line(30, account: "2")],
            [Payment("P1", 110, payee: "#1"), Payment("P2", 40, payee: "#1"), Payment("P3", 100, payee: "#2")]));

    [Theory]
    [InlineData(0, "")]
    [InlineData(4, "")]
    [InlineData(5, "Tolerance Suggested [0]=[0] -5")]
    public void A_small_difference_is_suggested_where_the_policy_has_a_tolerance(long tolerance, string found) => Assert.Equal(found,
        string.Join(';', Shown([Line(95)], [Payment("P1", 100)], Policy with { Tolerance = new Fen(tolerance) })));

    [Fact]
    public void Two_within_the_tolerance_are_a_tie() => Assert.Equal(["Tolerance tie [0]=[0, 1]"],
        Shown([Line(95)], [Payment("P1", 97), Payment("P2", 94)], Policy with { Tolerance = new Fen(5) }));

    [Theory]
    [InlineData(true, 100, "Returned Confirmed [0]=[0] 0")]
    [InlineData(false, 100, "Returned Suggested [0]=[0] 0")]
    [InlineData(true, 99, "Returned Suggested [0]=[0] -1")]
    public void Money_that_comes_back_names_its_payment(bool isPaid, long fen, string found)
    {
        ExpectedPayment[] due = [Payment("SB-2026-0001", 100) with { IsPaid = isPaid }];

        Assert.Equal([found], Shown([Line(-fen, "退回 SB-2026-0001")], due));
        Assert.Equal([found], Shown([Line(-fen, id: "SB-2026-0001")], due));
    }

    [Fact]
    public void A_payment_paid_and_returned_in_one_file_is_both() => Assert.Equal(
        ["EndToEndId Confirmed [0]=[0] 0", "Returned Confirmed [1]=[0] 0"],
        Shown([Line(100, id: "SB-1"), Line(-100, id: "SB-1", days: 1)], [Payment("P", 100, id: "SB-1")]));

    [Fact]
    public void A_payment_comes_back_once() => Assert.Equal(["Returned tie [0, 1]=[0]"],
        Shown([Line(-100, id: "SB-1"), Line(-100, id: "SB-1")], [Payment("P", 100, id: "SB-1") with { IsPaid = true }]));

    /// <summary>The order of the lists changes nothing, nothing is taken twice, and confirmed matches are right to the fen.</summary>
    [Fact]
    public void The_result_depends_on_what_the_lists_hold_alone() => Gen.Select(
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 6], Gen.Int[0, 12], Gen.Bool).Array[0, 14],
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 6], Gen.Int[0, 3], Gen.Bool).Array[0, 14], Gen.Int).Sample((some, due, seed) =>
        {
            BankLine[] lines = [.. some.Select((line, at) => Line(line.Item1 * (line.Item4 ? -10 : 10),
                line.Item2 == 5 ? "SB-2026-0003" : "", line.Item2 < 3 ? $"P{line.Item2}" : null,
                line.Item2 == 4 ? "1" : null, line.Item3) with { FileLine = at + 1 })];
            ExpectedPayment[] payments = [.. due.Select((payment, at) => Payment(at == 3 ? "SB-2026-0003" : $"P{at}", payment.Item1 * 10,
                payee: payment.Item2 == 1 ? "#1" : null, batch: payment.Item2 > 3 ? $"B{payment.Item2}" : null)
                with { DueOn = Day.AddDays(payment.Item3), IsPaid = payment.Item2 == 2 })];
            var shuffled = new Shuffle(seed);
            BankLine[] otherLines = shuffled.Of(lines);
            ExpectedPayment[] otherPayments = shuffled.Of(payments);
            MatchingPolicy policy = Policy with { Tolerance = new Fen(seed % 2 == 0 ? 10 : 0) };

            MatchingResult one = Matching.Run(lines, payments, policy), other = Matching.Run(otherLines, otherPayments, policy);

            Assert.Equal(Named(one, lines, payments), Named(other, otherLines, otherPayments));
            int[] used =
                [.. one.Matches.SelectMany(match => match.Lines), .. one.Ties.SelectMany(tie => tie.Lines), .. one.OpenLines];
            Assert.Equal(lines.Length, used.Length);
            Assert.Distinct(used);
            Assert.Distinct(one.Matches.Where(match => match.Pass != MatchPass.Returned).SelectMany(match => match.Payments));
            Assert.All(one.Matches.Where(match => match.Standing == MatchStanding.Confirmed),
                match => Assert.Equal(0, match.DifferenceFen));
        }, iter: 2_000);

    /// <summary>Enough equal amounts that looking at pairs would take minutes.</summary>
    [Fact]
    public void Many_equal_amounts_are_one_tie()
    {
        BankLine[] lines = [.. Enumerable.Range(0, 100_000).Select(at => Line(8_000, days: at % 28))];
        ExpectedPayment[] due =
            [.. Enumerable.Range(0, 100_000).Select(at => Payment($"P{at}", 8_000) with { DueOn = Day.AddDays(at % 28) })];

        MatchingResult result = Matching.Run(lines, due, Policy with { Tolerance = new Fen(1) });

        Assert.Equal((100_000, 100_000), (result.Ties.Single().Lines.Count, result.Ties[0].Payments.Count));
    }

    private static IEnumerable<string> Shown(BankLine[] lines, ExpectedPayment[] payments, MatchingPolicy? policy = null)
    {
        MatchingResult result = Matching.Run(lines, payments, policy ?? Policy);
        return [
            .. result.Matches.Select(match => $"{match.Pass} {match.Standing} {match.Lines}={match.Payments} {match.DifferenceFen}"),
            .. result.Ties.Select(tie => $"{tie.Pass} tie {tie.Lines}={tie.Payments}"),
        ];
    }

    private static ImmutableSortedSet<string> Named(MatchingResult result, BankLine[] lines, ExpectedPayment[] payments)
    {
        string Lines(Places places) => string.Join(',', places.Select(at => lines[at].FileLine).Order());
        string Payments(Places places) => string.Join(',', places.Select(at => payments[at].Id).Order(StringComparer.Ordinal));
        return [
            .. result.Matches.Select(match => $"{match.Pass} {match.Standing} {Lines(match.Lines)}={Payments(match.Payments)}"),
            .. result.Ties.Select(tie => $"{tie.Pass} tie {Lines(tie.Lines)}={Payments(tie.Payments)}"),
        ];
    }

    /// <summary>Negative amounts are of lines that bring money in.</summary>
    private static BankLine Line(long fen, string text = "", string? id = null, string? account = null, int days = 0) => new()
    {
        FileLine = 1, BookedOn = Day.AddDays(days), Flow = fen < 0 ? MoneyFlow.In : MoneyFlow.Out, Amount = new Fen(Math.Abs(fen)),
        Text = text, EndToEndId = id, CounterpartyAccount = account,
    };

    private static ExpectedPayment Payment(string name, long fen, string? id = null, string? payee = null, string? batch = null) => new()
    {
        Id = name, EndToEndId = id, Amount = new Fen(fen), Flow = MoneyFlow.Out, DueOn = Day, PayeeAccountHash = payee, BatchId = batch,
    };

    /// <summary>A shuffle by a seed.</summary>
    private sealed class Shuffle(int seed)
    {
        public T[] Of<T>(T[] items) => [.. items.Index().OrderBy(item => HashOf(item.Index)).Select(item => item.Item)];

        private uint HashOf(int at) => unchecked((uint)((at + 1) * 2_654_435_761L) ^ (uint)(seed * 40_503) * (uint)(at + 7));
    }
}
