namespace TimeBank.Ledger;

/// <summary>
/// The systems in which phones and maps give positions in China. A position looks the same in both and lies some 500 m apart, so nobody
/// can tell from the numbers which one it is: whoever sends a position names its system.
/// </summary>
public enum CoordinateSystem
{
    None = 0,

    /// <summary>What satellites give, and browsers.</summary>
    Wgs84 = 1,

    /// <summary>What Chinese maps and the location services of Chinese phones give (国测局坐标).</summary>
    Gcj02 = 2,
}

/// <summary>
/// A place on the ground in China, by WGS-84, in millionths of a degree (0.1 m). Distances are whole metres: nothing of it is an amount.
/// </summary>
public sealed record GeoPoint
{
    /// <summary>The bounds of China, in millionths of a degree. GCJ-02 is defined inside them alone.</summary>
    public const int South = 3_000_000, North = 54_000_000, West = 73_000_000, East = 136_000_000;

    private GeoPoint(int latitude, int longitude) => (Latitude, Longitude) = (latitude, longitude);

    public int Latitude { get; }

    public int Longitude { get; }

    /// <exception cref="ArgumentOutOfRangeException">No system is named, or the position is outside the bounds.</exception>
    public static GeoPoint Of(CoordinateSystem system, int latitude, int longitude)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latitude, South);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latitude, North);
        ArgumentOutOfRangeException.ThrowIfLessThan(longitude, West);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longitude, East);
        return system switch
        {
            CoordinateSystem.Wgs84 => new GeoPoint(latitude, longitude),
            CoordinateSystem.Gcj02 => OfGcj02(latitude, longitude),
            CoordinateSystem.None => throw new ArgumentOutOfRangeException(nameof(system), "A position without its system is no place."),
        };
    }

    /// <summary>The same place by GCJ-02, in millionths of a degree.</summary>
    public (int Latitude, int Longitude) ToGcj02()
    {
        (int north, int east) = Shift(Latitude, Longitude);
        return (Latitude + north, Longitude + east);
    }

    /// <summary>The distance over the ground in whole metres, on a sphere (haversine): right to half a percent.</summary>
    public int MetersTo(GeoPoint other)
    {
        const double meanRadius = 6_371_008.8, micros = 1_000_000;
        double here = Latitude / micros * Math.PI / 180, there = other.Latitude / micros * Math.PI / 180,
            across = (other.Longitude - Longitude) / micros * Math.PI / 180;
        double up = Math.Sin((there - here) / 2), over = Math.Sin(across / 2);
        double half = (up * up) + (Math.Cos(here) * Math.Cos(there) * over * over);
        return (int)Math.Round(2 * meanRadius * Math.Asin(Math.Min(1, Math.Sqrt(half))));
    }

    /// <summary>
    /// There is no formula back. The shift changes by less than a hundredth of the way one goes, so each step of this search is a hundred
    /// times closer.
    /// </summary>
    private static GeoPoint OfGcj02(int latitude, int longitude)
    {
        const int steps = 4;
        (int at, int along) = (latitude, longitude);
        for (int step = 0; step < steps; step++)
        {
            (int north, int east) = Shift(at, along);
            (at, along) = (latitude - north, longitude - east);
        }
        // What lies on the bounds may move across them.
        return new GeoPoint(Math.Clamp(at, South, North), Math.Clamp(along, West, East));
    }

    /// <summary>
    /// How far GCJ-02 moves a place of WGS-84, by the formula that is public since 2013: waves of several lengths in metres, turned into
    /// degrees on the ellipsoid of Krasovsky.
    /// </summary>
    private static (int North, int East) Shift(int latitude, int longitude)
    {
        const double axis = 6_378_245, eccentricity = 0.006_693_421_622_965_943_23, micros = 1_000_000;
        double x = (longitude / micros) - 105, y = (latitude / micros) - 35;
        double radians = latitude / micros * Math.PI / 180;
        double ripple = ((20 * Math.Sin(6 * x * Math.PI)) + (20 * Math.Sin(2 * x * Math.PI))) * 2 / 3;
        double metersNorth = -100 + (2 * x) + (3 * y) + (0.2 * y * y) + (0.1 * x * y) + (0.2 * Math.Sqrt(Math.Abs(x))) + ripple
            + (((20 * Math.Sin(y * Math.PI)) + (40 * Math.Sin(y / 3 * Math.PI))) * 2 / 3)
            + (((160 * Math.Sin(y / 12 * Math.PI)) + (320 * Math.Sin(y / 30 * Math.PI))) * 2 / 3);
        double metersEast = 300 + x + (2 * y) + (0.1 * x * x) + (0.1 * x * y) + (0.1 * Math.Sqrt(Math.Abs(x))) + ripple
            + (((20 * Math.Sin(x * Math.PI)) + (40 * Math.Sin(x / 3 * Math.PI))) * 2 / 3)
            + (((150 * Math.Sin(x / 12 * Math.PI)) + (300 * Math.Sin(x / 30 * Math.PI))) * 2 / 3);
        double flat = 1 - (eccentricity * Math.Sin(radians) * Math.Sin(radians));
        double northDegree = axis * (1 - eccentricity) / (flat * Math.Sqrt(flat)) * Math.PI / 180;
        double eastDegree = axis / Math.Sqrt(flat) * Math.Cos(radians) * Math.PI / 180;
        return ((int)Math.Round(metersNorth / northDegree * micros), (int)Math.Round(metersEast / eastDegree * micros));
    }
}
