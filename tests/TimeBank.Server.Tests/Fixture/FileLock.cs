using Microsoft.Data.Sqlite;

namespace TimeBank.Server.Tests;

/// <summary>Another hand on a server's file: while it holds on, nobody else writes there.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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

    /// <summary>Waits for what happens in another thread and tells nobody.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!holds()) await timer.WaitForNextTickAsync(limit.Token);
    }
}
