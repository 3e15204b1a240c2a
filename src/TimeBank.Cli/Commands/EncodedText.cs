using System.Globalization;
using System.Text;

namespace TimeBank.Cli;

/// <summary>
/// Reads text from bytes, strictly: refuses the first line that it can't read exactly. Without a given encoding a byte order mark decides;
/// without a mark valid UTF-8 is UTF-8, and valid GB18030, the encoding of old exports, is GB18030. Chinese text is hardly ever valid in
/// both.
/// </summary>
internal static class EncodedText
{
    private const int Gb18030CodePage = 54936;

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
    private static readonly Encoding LittleEndian = new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true);
    private static readonly Encoding BigEndian = new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true);
    private static readonly Encoding Gb18030 =
        CodePagesEncodingProvider.Instance.GetEncoding(Gb18030CodePage, EncoderFallback.ExceptionFallback,
        DecoderFallback.ExceptionFallback)!;

    // U+FEFF in GB18030, which has no byte order mark of its own.
    private static readonly byte[] Gb18030Mark = [0x84, 0x31, 0x95, 0x33];

    /// <summary>Finds an encoding by its common name; null if no name is given.</summary>
    /// <exception cref="UsageException">No encoding has that name.</exception>
    public static TextEncoding? ParseOrNull(string? name) => name?.ToLowerInvariant() switch
    {
        null => null,
        "utf-8" or "utf8" => TextEncoding.Utf8,
        "utf-16" or "utf16" => TextEncoding.Utf16,
        "gb18030" or "gbk" or "gb2312" => TextEncoding.Gb18030,
        _ => throw new UsageException($"没有“{name}”这种编码；可用：utf-8、utf-16、gb18030、gbk。",
            $"There is no encoding {name}; choose from utf-8, utf-16, gb18030, gbk."),
    };

    public static string NameOf(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf8 => "UTF-8",
        TextEncoding.Utf16 => "UTF-16",
        TextEncoding.Gb18030 => "GB18030",
    };

    /// <param name="given">The encoding; null: detect it.</param>
    /// <exception cref="UsageException">The bytes have another encoding, or none.</exception>
    public static (string Text, TextEncoding Encoding) Read(byte[] bytes, TextEncoding? given)
    {
        (Encoding? marked, TextEncoding encoding, int mark) = Marked(bytes);
        if (given is { } asked && marked is not null && asked != encoding)
        {
            throw new UsageException($"文件以 {NameOf(encoding)} 的标记开头，不是 {NameOf(asked)}。",
                $"The file begins with the mark of {NameOf(encoding)}: it isn't {NameOf(asked)}.");
        }
        if (marked is null && given == TextEncoding.Utf16) throw new UsageException(
            "UTF-16 文件须以标记（BOM）开头。", "A file in UTF-16 must begin with its mark.");
        if (marked is null && given is null) return Detect(bytes);
        marked ??= given == TextEncoding.Gb18030 ? Gb18030 : Utf8;
        encoding = given ?? encoding;
        (string? text, int line) = Decode(marked, bytes[mark..]);
        return (text ?? throw Wrong(line, encoding), encoding);
    }

    private static (string Text, TextEncoding Encoding) Detect(byte[] bytes)
    {
        (string? text, int notUtf8) = Decode(Utf8, bytes);
        if (text is not null) return (text, TextEncoding.Utf8);
        (text, int notGb18030) = Decode(Gb18030, bytes);
        // Other bytes, such as broken UTF-8, often decode as GB18030, but seldom without unassigned characters.
        if (text is not null && (notGb18030 = FirstUnassigned(text)) == 0) return (text, TextEncoding.Gb18030);
        throw new UsageException(
            $"文件既不是 UTF-8（见第 {notUtf8} 行），也不是 GB18030（见第 {notGb18030} 行）。请用 --encoding 指定编码，或在表格软件中另存为“CSV UTF-8”。",
            $"The file is neither UTF-8 (see line {notUtf8}) nor GB18030 (see line {notGb18030}). Say what it is with --encoding, or save "
                + "it as \"CSV UTF-8\" from the spreadsheet.");
    }

    /// <returns>The text; or null and the line that is not in this encoding.</returns>
    private static (string? Text, int Line) Decode(Encoding encoding, byte[] bytes)
    {
        try
        {
            string text = encoding.GetString(bytes);
            int nul = text.IndexOf('\0', StringComparison.Ordinal);
            return nul < 0 ? (text, 0) : throw new UsageException(
                $"第 {LineAt(text, nul)} 行有空字符（NUL）：不是文本文件，或是没有标记的 UTF-16。",
                    $"Line {LineAt(text, nul)} has a NUL character: this isn't text, or it is UTF-16 without its mark.");
        }
        catch (DecoderFallbackException error)
        {
            // The position may lie behind half a character, which makes no line.
            var lenient = (Encoding)encoding.Clone();
            lenient.DecoderFallback = DecoderFallback.ReplacementFallback;
            string before = lenient.GetString(bytes, 0, Math.Clamp(error.Index, 0, bytes.Length));
            return (null, LineAt(before, before.Length));
        }
    }

    private static (Encoding? Encoding, TextEncoding Name, int Length) Marked(byte[] bytes) =>
        bytes.AsSpan().StartsWith(Utf8.Preamble) ? (Utf8, TextEncoding.Utf8, Utf8.Preamble.Length)
        : bytes.AsSpan().StartsWith(LittleEndian.Preamble) ? (LittleEndian, TextEncoding.Utf16, LittleEndian.Preamble.Length)
        : bytes.AsSpan().StartsWith(BigEndian.Preamble) ? (BigEndian, TextEncoding.Utf16, BigEndian.Preamble.Length)
        : bytes.AsSpan().StartsWith(Gb18030Mark) ? (Gb18030, TextEncoding.Gb18030, Gb18030Mark.Length)
        : (null, default, 0);

    /// <summary>The line of the first character that carries no meaning: a control, private-use or unassigned one; 0 if there is
    /// none.</summary>
    private static int FirstUnassigned(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, at);
            bool isUsed = text[at] is '\t' or '\r' or '\n'
                || category is not (UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            if (!isUsed) return LineAt(text, at);
        }
        return 0;
    }

    /// <summary>The line number of a position, counted like <see cref="TextReader.ReadLine"/>.</summary>
    private static int LineAt(string text, int place)
    {
        int line = 1;
        for (int at = 0; at < place; at++)
        {
            bool endsLine = text[at] == '\n' || (text[at] == '\r' && (at + 1 >= text.Length || text[at + 1] != '\n'));
            if (endsLine) line++;
        }
        return line;
    }

    private static UsageException Wrong(int line, TextEncoding encoding) =>
        new($"第 {line} 行不是 {NameOf(encoding)} 编码。", $"Line {line} isn't {NameOf(encoding)}.");
}

/// <summary>The encoding of a text file.</summary>
internal enum TextEncoding
{
    /// <summary>With or without a byte order mark.</summary>
    Utf8,

    /// <summary>With a byte order mark, which tells the byte order.</summary>
    Utf16,

    /// <summary>The Chinese national encoding. GBK and GB2312 are subsets.</summary>
    Gb18030,
}
