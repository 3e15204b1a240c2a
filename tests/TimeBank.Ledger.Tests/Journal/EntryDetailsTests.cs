using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class EntryDetailsTests
{
    [Fact]
    public void Every_detail_is_found_by_its_name_and_no_other()
    {
        EntryDetails details = EntryDetails.Of([.. "dbfac".Select(letter => ($"{letter}", $"of {letter}"))]);

        Assert.Equal(["a", "b", "c", "d", "f"], details.Select(detail => detail.Key));
        Assert.All(details, detail => Assert.Equal(detail.Value, details[detail.Key]));
        Assert.All(["", "A", "aa", "e", "g"], name => Assert.Null(details.GetValueOrDefault(name)));
        Assert.Throws<KeyNotFoundException>(() => details["e"]);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "b", "a")]
    [InlineData("b", "a", "b")]
    public void A_name_stands_once(params string[] names) =>
        Assert.Throws<ArgumentException>(() => EntryDetails.Of([.. names.Select(name => (name, ""))]));

    [Fact]
    public void What_is_added_leaves_the_others_as_they_are()
    {
        EntryDetails one = EntryHeader.NoDetails.Add("b", "1"), two = one.Add("a", "2");

        Assert.Empty(EntryHeader.NoDetails);
        Assert.Equal(["b"], one.Select(detail => detail.Key));
        Assert.Equal([("a", "2"), ("b", "1")], two.Select(detail => (detail.Key, detail.Value)));
    }
}
