using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

public sealed class SqliteRegistryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteRegistry _registry;

    public SqliteRegistryTests()
    {
        _database = new SqliteDatabase(Path.Combine(_folder.Path, "registry.db"));
        SqliteSchema.Migrate(_database);
        _registry = new SqliteRegistry(_database);
        Keep("order", "430211/B", new Order("Open", "2026-10-02", "anna", ["meal", "bath"]));
        Keep("order", "430211/A", new Order("Open", "2026-10-01", "bert", ["bath"]));
        Keep("order", "430211/C", new Order("Done", "2026-10-02", "anna", []));
        Keep("order", "430212/A", new Order("Open", "2026-10-01", "anna", ["meal"]));
        Keep("elder", "430211/A", new Order("Open", "2026-10-01", "anna", ["meal"]));
        Keep("order", "430211/D", null);
    }

    public static TheoryData<string, string[]> Conditions => new()
    {
        { "all", ["A", "B", "C"] },
        { "open", ["A", "B"] },
        { "open and anna", ["B"] },
        { "done or bert", ["A", "C"] },
        { "from the 2nd", ["B", "C"] },
        { "before the 2nd", ["A"] },
        { "with meals", ["B"] },
        { "nobody's", [] },
    };

    private static RegistryQuery All => new(Tianyuan, "order");

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task Lists_what_the_conditions_let_through_and_no_other_region_kind_or_cleared_state(string what, string[] keys)
    {
        RegistryQuery query = what switch
        {
            "all" => All,
            "open" => All.Where(new RegistryCondition("state", "Open")),
            "open and anna" => All.Where(new RegistryCondition("state", "Open")).Where(new RegistryCondition("who", "anna")),
            "done or bert" => All.Where(new RegistryCondition("state", "Done"), new RegistryCondition("who", "bert")),
            "from the 2nd" => All.Where(new RegistryCondition("day", "2026-10-02", RegistryTest.AtLeast)),
            "before the 2nd" => All.Where(new RegistryCondition("day", "2026-10-02", RegistryTest.Below)),
            "with meals" => All.Where(new RegistryCondition("types", "meal", RegistryTest.Holds)),
            _ => All.Where(new RegistryCondition("who", "' OR 1=1 --")),
        };

        Assert.Equal(keys, (await _registry.ListAsync<Order>(query, default)).Select(row => row.Key));
        Assert.Equal(keys.Length, await _registry.CountAsync(query, default));
    }

    [Theory]
    [InlineData("", false, "ABC")]
    [InlineData("day", false, "ABC")]
    [InlineData("day", true, "BCA")]
    [InlineData("state", false, "CAB")]
    public async Task Pages_of_one_come_in_order_without_gap_or_repeat(string sortBy, bool descending, string expected)
    {
        string keys = "";
        RegistryQuery query = All with { SortBy = sortBy, Descending = descending, Limit = 1 };
        while ((await _registry.ListAsync<Order>(query, default)) is [var row])
        {
            keys += row.Key;
            query = query with { After = row.Cursor };
        }
        Assert.Equal(expected, keys);
    }

    [Fact]
    public async Task A_name_that_is_no_field_is_a_mistake_of_the_code() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await _registry.ListAsync<Order>(All with { SortBy = "a') --" }, default));

    public void Dispose()
    {
        _registry.Dispose();
        _folder.Dispose();
    }

    private void Keep(string kind, string key, Order? state)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO grain_state (service_id, state_name, grain_key, grain_n0, grain_n1, version, payload) VALUES ($service, $kind, $key, 0, 0, 1, $payload)";
        command.Parameters.AddWithValue("$service", GrainStorageSetup.ServiceId);
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$payload", state is null ? DBNull.Value : new GrainStateJson().Serialize(state).ToString());
        command.ExecuteNonQuery();
    }

    private sealed record Order(string State, string Day, string Who, ImmutableArray<string> Types);
}
