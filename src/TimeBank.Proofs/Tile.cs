using System.Globalization;

namespace TimeBank.Proofs;

/// <summary>
/// A run of up to 256 hashes of a tree. Level 0 has the leaves; each higher level has the roots of full tiles of the level below. Source:
/// c2sp.org/tlog-tiles.
/// </summary>
/// <param name="Level">0 to 7. A tree of 2^63 leaves needs no more.</param>
/// <param name="Index">The tile's place within the level.</param>
/// <param name="Width">1 to 256. Below 256 the tile is partial.</param>
public readonly record struct Tile(int Level, long Index, int Width)
{
    public const int FullWidth = 256, Height = 8, Levels = 8;

    private const int Group = 1_000;

    /// <summary>The index of the tile's first hash within the level.</summary>
    public long First => Index * FullWidth;

    public bool IsFull => Width == FullWidth;

    /// <summary>The part of the URL after <c>tile/{level}/</c>.</summary>
    public string Path
    {
        get
        {
            string path = (Index % Group).ToString("D3", CultureInfo.InvariantCulture);
            for (long rest = Index / Group; rest > 0; rest /= Group) path =
                $"x{(rest % Group).ToString("D3", CultureInfo.InvariantCulture)}/{path}";
            return IsFull ? path : $"{path}.p/{Width.ToString(CultureInfo.InvariantCulture)}";
        }
    }

    /// <summary>The number of hashes on a level of a tree.</summary>
    public static long HashesOf(int level, long size) => size >> (Height * level);

    /// <summary>True where a tree of that size has all hashes of the tile.</summary>
    public bool IsWithin(long size) => First <= HashesOf(Level, size) - Width;

    /// <summary>The tile of a level, as wide as a tree of that size has it. The tree must have at least one of its hashes.</summary>
    public static Tile Of(int level, long index, long size) =>
        new(level, index, (int)Math.Min(FullWidth, HashesOf(level, size) - (index * FullWidth)));

    /// <summary>The tile of a path; null where the path is not in its one valid form.</summary>
    public static Tile? Parse(int level, string path)
    {
        if (level is < 0 or >= Levels) return null;
        int width = FullWidth;
        if (path.IndexOf(".p/", StringComparison.Ordinal) is var mark and >= 0)
        {
            if (!TryNumber(path[(mark + 3)..], out long partial) || partial is < 1 or >= FullWidth) return null;
            (width, path) = ((int)partial, path[..mark]);
        }
        long index = 0;
        foreach (string part in path.Split('/'))
        {
            string digits = part.StartsWith('x') ? part[1..] : part;
            // There are at most 2^53 tiles, and the next multiplication must not overflow.
            if (digits.Length != 3 || !digits.All(char.IsAsciiDigit) || index >= 1L << 43) return null;
            index = (index * Group) + int.Parse(digits, CultureInfo.InvariantCulture);
        }
        var tile = new Tile(level, index, width);
        // Only one spelling is valid: an extra x or leading zeros would give a tile a second path.
        return index < 1L << 53 && tile.Path == (tile.IsFull ? path : $"{path}.p/{width.ToString(CultureInfo.InvariantCulture)}")
            ? tile : null;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number.ToString(CultureInfo.InvariantCulture) == text;
}

/// <summary>Supplies the hashes of a tree.</summary>
public interface ITileSource
{
    /// <summary>The tile's hashes: as many as its width.</summary>
    ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation);
}
