using System.Data.Common;

namespace Orleans.Configuration;

/// <summary>Taken and not used: one silo needs no membership table.</summary>
public class AdoNetClusteringSiloOptions
{
    public string? ConnectionString { get; set; }

    public DbDataSource? DataSource { get; set; }

    public string Invariant { get; set; } = null!;
}
