using TimeBank.Ledger;
using TimeBank.Pages.Shell;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>The pages know every event of the journal, and call it by a word.</summary>
public sealed class EntryWordsTests
{
    [Fact]
    public void Every_code_of_an_entry_can_be_chosen_and_has_words_in_both_languages()
    {
        string[] codes = [.. Enum.GetValues<EntryCode>().Select(code => StoredName.UpperSnake(StoredName.Of(code)))];

        Assert.Equal(codes.Order(StringComparer.Ordinal), EntryWords.Codes.Order(StringComparer.Ordinal));
        Assert.All(codes, code => Assert.All([Language.Chinese, Language.English], language =>
            Assert.NotEqual(code, Labels.Of(code, language))));
    }
}
