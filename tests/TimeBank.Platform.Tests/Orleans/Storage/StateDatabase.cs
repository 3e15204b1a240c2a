using Microsoft.Data.Sqlite;
using Orleans.Hosting;

namespace TimeBank.Platform.Tests.Orleans.Storage;

/// <summary>A SQLite file with the product's grain storage script, gone when the test is.</summary>
internal sealed class StateDatabase : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("timebank-states-");

    public StateDatabase()
    {
        using StreamReader script = new(typeof(StateDatabase).Assembly.GetManifestResourceStream("grain_storage.sql")!);
        Execute(script.ReadToEnd());
    }

    private string ConnectionString => $"Data Source={Path.Combine(folder.FullName, "states.db")}";

    public void AddTo(ISiloBuilder silo) => silo.AddAdoNetGrainStorage("store", options =>
    {
        options.Invariant = "System.Data.SQLite";
        options.ConnectionString = ConnectionString;
        options.GrainStorageSerializer = new StateJson();
    });

    /// <summary>The first value of the first row.</summary>
    public object? Execute(string sql)
    {
        using SqliteConnection connection = new(ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}
