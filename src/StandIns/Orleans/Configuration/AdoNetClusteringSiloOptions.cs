using System.Data.Common;

namespace Orleans.Configuration;

/// <summary>Never read: a cluster needs the packages.</summary>
public class AdoNetClusteringSiloOptions
{
    public string? ConnectionString { get; set; }

    public DbDataSource? DataSource { get; set; }

    public string Invariant { get; set; } = null!;
}
