using System.Text.RegularExpressions;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>
/// Razor drops whitespace that stands alone beside a code block, also in a text element, and words run together. A page writes such a
/// space as an expression.
/// </summary>
public sealed partial class WordsApartTests
{
    [Fact]
    public void No_page_relies_on_a_space_that_Razor_drops()
    {
        string[] pages = Directory.GetFiles(
            Path.Combine(Repository.Root, "src", "TimeBank.Pages"), "*.razor", SearchOption.AllDirectories);
        Assert.NotEmpty(pages);
        Assert.Empty(pages.SelectMany(page => File.ReadLines(page).Index().Where(line => Dropped().IsMatch(line.Item))
            .Select(line => $"{Path.GetFileName(page)}:{line.Index + 1}")));
    }

    /// <summary>A text element of whitespace alone; or a space before a block that begins with an element in the same line.</summary>
    [GeneratedRegex(@"<text>\s*</text>|</(a|span|bdi|strong|code)> @(if|foreach)\b[^{}]*\{ <(?!br)")]
    private static partial Regex Dropped();
}
