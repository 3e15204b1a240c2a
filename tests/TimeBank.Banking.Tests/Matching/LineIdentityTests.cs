using CsCheck;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class LineIdentityTests
{
    private static readonly DateOnly Day = new(2026, 11, 2);

    [Fact]
    public void Two_equal_lines_of_a_day_are_two() => Assert.Equal([(1, true), (2, true)], Identify([], Line(), Line()));

    [Fact]
    public void The_same_file_again_brings_nothing() =>
        Assert.Equal([(1, false), (2, false)], Identify(Known(Line(), Line()), Line(), Line()));

    [Fact]
    public void A_file_of_the_whole_day_brings_what_came_behind_the_first_one() =>
        Assert.Equal([(1, false), (2, true), (3, true)], Identify(Known(Line()), Line(), Line(), Line()));

    [Fact]
    public void A_back_dated_line_that_comes_late_is_new_once()
    {
        BankLine late = Line() with { Text = "late" };

        Assert.Equal([(1, false), (1, true)], Identify(Known(Line()), Line(), late));
        Assert.Equal([(1, false), (1, false)], Identify(Known(Line(), late), late, Line()));
    }

    public static TheoryData<string> OtherFields =>
        ["day", "time", "value", "side", "amount", "text", "party", "account", "id", "reference", "batch", "means", "moved"];

    [Theory, MemberData(nameof(OtherFields))]
    public void A_line_that_differs_in_one_field_is_another(string field)
    {
        BankLine other = field switch
        {
            "day" => Line() with { BookedOn = Day.AddDays(1) },
            "time" => Line() with { BookedAt = new TimeOnly(1, 2) },
            "value" => Line() with { ValueOn = Day },
            "side" => Line() with { Flow = MoneyFlow.In },
            "amount" => Line() with { Amount = new Fen(101) },
            "text" => Line() with { Text = "meal" },
            "party" => Line() with { Counterparty = "乙" },
            "account" => Line() with { CounterpartyAccount = "6" },
            "id" => Line() with { EndToEndId = "E" },
            "reference" => Line() with { BankReference = "R2" },
            "batch" => Line() with { BatchId = "B" },
            "means" => Line() with { Means = "余额" },
            _ => Line() with { Text = "meals甲", Counterparty = "" },
        };

        Assert.NotEqual(LineIdentity.Fingerprint(Line()), LineIdentity.Fingerprint(other));
    }

    [Fact]
    public void Place_in_the_file_and_blanks_dont_count() => Assert.Equal(LineIdentity.Fingerprint(Line()),
        LineIdentity.Fingerprint(Line() with { FileLine = 99, Text = " mea ls\n", IsReversal = true }));

    /// <summary>Stored beside every line: another way to make it would bring all known lines again.</summary>
    [Fact]
    public void The_fingerprint_is_what_it_was()
    {
        LineFingerprint print = LineIdentity.Fingerprint(Line());

        Assert.Equal("63c15bed123c76185bc6eb5c225640ac", print.ToString());
        Assert.Equal(print, LineFingerprint.Parse(print.ToString()));
    }

    [Fact]
    public void A_reworded_line_is_shown_beside_the_known_one()
    {
        IdentifiedLine found = LineIdentity.Identify(Known(Line()), [Line() with { Text = "reworded" }]).Single();

        Assert.True(found.IsNew);
        Assert.Equal(LineIdentity.Fingerprint(Line()), found.SameReference?.Content);
    }

    /// <summary>However a history is cut into overlapping files, every line of it comes once.</summary>
    [Fact]
    public void Overlapping_files_bring_every_line_once() => Gen.Select(Gen.Int[0, 2].Array[1, 40], Gen.Int[1, 5], Gen.Int[0, 4])
        .Sample((contents, days, overlap) =>
        {
            BankLine[] history = [.. contents.Select((content, at) => Line() with
            {
                BookedOn = Day.AddDays(at * 10 / contents.Length), Text = $"{content}", BankReference = null,
            })];
            List<KnownLine> known = [];
            for (int from = 0; from < 12; from += days)
            {
                (DateOnly first, DateOnly end) = (Day.AddDays(from - overlap), Day.AddDays(from + days));
                BankLine[] file = [.. history.Where(line => line.BookedOn >= first && line.BookedOn < end)];
                known.AddRange(LineIdentity.Identify([.. known], file).Where(line => line.IsNew)
                    .Select(line => new KnownLine(line.Id, line.Line.SignedFen, line.Line.BankReference)));
            }

            Assert.Equal(history.Length, known.Count);
            Assert.Distinct(known.Select(line => line.Id));
        }, iter: 300);

    private static List<(int Occurrence, bool IsNew)> Identify(IEnumerable<KnownLine> known, params BankLine[] file) =>
        [.. LineIdentity.Identify(known, file).Select(line => (line.Id.Occurrence, line.IsNew))];

    private static KnownLine[] Known(params BankLine[] lines) =>
        [.. LineIdentity.Identify([], lines).Select(line => new KnownLine(line.Id, line.Line.SignedFen, line.Line.BankReference))];

    private static BankLine Line() => new()
    {
        FileLine = 1, BookedOn = Day, Flow = MoneyFlow.Out, Amount = new Fen(100), Text = "meals", Counterparty = "甲", BankReference = "R1",
    };
}
