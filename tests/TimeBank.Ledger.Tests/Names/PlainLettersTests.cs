using System.Text;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class PlainLettersTests
{
    [Theory]
    [InlineData(0x2F7C, "老")]
    [InlineData(0x2F00, "一")]
    [InlineData(0x2FD5, "龠")]
    // ICU's normalization leaves these three alone.
    [InlineData(0x2EA0, "民")]
    [InlineData(0x2EC5, "见")]
    [InlineData(0x2ED3, "长")]
    [InlineData(0x2EF3, "龟")]
    [InlineData(0x31D0, "一")]
    [InlineData(0xF900, "豈")]
    [InlineData(0xF9DC, "隆")]
    [InlineData(0x2F800, "丽")]
    [InlineData(0x2FA1D, "\U0002A600")]
    public void A_look_alike_becomes_its_plain_letter(int letter, string plain)
    {
        string name = $"王{new Rune(letter)}芳";

        Assert.Equal($"王{plain}芳", PlainLetters.Fold(name));
        Assert.Null(PlainLetters.FindStrange(PlainLetters.Fold(name), joinersAllowed: false));
        // A text in which nothing may be replaced refuses the letter.
        Assert.Equal((letter, 2), (PlainLetters.FindStrange(name, joinersAllowed: false)!.Value.Letter.Value, 2));
    }

    /// <summary>Each block of the table is complete: a missing letter would shift all later ones by one.</summary>
    [Theory]
    [InlineData(0x2E80, 0x2EF3, 2)]
    [InlineData(0x2F00, 0x2FD5, 0)]
    [InlineData(0xF900, 0xFAD9, 14)]
    [InlineData(0x2F800, 0x2FA1D, 0)]
    public void Folding_gives_one_ideograph_that_is_never_folded_again(int first, int last, int withoutPlain)
    {
        int[] kept = [.. Enumerable.Range(first, last - first + 1)
            .Where(letter => PlainLetters.Fold(new Rune(letter).ToString()) == new Rune(letter).ToString())];

        Assert.Equal(withoutPlain, kept.Length);
        foreach (string plain in Enumerable.Range(first, last - first + 1).Except(kept)
            .Select(letter => PlainLetters.Fold(new Rune(letter).ToString())))
        {
            Assert.Single(plain.EnumerateRunes());
            Assert.Equal(plain, PlainLetters.Fold(plain));
            Assert.Null(PlainLetters.FindStrange(plain, joinersAllowed: false));
        }
    }

    [Theory]
    [InlineData(0x2E80)]
    [InlineData(0x2E9A)]
    [InlineData(0x2FDF)]
    [InlineData(0xFA6E)]
    [InlineData(0xE000)]
    [InlineData(0xE863)]
    [InlineData(0xF8FF)]
    [InlineData(0xF0000)]
    [InlineData(0x10FFFD)]
    [InlineData(0xFDD0)]
    [InlineData(0xFFFC)]
    [InlineData(0xFFFD)]
    [InlineData(0xFFFE)]
    [InlineData(0x1FFFF)]
    [InlineData(0xAD)]
    [InlineData(0x200B)]
    [InlineData(0x200D)]
    [InlineData(0x2060)]
    [InlineData(0x2800)]
    [InlineData(0x3164)]
    [InlineData(0xFE0F)]
    [InlineData(0xFEFF)]
    [InlineData(0xE0001)]
    [InlineData(0xE0041)]
    [InlineData(0xE0100)]
    [InlineData(0x378)]
    [InlineData(0x1C8B)]
    [InlineData(0x1FBFF)]
    public void What_nobody_sees_or_reads_is_found_in_a_name(int letter)
    {
        StrangeLetter strange = PlainLetters.FindStrange(PlainLetters.Fold($"\U00020000王{new Rune(letter)}"), joinersAllowed: false)!.Value;

        Assert.Equal((letter, 3, $"U+{letter:X4}"), (strange.Letter.Value, strange.Place, strange.CodePoint));
    }

    [Theory]
    [InlineData("王芳")]
    [InlineData("阿卜杜拉·买买提")]
    [InlineData("𠀀𪚥")]
    // A letter of Unicode 17, which the runtime may not know yet.
    [InlineData("\U000323B0")]
    [InlineData("\ufa0e〇々")]
    [InlineData("O'Neil, Zoë")]
    [InlineData("ئابدۇللا")]
    [InlineData("")]
    public void What_people_are_called_is_left_as_it_is(string name)
    {
        Assert.Same(name, PlainLetters.Fold(name));
        Assert.Null(PlainLetters.FindStrange(name, joinersAllowed: false));
    }

    [Fact]
    public void Emoji_are_for_notes()
    {
        const string note = "谢谢❤\ufe0f\U0001F468\u200d\U0001F469";
        Assert.Null(PlainLetters.FindStrange(note, joinersAllowed: true));
        Assert.NotNull(PlainLetters.FindStrange(note, joinersAllowed: false));
        Assert.NotNull(PlainLetters.FindStrange("谢\u200b谢", joinersAllowed: true));
    }

    [Theory]
    [InlineData("\u200b", "has U+200B, which can't be seen or read")]
    [InlineData("\\u200b", "has U+200B, which can't be seen or read")]
    [InlineData("\u2f7c", "has U+2F7C, which only looks like 老")]
    [InlineData("\\u202e", "has U+202E, which can't be seen or read")]
    [InlineData("\\n", "has a control character")]
    public void A_data_file_tells_where_its_letters_are_wrong(string written, string message)
    {
        byte[] file = Encoding.UTF8.GetBytes(
            $"{{\n  \"items\": [ {{ \"name\": {{\n    \"zh\": \"上门{written}助餐\" }} }}, {{ \"name\": \"好\" }} ]\n}}");

        DataError wrong = Assert.Single(DataLetters.Find(file));
        Assert.Equal(new DataError(3, "$.items[0].name.zh", message), wrong);
    }

    [Fact]
    public void Shipped_files_are_written_in_plain_letters() => Assert.All(
        Directory.GetFiles(Path.Combine(Repository.Root, "src/TimeBank.Ledger/Rules/Data"), "*.json"), file =>
            Assert.Empty(DataLetters.Find(File.ReadAllBytes(file))));
}
