using System.Data.Common;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>Where grain states are: exactly one of a connection string and a data source.</summary>
public class AdoNetGrainStorageOptions : IStorageProviderSerializerOptions
{
    public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";

    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    public string? ConnectionString { get; set; }

    /// <summary>Owned, and disposed, by the caller.</summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary><c>Npgsql</c> or <c>System.Data.SQLite</c>, which stands for Microsoft.Data.Sqlite.</summary>
    public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;

    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>Whether clearing a state deletes its row, rather than emptying it.</summary>
    public bool DeleteStateOnClear { get; set; }
}
