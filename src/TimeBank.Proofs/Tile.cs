using System.Globalization;

namespace TimeBank.Proofs;

/// <summary>
/// A run of up to 256 hashes of a tree. On level 0 they are leaves, above it the roots of full tiles of the level below.
/// Source: c2sp.org/tlog-tiles.
/// </summary>
/// <param name="Level">0 to 7: a tree of 2^63 leaves has no more.</param>
/// <param name="Index">The place within the level.</param>
/// <param name="Width">1 to 256; below 256 the tile is partial.</param>
public readonly record struct Tile(int Level, long Index, int Width)
{
    public const int FullWidth = 256, Height = 8, Levels = 8;

    private const int Group = 1_000;

    /// <summary>The index of its first hash within the level.</summary>
    public long First => Index * FullWidth;

    public bool IsFull => Width == FullWidth;

    /// <summary>As it stands in a URL after <c>tile/{level}/</c>.</summary>
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

    /// <summary>How many hashes a level of a tree has.</summary>
    public static long HashesOf(int level, long size) => size >> (Height * level);

    /// <summary>Whether a tree of that size has all of its hashes.</summary>
    public bool IsWithin(long size) => First <= HashesOf(Level, size) - Width;

    /// <summary>The tile of a level as wide as it is in a tree of that size; at least one hash of it is there.</summary>
    public static Tile Of(int level, long index, long size) =>
        new(level, index, (int)Math.Min(FullWidth, HashesOf(level, size) - (index * FullWidth)));

    /// <summary>The tile that a path names; null where it is not written as it must be.</summary>
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
            // Above 2^53 tiles there is nothing, and nothing may overflow.
            if (digits.Length != 3 || !digits.All(char.IsAsciiDigit) || index >= 1L << 43) return null;
            index = (index * Group) + int.Parse(digits, CultureInfo.InvariantCulture);
        }
        var tile = new Tile(level, index, width);
        // Whatever is written otherwise, with an x too many or zeros in front, isn't that tile's path.
        return index < 1L << 53 && tile.Path == (tile.IsFull ? path : $"{path}.p/{width.ToString(CultureInfo.InvariantCulture)}")
            ? tile : null;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number.ToString(CultureInfo.InvariantCulture) == text;
}

/// <summary>Where the hashes of a tree come from.</summary>
public interface ITileSource
{
    /// <summary>The tile's hashes, as many as it is wide.</summary>
    ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation);
}
