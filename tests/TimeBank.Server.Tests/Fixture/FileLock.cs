using Microsoft.Data.Sqlite;

namespace TimeBank.Server.Tests;

/// <summary>Another process's lock on a server's file. The server can't write while it is held.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Takes the file's write lock until the result is disposed of.</summary>
    /// <param name="data">The server's data folder.</param>
    public static IDisposable Take(string data)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(data, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Waits for something that another thread does without telling.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!holds()) await timer.WaitForNextTickAsync(limit.Token);
    }
}
