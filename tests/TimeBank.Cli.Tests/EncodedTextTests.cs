using System.Text;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class EncodedTextTests
{
    // 中文 in GBK, and bytes that are in none of the encodings.
    private const string Gbk = "D6D0CEC4", Nothing = "FF";

    [Theory]
    [InlineData("E4B8ADE69687", "中文", TextEncoding.Utf8)]
    [InlineData("EFBBBFE4B8AD", "中", TextEncoding.Utf8)]
    [InlineData("FFFE2D4E", "中", TextEncoding.Utf16)]
    [InlineData("FEFF4E2D", "中", TextEncoding.Utf16)]
    [InlineData(Gbk, "中文", TextEncoding.Gb18030)]
    [InlineData("84319533D6D0", "中", TextEncoding.Gb18030)]
    [InlineData("81308130D6D0", null, null)]
    [InlineData("6161", "aa", TextEncoding.Utf8)]
    [InlineData("", "", TextEncoding.Utf8)]
    public void The_encoding_is_found_out(string hex, string? text, object? encoding)
    {
        if (text is null) Assert.Throws<UsageException>(() => EncodedText.Read(Convert.FromHexString(hex), null));
        else Assert.Equal((text, (TextEncoding)encoding!), EncodedText.Read(Convert.FromHexString(hex), null));
    }

    [Theory]
    [InlineData("utf-8", Gbk, "Line 1 isn't UTF-8")]
    [InlineData("utf-8", "610A620AD6D0", "Line 3 isn't UTF-8")]
    [InlineData("gbk", "610D0A620D0D0A" + Nothing, "Line 4 isn't GB18030")]
    [InlineData("gb18030", "61D6", "Line 1 isn't GB18030")]
    [InlineData("GBK", "EFBBBF61", "the mark of UTF-8")]
    [InlineData("utf-8", "FFFE6100", "the mark of UTF-16")]
    [InlineData("utf-16", "6100", "must begin with its mark")]
    [InlineData("utf-16", "FFFE61000A0000D86100", "Line 2 isn't UTF-16")]
    [InlineData("utf-16", "FEFF0061000A00", "Line 2 isn't UTF-16")]
    [InlineData("gb2312", "610A00", "Line 2 has a NUL")]
    [InlineData("latin-1", "61", "There is no encoding latin-1")]
    [InlineData("", "61", "There is no encoding")]
    public void What_is_not_in_the_encoding_given_is_refused_with_its_line(string name, string hex, string why) =>
        RefusedAs(why, hex, name);

    [Theory]
    [InlineData("610A" + Gbk + "0A" + Nothing, "neither UTF-8 (see line 2) nor GB18030 (see line 3)")]
    [InlineData("610062000A00", "Line 1 has a NUL")]
    [InlineData("FFFE000061000000", "Line 1 has a NUL")]
    // 中文 in UTF-8 with a wrong byte after it: as GB18030 it would have a character for private use.
    [InlineData("610AE4B8ADE69687312C0AFF41", "neither UTF-8 (see line 3) nor GB18030 (see line 3)")]
    [InlineData("610AE4B8ADE69687312C0AC341", "neither UTF-8 (see line 3) nor GB18030 (see line 2)")]
    // Western text, whose accents take the next letter with them.
    [InlineData("63616620E92C310A", "neither UTF-8 (see line 1) nor GB18030 (see line 1)")]
    public void What_is_in_no_encoding_is_refused_with_its_lines(string hex, string why) => RefusedAs(why, hex, null);

    [Fact]
    public void All_of_GBK_reads_as_it_was_written()
    {
        Encoding gbk = CodePagesEncodingProvider.Instance.GetEncoding("GBK")!;
        string text = string.Concat(Enumerable.Range(0x4E00, 0x5200).Select(code => (char)code)
            .Where(letter => gbk.GetString(gbk.GetBytes([letter])) == $"{letter}"));

        Assert.True(text.Length > 20_000);
        Assert.Equal((text, TextEncoding.Gb18030), EncodedText.Read(gbk.GetBytes(text), null));
    }

    private static void RefusedAs(string why, string hex, string? name)
    {
        UsageException refused = Assert.Throws<UsageException>(
            () => EncodedText.Read(Convert.FromHexString(hex), EncodedText.ParseOrNull(name)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(refused.Message, refused.In(Language.Chinese));
    }
}
