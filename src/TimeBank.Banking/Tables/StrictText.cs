using System.Text;

namespace TimeBank.Banking;

/// <summary>
/// Text from bytes, strictly: a byte that isn't of the encoding refuses the file with its line, and nothing is replaced by a question mark.
/// </summary>
internal static class StrictText
{
    private const int Gb18030CodePage = 54936;
    private const int ProbeBytes = 1 << 16;
    private const int LongestLine = 1 << 20;

    private static readonly Encoding Utf8 = new UTF8Encoding(false, true);
    private static readonly Encoding LittleEndian = new UnicodeEncoding(false, true, true);
    private static readonly Encoding BigEndian = new UnicodeEncoding(true, true, true);
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding(
        Gb18030CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>For names inside archives, which no standard ties to an encoding.</summary>
    public static Encoding ChineseNames => Gb18030;

    /// <summary>
    /// A reader of the text. A mark decides; without one it is the profile's first encoding in which the beginning of the file is valid.
    /// </summary>
    /// <exception cref="RefusedException">The file's mark or its beginning is of none of the profile's encodings.</exception>
    public static TextReader Open(Stream file, StatementProfile profile)
    {
        byte[] head = new byte[ProbeBytes];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length == 0) throw RefusedException.Of(RefusalReason.FileEmpty, 0);
        (Encoding encoding, TextEncodingName name, int mark) = Choose(head.AsSpan(0, length), length < ProbeBytes, profile);
        Stream whole = new JoinedStream(head.AsMemory(mark, length - mark), file);
        return new StrictReader(whole, encoding, name);
    }

    private static (Encoding Encoding, TextEncodingName Name, int Mark) Choose(
        ReadOnlySpan<byte> head, bool isWhole, StatementProfile profile)
    {
        (Encoding, TextEncodingName, int)? marked = head.StartsWith(Encoding.UTF8.Preamble) ? (Utf8, TextEncodingName.Utf8, 3)
            : head.StartsWith(LittleEndian.Preamble) ? (LittleEndian, TextEncodingName.Utf16, 2)
            : head.StartsWith(BigEndian.Preamble) ? (BigEndian, TextEncodingName.Utf16, 2) : null;
        if (marked is { } found) return profile.Encodings.Contains(found.Item2) ? found : throw Wrong(1, profile.Encodings);
        int furthest = 1;
        foreach (TextEncodingName name in profile.Encodings.Where(name => name != TextEncodingName.Utf16))
        {
            Encoding encoding = name == TextEncodingName.Utf8 ? Utf8 : name == TextEncodingName.Gb18030 ? Gb18030 : Encoding.Latin1;
            int line = FirstWrongLine(encoding, head, isWhole);
            if (line == 0) return (encoding, name, 0);
            furthest = Math.Max(furthest, line);
        }
        throw Wrong(furthest, profile.Encodings);
    }

    /// <returns>The line of the first byte that isn't of the encoding; 0 where all are.</returns>
    private static int FirstWrongLine(Encoding encoding, ReadOnlySpan<byte> head, bool isWhole)
    {
        Decoder decoder = encoding.GetDecoder();
        char[] letters = new char[encoding.GetMaxCharCount(head.Length)];
        try
        {
            decoder.Convert(head, letters, isWhole, out _, out int used, out _);
            int nul = letters.AsSpan(0, used).IndexOf('\0');
            return nul < 0 ? 0 : 1 + letters.AsSpan(0, nul).Count('\n');
        }
        catch (DecoderFallbackException wrong)
        {
            return 1 + head[..Math.Clamp(wrong.Index, 0, head.Length)].Count((byte)'\n');
        }
    }

    private static RefusedException Wrong(int line, IEnumerable<TextEncodingName> names) =>
        RefusedException.Of(RefusalReason.EncodingWrong, line, null, string.Join("/", names.Select(NameOf)));

    private static string NameOf(TextEncodingName name) => name switch
    {
        TextEncodingName.Utf8 => "UTF-8",
        TextEncodingName.Utf16 => "UTF-16",
        TextEncodingName.Gb18030 => "GB18030",
        TextEncodingName.Latin1 => "Latin-1",
    };

    /// <summary>Decodes and counts lines, so that a wrong byte deep in the file is refused with its place, and so is a NUL.</summary>
    private sealed class StrictReader(Stream bytes, Encoding encoding, TextEncodingName name) : TextReader
    {
        private readonly Decoder decoder = encoding.GetDecoder();
        private readonly byte[] chunk = new byte[1 << 14];
        private readonly char[] letters = new char[encoding.GetMaxCharCount(1 << 14)];
        private int at, length, linesBefore, sinceLineEnd;
        private bool ended;

        public override int Peek() => Fill() ? letters[at] : -1;

        public override int Read() => Fill() ? letters[at++] : -1;

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            if (!Fill()) return 0;
            int count = Math.Min(buffer.Length, length - at);
            letters.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }

        private bool Fill()
        {
            while (at == length && !ended)
            {
                int got = bytes.Read(chunk);
                ended = got == 0;
                (at, length) = (0, Decode(chunk.AsSpan(0, got)));
            }
            return at < length;
        }

        private int Decode(ReadOnlySpan<byte> part)
        {
            int count;
            try
            {
                count = decoder.GetChars(part, letters, flush: part.IsEmpty);
            }
            catch (DecoderFallbackException wrong)
            {
                throw Wrong(1 + linesBefore + part[..Math.Clamp(wrong.Index, 0, part.Length)].Count((byte)'\n'), [name]);
            }
            int nul = letters.AsSpan(0, count).IndexOf('\0');
            if (nul >= 0) throw Wrong(1 + linesBefore + letters.AsSpan(0, nul).Count('\n'), [name]);
            int lineEnd = letters.AsSpan(0, count).LastIndexOfAny('\r', '\n');
            sinceLineEnd = lineEnd < 0 ? sinceLineEnd + count : count - lineEnd;
            linesBefore += letters.AsSpan(0, count).Count('\n');
            return sinceLineEnd <= LongestLine ? count : throw RefusedException.Of(RefusalReason.LineTooLong, 1 + linesBefore);
        }
    }
}
