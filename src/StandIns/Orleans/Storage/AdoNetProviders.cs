using System.Data.Common;
using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>The ADO.NET providers by the invariant names that the package gives them.</summary>
internal static class AdoNetProviders
{
    internal static DbProviderFactory Find(string invariant)
    {
        (string assembly, string type) = invariant switch
        {
            "Npgsql" => ("Npgsql", "Npgsql.NpgsqlFactory"),
            "System.Data.SQLite" => ("Microsoft.Data.Sqlite", "Microsoft.Data.Sqlite.SqliteFactory"),
            _ => throw new OrleansConfigurationException($"The invariant \"{invariant}\" is not one of Npgsql and System.Data.SQLite."),
        };
        return (DbProviderFactory)Assembly.Load(assembly).GetType(type, throwOnError: true)!.GetField("Instance")!.GetValue(null)!;
    }
}
