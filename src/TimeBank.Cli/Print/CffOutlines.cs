using System.Buffers.Binary;

namespace TimeBank.Cli;

/// <summary>
/// Reads glyphs of a font in the Compact Font Format (Adobe Technical Notes 5176 and 5177), which Noto CJK has. Units are the font's own.
/// </summary>
internal sealed class CffOutlines
{
    private const int CharStringsKey = 17, PrivateKey = 18, SubrsKey = 19, FdArrayKey = 0x0C24, FdSelectKey = 0x0C25;

    private readonly byte[] _cff;
    private readonly (int At, int Length)[] _glyphs, _global;
    private readonly (int At, int Length)[][] _local;
    private readonly int _select;

    /// <exception cref="FormatException">The bytes are not such a font.</exception>
    public CffOutlines(byte[] cff)
    {
        _cff = cff;
        int at = cff[2];
        Index(ref at);
        (int top, int topLength) = Index(ref at)[0];
        Index(ref at);
        _global = Index(ref at);
        Dictionary<int, int[]> dict = Dict(top, topLength);
        at = dict[CharStringsKey][0];
        _glyphs = Index(ref at);
        if (dict.TryGetValue(FdArrayKey, out int[]? fonts))
        {
            at = fonts[0];
            _local = [.. Index(ref at).Select(font => Subroutines(Dict(font.At, font.Length)))];
            _select = dict[FdSelectKey][0];
        }
        else
        {
            _local = [Subroutines(dict)];
        }
    }

    public Outline Glyph(int glyph)
    {
        var outline = new Outline();
        new CharString(_cff, _global, _local[FontOf(glyph)], outline).Run(_glyphs[glyph]);
        outline.Close();
        return outline;
    }

    private int FontOf(int glyph)
    {
        if (_select == 0) return 0;
        if (_cff[_select] == 0) return _cff[_select + 1 + glyph];
        int ranges = Short(_select + 1), found = 0;
        for (int range = 0; range < ranges && Short(_select + 3 + (3 * range)) <= glyph; range++) found = _cff[_select + 5 + (3 * range)];
        return found;
    }

    private (int At, int Length)[] Subroutines(Dictionary<int, int[]> dict)
    {
        if (!dict.TryGetValue(PrivateKey, out int[]? own)) return [];
        if (!Dict(own[1], own[0]).TryGetValue(SubrsKey, out int[]? offset)) return [];
        int at = own[1] + offset[0];
        return Index(ref at);
    }

    private int Short(int at) => BinaryPrimitives.ReadUInt16BigEndian(_cff.AsSpan(at));

    private (int At, int Length)[] Index(ref int at)
    {
        int count = Short(at);
        if (count == 0)
        {
            at += 2;
            return [];
        }
        int size = _cff[at + 2], offsets = at + 3, data = offsets + ((count + 1) * size) - 1;
        int Offset(int item)
        {
            int value = 0;
            for (int part = 0; part < size; part++) value = (value << 8) | _cff[offsets + (item * size) + part];
            return data + value;
        }

        var items = new (int At, int Length)[count];
        for (int item = 0; item < count; item++) items[item] = (Offset(item), Offset(item + 1) - Offset(item));
        at = Offset(count);
        return items;
    }

    /// <summary>The operators with whole numbers; real numbers, which only other operators have, count as 0.</summary>
    private Dictionary<int, int[]> Dict(int at, int length)
    {
        var dict = new Dictionary<int, int[]>();
        var operands = new List<int>();
        for (int end = at + length; at < end;)
        {
            int first = _cff[at++];
            if (first <= 21)
            {
                int key = first == 12 ? 0x0C00 | _cff[at++] : first;
                dict[key] = [.. operands];
                operands.Clear();
            }
            else if (first == 28)
            {
                operands.Add(unchecked((short)Short(at)));
                at += 2;
            }
            else if (first == 29)
            {
                operands.Add(BinaryPrimitives.ReadInt32BigEndian(_cff.AsSpan(at)));
                at += 4;
            }
            else if (first == 30)
            {
                while ((_cff[at++] & 0xF) != 0xF) { }
                operands.Add(0);
            }
            else
            {
                operands.Add(first <= 246 ? first - 139 : first <= 250 ? ((first - 247) * 256) + _cff[at++] + 108
                    : (-(first - 251) * 256) - _cff[at++] - 108);
            }
        }
        return dict;
    }
}

/// <summary>A glyph's contours as quadratic curves, as TrueType has them.</summary>
internal sealed class Outline
{
    /// <summary>Of one cubic curve. Four quadratic ones leave less than a thousandth of the letter's height.</summary>
    private const int Pieces = 4;

    private List<(double X, double Y, bool IsOnCurve)> _contour = [];

    public List<IReadOnlyList<(double X, double Y, bool IsOnCurve)>> Contours { get; } = [];

    public (double X, double Y) Here { get; private set; }

    public void Move(double dx, double dy)
    {
        Close();
        Here = (Here.X + dx, Here.Y + dy);
        _contour.Add((Here.X, Here.Y, true));
    }

    public void Line(double dx, double dy)
    {
        Here = (Here.X + dx, Here.Y + dy);
        _contour.Add((Here.X, Here.Y, true));
    }

    /// <param name="dx1">Each pair is relative to the one before.</param>
    public void Curve(double dx1, double dy1, double dx2, double dy2, double dx3, double dy3)
    {
        (double X, double Y) a = Here, b = (a.X + dx1, a.Y + dy1), c = (b.X + dx2, b.Y + dy2), d = (c.X + dx3, c.Y + dy3);
        for (int piece = 1; piece <= Pieces; piece++)
        {
            double from = (piece - 1.0) / Pieces, to = (double)piece / Pieces;
            (double x0, double y0) = At(from);
            (double x1, double y1) = At((from + to) / 2);
            (double x2, double y2) = At(to);
            // The quadratic curve through the piece's middle.
            _contour.Add(((2 * x1) - ((x0 + x2) / 2), (2 * y1) - ((y0 + y2) / 2), false));
            _contour.Add((x2, y2, true));
        }
        Here = d;

        (double X, double Y) At(double t)
        {
            double s = 1 - t, w0 = s * s * s, w1 = 3 * s * s * t, w2 = 3 * s * t * t, w3 = t * t * t;
            return ((w0 * a.X) + (w1 * b.X) + (w2 * c.X) + (w3 * d.X), (w0 * a.Y) + (w1 * b.Y) + (w2 * c.Y) + (w3 * d.Y));
        }
    }

    public void Close()
    {
        if (_contour.Count > 2) Contours.Add(_contour);
        _contour = [];
    }
}

/// <summary>Runs a Type 2 charstring: the little program that draws a glyph.</summary>
internal sealed class CharString(byte[] cff, (int At, int Length)[] global, (int At, int Length)[] local, Outline outline)
{
    private const int MaxDepth = 10;

    private readonly List<double> _stack = [];
    private int _hints;

    /// <returns>True where the glyph has ended.</returns>
    public bool Run((int At, int Length) program, int depth = 0)
    {
        if (depth > MaxDepth) throw new FormatException("A glyph's subroutines are nested too deep.");
        for (int at = program.At, end = program.At + program.Length; at < end;)
        {
            int code = cff[at++];
            switch (code)
            {
                case 28:
                    _stack.Add(BinaryPrimitives.ReadInt16BigEndian(cff.AsSpan(at)));
                    at += 2;
                    break;
                case 255:
                    _stack.Add(BinaryPrimitives.ReadInt32BigEndian(cff.AsSpan(at)) / 65536.0);
                    at += 4;
                    break;
                case >= 32:
                    _stack.Add(code <= 246 ? code - 139 : code <= 250 ? ((code - 247) * 256) + cff[at++] + 108
                        : (-(code - 251) * 256) - cff[at++] - 108);
                    break;
                case 10:
                    if (Run(Called(local), depth + 1)) return true;
                    break;
                case 29:
                    if (Run(Called(global), depth + 1)) return true;
                    break;
                case 11:
                    return false;
                case 14:
                    return true;
                case 1 or 3 or 18 or 23:
                    _hints += _stack.Count / 2;
                    _stack.Clear();
                    break;
                case 19 or 20:
                    _hints += _stack.Count / 2;
                    _stack.Clear();
                    at += (_hints + 7) / 8;
                    break;
                default:
                    Draw(code == 12 ? 0x0C00 | cff[at++] : code);
                    _stack.Clear();
                    break;
            }
        }
        return false;
    }

    private (int At, int Length) Called((int At, int Length)[] subroutines)
    {
        int bias = subroutines.Length < 1240 ? 107 : subroutines.Length < 33900 ? 1131 : 32768;
        int number = (int)_stack[^1] + bias;
        _stack.RemoveAt(_stack.Count - 1);
        return subroutines[number];
    }

    private void Draw(int code)
    {
        double[] s = [.. _stack];
        switch (code)
        {
            // What stands before the last numbers of a move is the glyph's width.
            case 21: outline.Move(s[^2], s[^1]); break;
            case 22: outline.Move(s[^1], 0); break;
            case 4: outline.Move(0, s[^1]); break;
            case 5: Lines(s, 0, s.Length); break;
            case 6: AlternatingLines(s, isHorizontal: true); break;
            case 7: AlternatingLines(s, isHorizontal: false); break;
            case 8: Curves(s, 0, s.Length); break;
            case 24:
                Curves(s, 0, s.Length - 2);
                Lines(s, s.Length - 2, s.Length);
                break;
            case 25:
                Lines(s, 0, s.Length - 6);
                Curves(s, s.Length - 6, s.Length);
                break;
            case 26: AlongCurves(s, isHorizontal: false); break;
            case 27: AlongCurves(s, isHorizontal: true); break;
            case 30: AlternatingCurves(s, isHorizontal: false); break;
            case 31: AlternatingCurves(s, isHorizontal: true); break;
            case 0x0C22:
                outline.Curve(s[0], 0, s[1], s[2], s[3], 0);
                outline.Curve(s[4], 0, s[5], -s[2], s[6], 0);
                break;
            case 0x0C23: Curves(s, 0, 12); break;
            case 0x0C24:
                outline.Curve(s[0], s[1], s[2], s[3], s[4], 0);
                outline.Curve(s[5], 0, s[6], s[7], s[8], -(s[1] + s[3] + s[7]));
                break;
            case 0x0C25:
                double dx = s[0] + s[2] + s[4] + s[6] + s[8], dy = s[1] + s[3] + s[5] + s[7] + s[9];
                bool isFlat = Math.Abs(dx) > Math.Abs(dy);
                outline.Curve(s[0], s[1], s[2], s[3], s[4], s[5]);
                outline.Curve(s[6], s[7], s[8], s[9], isFlat ? s[10] : -dx, isFlat ? -dy : s[10]);
                break;
            default: throw new FormatException($"A glyph has the operator {code}, which no outline of this kind needs.");
        }
    }

    private void Lines(double[] s, int from, int end)
    {
        for (int at = from; at + 1 < end; at += 2) outline.Line(s[at], s[at + 1]);
    }

    private void Curves(double[] s, int from, int end)
    {
        for (int at = from; at + 5 < end; at += 6) outline.Curve(s[at], s[at + 1], s[at + 2], s[at + 3], s[at + 4], s[at + 5]);
    }

    private void AlternatingLines(double[] s, bool isHorizontal)
    {
        foreach (double length in s)
        {
            outline.Line(isHorizontal ? length : 0, isHorizontal ? 0 : length);
            isHorizontal = !isHorizontal;
        }
    }

    /// <summary>Curves that begin and end in one direction.</summary>
    private void AlongCurves(double[] s, bool isHorizontal)
    {
        int at = s.Length % 4;
        double aside = at == 1 ? s[0] : 0;
        for (; at + 3 < s.Length; at += 4)
        {
            if (isHorizontal) outline.Curve(s[at], aside, s[at + 1], s[at + 2], s[at + 3], 0);
            else outline.Curve(aside, s[at], s[at + 1], s[at + 2], 0, s[at + 3]);
            aside = 0;
        }
    }

    /// <summary>Curves that begin in one direction and end in the other.</summary>
    private void AlternatingCurves(double[] s, bool isHorizontal)
    {
        for (int at = 0; at + 3 < s.Length; at += 4)
        {
            double last = s.Length - at == 5 ? s[at + 4] : 0;
            if (isHorizontal) outline.Curve(s[at], 0, s[at + 1], s[at + 2], last, s[at + 3]);
            else outline.Curve(0, s[at], s[at + 1], s[at + 2], s[at + 3], last);
            isHorizontal = !isHorizontal;
        }
    }
}
