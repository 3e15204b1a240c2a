using System.Globalization;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Positions in the two systems of China. Degrees stand as text, since the ledger's are whole millionths.</summary>
public sealed class GeoPointTests
{
    /// <summary>
    /// The same places in both systems: the first four as published with the formula, the others landmarks, whose positions in WGS-84
    /// (encyclopedias) and GCJ-02 (Chinese maps) are of two surveys and of large buildings.
    /// </summary>
    [Theory]
    [InlineData("31.177428,121.527211", "31.175304,121.531542", 1)]
    [InlineData("22.543847,113.912316", "22.540796,113.917176", 1)]
    [InlineData("39.911954,116.377817", "39.913345,116.384047", 1)]
    [InlineData("39.915,116.404", "39.916404,116.410244", 1)]
    [InlineData("39.907325,116.391083", "39.908692,116.397477", 60)]
    [InlineData("31.241667,121.495000", "31.239703,121.499718", 60)]
    [InlineData("23.108889,113.318889", "23.106414,113.324520", 60)]
    public void A_landmark_is_one_place_in_both_systems(string wgs, string gcj, int tolerance)
    {
        GeoPoint satellite = At(CoordinateSystem.Wgs84, wgs), map = At(CoordinateSystem.Gcj02, gcj);

        Assert.InRange(satellite.MetersTo(map), 0, tolerance);
        (int latitude, int longitude) = satellite.ToGcj02();
        Assert.InRange(At(CoordinateSystem.Wgs84, gcj).MetersTo(GeoPoint.Of(CoordinateSystem.Wgs84, latitude, longitude)), 0, tolerance);
    }

    /// <summary>Who mistook one system for the other would put people some hundred metres away from home.</summary>
    [Theory]
    [InlineData("27.827,113.134")]
    [InlineData("39.915,116.404")]
    [InlineData("45.803,126.535")]
    [InlineData("18.252,109.512")]
    [InlineData("43.825,87.617")]
    public void The_systems_lie_far_apart_and_the_way_back_is_exact(string place)
    {
        GeoPoint point = At(CoordinateSystem.Wgs84, place);
        (int latitude, int longitude) = point.ToGcj02();

        Assert.InRange(point.MetersTo(GeoPoint.Of(CoordinateSystem.Wgs84, latitude, longitude)), 100, 1_000);
        GeoPoint back = GeoPoint.Of(CoordinateSystem.Gcj02, latitude, longitude);
        Assert.InRange(back.Latitude - point.Latitude, -1, 1);
        Assert.InRange(back.Longitude - point.Longitude, -1, 1);
    }

    [Theory]
    [InlineData("27.827,113.134", "27.827,113.134", 0, 0)]
    [InlineData("27.827,113.134", "27.828,113.134", 111, 112)]
    [InlineData("27.827,113.134", "27.827,113.135", 98, 99)]
    [InlineData("39.915,116.404", "31.2417,121.495", 1_060_000, 1_075_000)]
    public void A_distance_is_of_the_ground(string one, string other, int least, int most)
    {
        GeoPoint here = At(CoordinateSystem.Wgs84, one), there = At(CoordinateSystem.Wgs84, other);

        Assert.InRange(here.MetersTo(there), least, most);
        Assert.Equal(here.MetersTo(there), there.MetersTo(here));
    }

    [Theory]
    [InlineData(CoordinateSystem.None, 27_827_000, 113_134_000)]
    [InlineData(CoordinateSystem.Wgs84, GeoPoint.South - 1, 113_134_000)]
    [InlineData(CoordinateSystem.Gcj02, GeoPoint.North + 1, 113_134_000)]
    [InlineData(CoordinateSystem.Wgs84, 27_827_000, GeoPoint.West - 1)]
    [InlineData(CoordinateSystem.Gcj02, 27_827_000, GeoPoint.East + 1)]
    [InlineData(CoordinateSystem.Wgs84, 0, 0)]
    [InlineData(CoordinateSystem.Wgs84, int.MinValue, int.MaxValue)]
    public void A_position_without_a_system_or_outside_of_China_is_no_place(CoordinateSystem system, int latitude, int longitude) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GeoPoint.Of(system, latitude, longitude));

    [Fact]
    public void The_bounds_themselves_convert()
    {
        foreach (int latitude in new[] { GeoPoint.South, GeoPoint.North })
            foreach (int longitude in new[] { GeoPoint.West, GeoPoint.East })
                Assert.InRange(GeoPoint.Of(CoordinateSystem.Gcj02, latitude, longitude)
                    .MetersTo(GeoPoint.Of(CoordinateSystem.Wgs84, latitude, longitude)), 1, 3_000);
    }

    private static GeoPoint At(CoordinateSystem system, string degrees)
    {
        int[] micros = [.. degrees.Split(',').Select(part => (int)(decimal.Parse(part, CultureInfo.InvariantCulture) * 1_000_000))];
        return GeoPoint.Of(system, micros[0], micros[1]);
    }
}
