namespace TimeBank.Ledger;

/// <summary>The data files that ship inside this assembly.</summary>
internal static class ShippedData
{
    private const string Prefix = "data/";

    /// <summary>Every shipped file whose name starts with <paramref name="start"/>, by name.</summary>
    public static IEnumerable<string> Names(string start) => typeof(ShippedData).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix + start, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..])
        .Order(StringComparer.Ordinal);

    public static byte[] Read(string name)
    {
        using Stream stream = typeof(ShippedData).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new FileNotFoundException($"No data file '{name}' ships with this assembly.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
