using System.Globalization;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>What staff are shown: five days in a row, five services of two hours, two far from home (policy), rings.</summary>
public sealed class OrderPatternsTests
{
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1));

    /// <summary>Services as "volunteer recipient day minutes far", of October; the pattern with persons and number, or nothing.</summary>
    [Theory]
    [InlineData("A e1 1 60, A e1 2 60, A e1 3 60, A e1 4 60, A e1 5 60", "SamePairDaily A e1 5")]
    [InlineData("A e1 5 60, A e1 3 60, A e1 1 60, A e1 2 60, A e1 4 60", "SamePairDaily A e1 5")]
    [InlineData("A e1 1 60, A e1 2 60, A e1 3 60, A e1 4 60", "")]
    [InlineData("A e1 1 60, A e1 2 60, A e1 4 60, A e1 5 60, A e1 6 60, A e1 7 60", "")]
    [InlineData("A e1 1 60, A e1 2 60, A e1 4 60, A e1 5 60, A e1 6 60, A e1 7 60, A e1 8 60", "SamePairDaily A e1 5")]
    [InlineData("A e1 1 60, A e1 1 60, A e1 1 60, A e1 1 60, A e1 1 60", "")]
    [InlineData("A e1 1 60, A e2 2 60, A e1 3 60, A e2 4 60, A e1 5 60", "")]
    [InlineData("A e1 1 120, A e2 3 120, A e3 5 120, A e4 7 120, A e5 9 120", "AlwaysMaximum A 5")]
    [InlineData("A e1 1 120, A e2 3 120, A e3 5 120, A e4 7 120, A e5 9 105", "")]
    [InlineData("A e1 1 120, A e2 3 120, A e3 5 120, A e4 7 120", "")]
    [InlineData("A e1 1 60 far, A e2 9 60 far", "FarFromHome A 2")]
    [InlineData("A e1 1 60 far, B e2 9 60 far, A e3 4 60", "")]
    [InlineData("A B 1 60, B C 3 60, C A 5 60", "RingOfThree A B C 3")]
    [InlineData("C A 5 60, B C 3 60, A B 1 60, A B 9 60", "RingOfThree A B C 4")]
    [InlineData("A C 1 60, C B 3 60, B A 5 60", "RingOfThree A C B 3")]
    [InlineData("A B 1 60, B A 3 60", "")]
    [InlineData("A B 1 60, B C 3 60, A C 5 60", "")]
    [InlineData("A B 1 60, B C 3 60, C D 5 60, D A 7 60", "")]
    [InlineData("", "")]
    public void A_pattern_is_found_and_nothing_else(string services, string expected) => Assert.Equal(expected, Text(Find(services)));

    [Fact]
    public void Findings_stand_by_pattern_and_person_and_name_their_services()
    {
        PatternFinding[] found = Find(
            "B e1 1 120 far, B e1 2 120 far, B e1 3 120, B e1 4 120, B e1 5 120, B e1 9 120, A e2 1 60 far, A e2 2 60 far, "
            + "A B 20 60, B C 20 120, C A 20 60");

        Assert.Equal("SamePairDaily B e1 5; AlwaysMaximum B 7; FarFromHome A 2; FarFromHome B 2; RingOfThree A B C 3", Text(found));
        Assert.Equal(5, found[0].Orders.Length);
        Assert.Equal(found.Select(finding => finding.Key), found.Select(finding => finding.Key).Order(StringComparer.Ordinal).Distinct());
    }

    private static PatternFinding[] Find(string services)
    {
        int number = 0;
        return [.. OrderPatterns.Find([.. services.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(text =>
        {
            string[] parts = text.Split(' ');
            return new ServedOrder(OpaqueId.Parse($"{++number:D12}"), parts[0], parts[1],
                new DateOnly(2026, 10, int.Parse(parts[2], CultureInfo.InvariantCulture)),
                new Minutes(long.Parse(parts[3], CultureInfo.InvariantCulture)), parts.Length > 4);
        })], Policy.Patterns, Policy.Hours.SessionMax)];
    }

    private static string Text(IEnumerable<PatternFinding> found) => string.Join("; ",
        found.Select(finding => $"{finding.Pattern} {string.Join(' ', finding.Persons)} {finding.Number}"));
}
