using System.Buffers.Binary;
using System.Text;

namespace TimeBank.Cli;

/// <summary>Writes a TrueType font of a few letters (OpenType 1.9): what a PDF embeds.</summary>
internal static class TrueTypeSubset
{
    private const int Header = 12, Entry = 16, CheckSumAdjustmentAt = 8;
    private const uint WholeSum = 0xB1B0AFBA;

    /// <param name="name">The family's name; letters and digits.</param>
    /// <param name="letters">Without the zero letter.</param>
    public static byte[] Write(PrintFont font, string name, IEnumerable<Rune> letters)
    {
        Rune[] sorted = [.. letters.Distinct().Order()];
        // Glyph 0 stands for what is missing; it is empty, since nothing is.
        (Outline Outline, int Width)[] glyphs =
            [(new Outline(), font.UnitsPerEm), .. sorted.Select(letter => font.Letter(letter))];
        var glyf = new Bytes();
        var loca = new Bytes();
        var hmtx = new Bytes();
        int points = 0, contours = 0;
        foreach ((Outline outline, int width) in glyphs)
        {
            loca.Long(glyf.Length);
            (int left, int most) = Glyph(glyf, outline);
            hmtx.Short(width).Short(left);
            (points, contours) = (Math.Max(points, most), Math.Max(contours, outline.Contours.Count));
        }
        loca.Long(glyf.Length);
        int em = font.UnitsPerEm, up = font.Ascender, down = font.Descender, widest = glyphs.Max(glyph => glyph.Width);
        return File(new SortedDictionary<string, Bytes>(StringComparer.Ordinal)
        {
            ["head"] = new Bytes().Long(0x10000).Long(0x10000).Long(0).Long(0x5F0F3CF5).Short(3).Short(em).Long(0).Long(0).Long(0).Long(0)
                .Short(0).Short(down).Short(widest).Short(up).Short(0).Short(6).Short(2).Short(1).Short(0),
            ["hhea"] = new Bytes().Long(0x10000).Short(up).Short(down).Short(0).Short(widest).Short(0).Short(0).Short(widest).Short(1)
                .Short(0).Short(0).Long(0).Long(0).Short(0).Short(glyphs.Length),
            ["maxp"] = new Bytes().Long(0x10000).Short(glyphs.Length).Short(points).Short(contours).Short(0).Short(0).Short(1).Short(0)
                .Short(0).Short(0).Short(0).Short(0).Short(0).Short(0).Short(0),
            ["OS/2"] = Os2(em, up, down, sorted),
            ["hmtx"] = hmtx,
            ["cmap"] = Cmap(sorted),
            ["loca"] = loca,
            ["glyf"] = glyf,
            ["name"] = Names(name),
            ["post"] = new Bytes().Long(0x30000).Long(0).Short(-em / 10).Short(em / 20).Long(0).Long(0).Long(0).Long(0).Long(0),
        });
    }

    /// <returns>The left edge, and the number of points.</returns>
    private static (int Left, int Points) Glyph(Bytes glyf, Outline outline)
    {
        (int X, int Y, bool IsOnCurve)[][] contours = [.. outline.Contours.Select(contour =>
            contour.Select(point => ((int)Math.Round(point.X), (int)Math.Round(point.Y), point.IsOnCurve)).ToArray())];
        if (contours.Length == 0) return (0, 0);
        (int X, int Y, bool IsOnCurve)[] all = [.. contours.SelectMany(contour => contour)];
        glyf.Short(contours.Length).Short(all.Min(point => point.X)).Short(all.Min(point => point.Y)).Short(all.Max(point => point.X))
            .Short(all.Max(point => point.Y));
        int last = -1;
        foreach ((int X, int Y, bool IsOnCurve)[] contour in contours) glyf.Short(last += contour.Length);
        glyf.Short(0);
        foreach (var point in all) glyf.Byte(point.IsOnCurve ? 1 : 0);
        for (int at = 0; at < all.Length; at++) glyf.Short(all[at].X - (at == 0 ? 0 : all[at - 1].X));
        for (int at = 0; at < all.Length; at++) glyf.Short(all[at].Y - (at == 0 ? 0 : all[at - 1].Y));
        glyf.Align();
        return (all.Min(point => point.X), all.Length);
    }

    /// <summary>
    /// Format 4 for the basic plane, with a segment for each letter and the closing one, and format 12 for all planes: rare surnames stand
    /// in plane 2. In the order of the letters, so those of the basic plane come first and have the first glyphs.
    /// </summary>
    private static Bytes Cmap(Rune[] letters)
    {
        const int tablesEnd = 20;
        int[] basic = [.. letters.Where(letter => letter.IsBmp).Select(letter => letter.Value)];
        int segments = basic.Length + 1, power = 1, log = 0, length = 16 + (8 * segments);
        for (; power * 2 <= segments; power *= 2) log++;
        var cmap = new Bytes().Short(0).Short(2).Short(3).Short(1).Long(tablesEnd).Short(3).Short(10).Long(tablesEnd + length)
            .Short(4).Short(length).Short(0).Short(2 * segments).Short(2 * power).Short(log).Short(2 * (segments - power));
        foreach (int letter in basic) cmap.Short(letter);
        cmap.Short(0xFFFF).Short(0);
        foreach (int letter in basic) cmap.Short(letter);
        cmap.Short(0xFFFF);
        for (int at = 0; at < basic.Length; at++) cmap.Short(at + 1 - basic[at]);
        cmap.Short(1);
        for (int at = 0; at < segments; at++) cmap.Short(0);
        cmap.Short(12).Short(0).Long(16 + (12 * letters.Length)).Long(0).Long(letters.Length);
        for (int at = 0; at < letters.Length; at++) cmap.Long(letters[at].Value).Long(letters[at].Value).Long(at + 1);
        return cmap;
    }

    private static Bytes Names(string name)
    {
        (int Id, string Text)[] names = [(1, name), (2, "Regular"), (3, name), (4, name), (6, name)];
        var table = new Bytes().Short(0).Short(names.Length).Short(6 + (12 * names.Length));
        int at = 0;
        foreach ((int id, string text) in names)
        {
            table.Short(3).Short(1).Short(0x409).Short(id).Short(2 * text.Length).Short(at);
            at += 2 * text.Length;
        }
        foreach ((_, string text) in names)
        {
            foreach (char letter in text) table.Short(letter);
        }
        return table;
    }

    private static Bytes Os2(int em, int up, int down, Rune[] letters)
    {
        var table = new Bytes().Short(3).Short(em).Short(400).Short(5).Short(0);
        // Sizes and places of subscripts, superscripts and a line through the text.
        foreach (int tenths in new[] { 6, 6, 0, 1, 6, 6, 0, 4, 1, 3 }) table.Short(em * tenths / 10);
        table.Short(0);
        for (int at = 0; at < 10; at++) table.Byte(0);
        // Latin, and unified ideographs.
        table.Long(1).Long(1 << 27).Long(0).Long(0).Long(0x54494D45).Short(0x40).Short(Math.Min(letters[0].Value, 0xFFFF))
            .Short(Math.Min(letters[^1].Value, 0xFFFF))
            .Short(up).Short(down).Short(0).Short(up).Short(-down).Long(1).Long(0)
            .Short(em / 2).Short(em * 7 / 10).Short(0).Short(32).Short(1);
        return table;
    }

    private static byte[] File(SortedDictionary<string, Bytes> tables)
    {
        int power = 1, log = 0;
        for (; power * 2 <= tables.Count; power *= 2) log++;
        var file = new Bytes().Long(0x10000).Short(tables.Count).Short(Entry * power).Short(log).Short(Entry * (tables.Count - power));
        int at = Header + (Entry * tables.Count), head = 0;
        foreach ((string tag, Bytes table) in tables)
        {
            int length = table.Length;
            table.Align();
            if (tag == "head") head = at;
            foreach (char letter in tag) file.Byte(letter);
            file.Long(unchecked((int)Sum(table.ToArray()))).Long(at).Long(length);
            at += table.Length;
        }
        foreach (Bytes table in tables.Values) file.Add(table);
        byte[] bytes = file.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(head + CheckSumAdjustmentAt), unchecked(WholeSum - Sum(bytes)));
        return bytes;
    }

    private static uint Sum(byte[] bytes)
    {
        uint sum = 0;
        for (int at = 0; at + 3 < bytes.Length; at += 4) sum = unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)));
        return sum;
    }

    /// <summary>Big-endian numbers, one after the other. Negative numbers are two's complements.</summary>
    private sealed class Bytes
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public Bytes Byte(int value)
        {
            _bytes.Add(unchecked((byte)value));
            return this;
        }

        public Bytes Short(int value) => Byte(value >> 8).Byte(value);

        public Bytes Long(int value) => Short(value >> 16).Short(value);

        public void Add(Bytes other) => _bytes.AddRange(other._bytes);

        public void Align()
        {
            while (_bytes.Count % 4 != 0) _bytes.Add(0);
        }

        public byte[] ToArray() => [.. _bytes];
    }
}
