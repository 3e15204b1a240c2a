using System.Buffers.Binary;
using System.Text;

namespace TimeBank.Cli;

/// <summary>
/// A Chinese font of this machine, for paper. It makes a small TrueType font of the letters that a paper has: the whole font has 13 MB, and
/// PDFsharp embeds a font with CFF outlines whole.
/// </summary>
internal sealed class PrintFont
{
    /// <summary>Where Debian, Arch and Fedora put Noto Sans CJK.</summary>
    private static readonly string[] Places =
    [
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    ];

    private const int TableEntry = 16, TableStart = 12, NameEntry = 12, Family = 1, WindowsPlatform = 3;
    private const string Simplified = " SC";

    private readonly byte[] _file;
    private readonly Dictionary<string, (int At, int Length)> _tables;
    private readonly CffOutlines _outlines;

    private PrintFont(byte[] file, int face)
    {
        _file = file;
        _tables = Tables(file, face);
        _outlines = new CffOutlines([.. Table("CFF ")]);
        UnitsPerEm = Short("head", 18);
        (Ascender, Descender) = unchecked(((short)Short("hhea", 4), (short)Short("hhea", 6)));
    }

    public int UnitsPerEm { get; }

    public int Ascender { get; }

    public int Descender { get; }

    /// <param name="file">A font that somebody named; null: the machine's own.</param>
    /// <exception cref="UsageException">There is none, or it can't be used.</exception>
    public static PrintFont Open(string? file)
    {
        string path = file ?? Places.FirstOrDefault(File.Exists) ?? throw new UsageException(
            "没有找到中文字体，无法排印：请安装 Debian 的 fonts-noto-cjk，或用 --font 指定 NotoSansCJK-Regular.ttc。",
            "No Chinese font was found to print with: install Debian's fonts-noto-cjk, or name NotoSansCJK-Regular.ttc with --font.");
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            return new PrintFont(bytes, FaceOf(bytes));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"读不了字体 {path}：{error.Message}", $"The font {path} can't be read: {error.Message}");
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            throw new UsageException($"{path} 不能用来排印：应为 CFF 轮廓的 OpenType 字体，如 NotoSansCJK-Regular.ttc。",
                $"{path} can't be used to print: it must be an OpenType font with CFF outlines, such as NotoSansCJK-Regular.ttc.");
        }
    }

    public bool Has(Rune letter) => GlyphOf(letter.Value) != 0;

    /// <summary>The glyph of a letter: its outline, and its width in the font's units.</summary>
    /// <exception cref="UsageException">The font has no such letter: a box in its place would be found out only on paper.</exception>
    public (Outline Outline, int Width) Letter(Rune letter)
    {
        int glyph = GlyphOf(letter.Value);
        if (glyph == 0) throw new UsageException($"字体里没有“{letter}”这个字。", $"The font has no letter {letter} (U+{letter.Value:X4}).");
        int metrics = Short("hhea", 34);
        return (_outlines.Glyph(glyph), Short("hmtx", 4 * Math.Min(glyph, metrics - 1)));
    }

    private int GlyphOf(int letter)
    {
        int cmap = _tables["cmap"].At, count = Short("cmap", 2);
        for (int at = 0; at < count; at++)
        {
            int table = cmap + BinaryPrimitives.ReadInt32BigEndian(_file.AsSpan(cmap + 8 + (8 * at)));
            if (BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(table)) != 12) continue;
            int groups = BinaryPrimitives.ReadInt32BigEndian(_file.AsSpan(table + 12));
            for (int group = 0; group < groups; group++)
            {
                ReadOnlySpan<byte> entry = _file.AsSpan(table + 16 + (12 * group), 12);
                int first = BinaryPrimitives.ReadInt32BigEndian(entry), last = BinaryPrimitives.ReadInt32BigEndian(entry[4..]);
                if (letter >= first && letter <= last) return BinaryPrimitives.ReadInt32BigEndian(entry[8..]) + letter - first;
            }
        }
        return 0;
    }

    private ReadOnlySpan<byte> Table(string name) => _file.AsSpan(_tables[name].At, _tables[name].Length);

    private int Short(string table, int at) => BinaryPrimitives.ReadUInt16BigEndian(Table(table)[at..]);

    /// <summary>Of a collection the face for simplified Chinese; its faces differ in which shape a letter has.</summary>
    private static int FaceOf(byte[] file)
    {
        if (!file.AsSpan(0, 4).SequenceEqual("ttcf"u8)) return 0;
        int count = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(8));
        int[] faces = [.. Enumerable.Range(0, count).Select(face => BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(12 + (4 * face))))];
        return faces.FirstOrDefault(face => FamilyOf(file, face).EndsWith(Simplified, StringComparison.Ordinal), faces[0]);
    }

    private static string FamilyOf(byte[] file, int face)
    {
        (int at, _) = Tables(file, face)["name"];
        int count = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        int texts = at + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 4));
        for (int entry = at + 6; entry < at + 6 + (NameEntry * count); entry += NameEntry)
        {
            int Of(int field) => BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(entry + (2 * field)));
            if (Of(0) == WindowsPlatform && Of(3) == Family) return Encoding.BigEndianUnicode.GetString(file, texts + Of(5), Of(4));
        }
        return "";
    }

    private static Dictionary<string, (int At, int Length)> Tables(byte[] file, int face)
    {
        var tables = new Dictionary<string, (int At, int Length)>();
        int count = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(face + 4));
        for (int table = 0; table < count; table++)
        {
            ReadOnlySpan<byte> entry = file.AsSpan(face + TableStart + (TableEntry * table), TableEntry);
            tables[Encoding.ASCII.GetString(entry[..4])] =
                (BinaryPrimitives.ReadInt32BigEndian(entry[8..]), BinaryPrimitives.ReadInt32BigEndian(entry[12..]));
        }
        return tables;
    }
}
