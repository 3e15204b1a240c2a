using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>How one end of a service is judged. Near is 500 m, together is 15 minutes, a position is fresh for 10 (policy, own).</summary>
public sealed class EvidenceRuleTests
{
    private static readonly DateTimeOffset Nine = new(2026, 10, 1, 9, 0, 0, ChinaTime.Offset);
    private static readonly EvidencePolicy Rules = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)).Evidence;

    /// <summary>
    /// Each side as source, minutes after nine and metres ("-": no position, "clock": one of another time); "" where it recorded nothing.
    /// </summary>
    [Theory]
    [InlineData("", "", EvidenceGrade.None, "")]
    [InlineData("", "Person 0 20", EvidenceGrade.None, "")]
    [InlineData("Person 0 20", "Person 3 0", EvidenceGrade.BothSides, "")]
    [InlineData("Person 0 500", "Person 15 500", EvidenceGrade.BothSides, "")]
    [InlineData("Person 15 500", "Person 0 500", EvidenceGrade.BothSides, "")]
    [InlineData("Person 0 -", "", EvidenceGrade.OneSide, "")]
    [InlineData("Person 0 20", "", EvidenceGrade.OneSide, "")]
    [InlineData("Person 0 20", "Person 3 -", EvidenceGrade.OneSide, "")]
    [InlineData("Person 0 -", "Person 3 20", EvidenceGrade.OneSide, "")]
    [InlineData("Counter 0 -", "", EvidenceGrade.Counter, "")]
    [InlineData("Counter 0 -", "Person 3 20", EvidenceGrade.Counter, "")]
    [InlineData("Call 0 -", "", EvidenceGrade.Call, "")]
    [InlineData("Paper 0 -", "", EvidenceGrade.Paper, "")]
    [InlineData("Paper 0 -", "Person 15 20", EvidenceGrade.Paper, "")]
    [InlineData("Person 0 501", "", EvidenceGrade.Doubtful, "Far")]
    [InlineData("Person 0 20", "Person 3 501", EvidenceGrade.Doubtful, "Far")]
    [InlineData("Person 0 9000", "Person 3 9000", EvidenceGrade.Doubtful, "Far")]
    [InlineData("Person 0 20", "Person 16 20", EvidenceGrade.Doubtful, "SidesApart")]
    [InlineData("Person 16 -", "Person 0 -", EvidenceGrade.Doubtful, "SidesApart")]
    [InlineData("Person 0 clock", "", EvidenceGrade.Doubtful, "ClockDiffers")]
    [InlineData("Person 0 20", "Person 3 clock", EvidenceGrade.Doubtful, "ClockDiffers")]
    [InlineData("Person 0 501", "Person 30 clock", EvidenceGrade.Doubtful, "Far ClockDiffers SidesApart")]
    [InlineData("Paper 0 -", "Person 60 20", EvidenceGrade.Doubtful, "SidesApart")]
    [InlineData("Call 0 -", "Person 1440 -", EvidenceGrade.Doubtful, "SidesApart")]
    public void An_end_has_the_grade_of_what_both_sides_recorded(string volunteer, string recipient, EvidenceGrade grade, string doubts)
    {
        EndEvidence? judged = EvidenceRule.Judge(Sighted(volunteer), Sighted(recipient), Rules);

        Assert.Equal((grade, doubts), (judged?.Grade ?? EvidenceGrade.None, string.Join(' ', judged?.Doubts ?? [])));
        Assert.Equal((Sighted(volunteer), Sighted(recipient)), (judged?.Volunteer, judged?.Recipient));
    }

    [Theory]
    [InlineData(null, null, EvidenceGrade.None)]
    [InlineData(EvidenceGrade.BothSides, null, EvidenceGrade.BothSides)]
    [InlineData(EvidenceGrade.BothSides, EvidenceGrade.OneSide, EvidenceGrade.OneSide)]
    [InlineData(EvidenceGrade.Paper, EvidenceGrade.BothSides, EvidenceGrade.Paper)]
    [InlineData(EvidenceGrade.OneSide, EvidenceGrade.Call, EvidenceGrade.Call)]
    [InlineData(EvidenceGrade.Doubtful, EvidenceGrade.Paper, EvidenceGrade.Doubtful)]
    [InlineData(null, EvidenceGrade.Counter, EvidenceGrade.Counter)]
    public void A_service_is_as_good_as_its_weaker_end(EvidenceGrade? begin, EvidenceGrade? end, EvidenceGrade expected) =>
        Assert.Equal(expected, EvidenceRule.Of(Graded(begin), Graded(end)));

    /// <summary>What posts at once by the defaults is what posted at once before evidence was graded.</summary>
    [Theory]
    [InlineData(EvidenceGrade.None, false)]
    [InlineData(EvidenceGrade.BothSides, false)]
    [InlineData(EvidenceGrade.OneSide, false)]
    [InlineData(EvidenceGrade.Counter, false)]
    [InlineData(EvidenceGrade.Call, true)]
    [InlineData(EvidenceGrade.Paper, true)]
    [InlineData(EvidenceGrade.Doubtful, true)]
    public void What_is_recorded_afterwards_or_doubtful_waits_for_staff(EvidenceGrade grade, bool waits) =>
        Assert.Equal(waits, Rules.WaitsForReview(grade));

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, false)]
    [InlineData(-10, false)]
    [InlineData(11, true)]
    [InlineData(-11, true)]
    [InlineData(24 * 60, true)]
    [InlineData(-24 * 60, true)]
    [InlineData(366 * 24 * 60, true)]
    [InlineData(-366 * 24 * 60, true)]
    public void A_phone_whose_clock_is_wrong_shows_no_place(int minutes, bool differs) =>
        Assert.Equal(differs, EvidenceRule.ClockDiffers(Nine.AddMinutes(minutes), Nine, Rules));

    [Theory]
    [InlineData("""["none"]""", "", "none")]
    [InlineData("""["one-side", "paper"]""", "OneSide Paper", "one-side, paper")]
    public void A_policy_says_which_grades_wait(string value, string grades, string shown)
    {
        DataResult<Policy> read = Read("review", JsonNode.Parse(value)!);

        Assert.Equal(grades, string.Join(' ', read.Value!.Evidence.Review));
        Assert.Equal(shown, Assert.Single(read.Value.Items, item => item.Key == "evidence.review").Value);
    }

    [Theory]
    [InlineData("review", """["letters"]""")]
    [InlineData("review", "3")]
    [InlineData("backDateDays", "14")]
    [InlineData("nearMeters", "9")]
    [InlineData("nearKilometers", "1")]
    [InlineData("checkOutLateMinutes", "-1")]
    public void A_policy_with_another_value_is_none(string key, string value) => Assert.Null(Read(key, JsonNode.Parse(value)!).Value);

    private static DataResult<Policy> Read(string key, JsonNode value)
    {
        JsonObject file = JsonNode.Parse(PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)).File.Span)!.AsObject();
        file["evidence"] = new JsonObject { [key] = new JsonObject { ["value"] = value, ["source"] = "own" } };
        return Policy.Parse(Encoding.UTF8.GetBytes(file.ToJsonString()));
    }

    private static Sighting? Sighted(string text)
    {
        if (text.Length == 0) return null;
        string[] parts = text.Split(' ');
        return new Sighting(Nine.AddMinutes(int.Parse(parts[1], CultureInfo.InvariantCulture)), Enum.Parse<EvidenceSource>(parts[0]),
            parts[2] is "-" or "clock" ? null : int.Parse(parts[2], CultureInfo.InvariantCulture), parts[2] == "clock");
    }

    private static EndEvidence? Graded(EvidenceGrade? grade) => grade is { } known ? new EndEvidence(null, null, known, []) : null;
}
