using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// The bytes on the disk: a history with every writing command must give the entries, refusals and grain states in <c>Golden</c>. A changed
/// line must be a decision: stored data must stay readable, and a refusal's number and values are hashed into the journal.
/// </summary>
public sealed class StoredBytesTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-stored-").FullName;

    private List<string> _entries = null!, _outcomes = null!, _states = null!;

    public async ValueTask InitializeAsync()
    {
        // The key of the vault is a part of what is stored: of the accounts' versions.
        Directory.CreateDirectory(_data);
        await File.WriteAllTextAsync(Path.Combine(_data, "vault.key"), $"{Convert.ToBase64String(new byte[VaultKeys.KeySize])}\n");
        File.SetUnixFileMode(Path.Combine(_data, "vault.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (TestServer server = await TestServer.StartAsync(_data, StoredHistory.Clock))
        {
            using (StoredHistory history = new(server, _data))
            {
                await history.PlayAsync();
                await history.SettleAsync();
                await history.PlayDonationsAsync();
                await history.ExportAsync();
                await history.PlayBankAsync();
                await history.CloseAsync();
                await history.RepayAsync();
                await history.AssignDifferenceAsync();
                await history.LookForPeopleAsync();
                await history.BillsAsync();
                await history.PayEstateAsync();
                await history.PrepayAsync();
                await history.NetAsync();
            }
            _entries = [];
            foreach (string region in new[] { StoredHistory.Here, StoredHistory.There })
            {
                ILedgerReader ledger = server.Services.GetRequiredService<ILedgerReader>();
                _entries.AddRange((await ledger.EntriesAsync(RegionCode.Parse(region), 0, 1_000, default))
                    .Select(entry => Encoding.UTF8.GetString(entry.Bytes)));
            }
        }
        _outcomes = Rows(
            """
            SELECT region || ' ' || lower(hex(id)) || ' ' || lower(hex(command)) || ' ' || coalesce(reason || ' ' || detail, 'note')
            FROM outcomes WHERE idx IS NULL ORDER BY region, id
            """);
        _states = Rows(
            """
            SELECT state_name || ' ' || grain_key || ' ' || grain_n0 || ' ' || grain_n1 || ' ' || payload
            FROM grain_state ORDER BY state_name, grain_key, grain_n0, grain_n1
            """);
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Stored_bytes_are_those_that_stand_in_the_repository() => Assert.Multiple(
        () => Golden.AssertSame("Golden/entries.jsonl", _entries),
        () => Golden.AssertSame("Golden/outcomes.txt", _outcomes),
        () => Golden.AssertSame("Golden/states.txt", _states));

    private List<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_data, "timebank.db")};Mode=ReadOnly");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }
}
