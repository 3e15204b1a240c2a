using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>The lists of grain states that every engine gives.</summary>
public abstract class RegistryContract : IDisposable
{
    private protected RegistryContract()
    {
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

    private protected abstract IRegistry Registry { get; }

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

        Assert.Equal(keys, (await Registry.ListAsync<Order>(query, default)).Select(row => row.Key));
        Assert.Equal(keys.Length, await Registry.CountAsync(query, default));
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
        while ((await Registry.ListAsync<Order>(query, default)) is [var row])
        {
            keys += row.Key;
            query = query with { After = row.Cursor };
        }
        Assert.Equal(expected, keys);
    }

    [Fact]
    public async Task A_name_that_is_no_field_is_a_mistake_of_the_code() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Registry.ListAsync<Order>(All with { SortBy = "a') --" }, default));

    [Fact]
    public async Task What_a_state_has_not_got_meets_no_condition_and_comes_first()
    {
        Insert("order", "430211/N", """{"state":"Open"}""");
        Insert("order", "430211/O", """{"state":"Open"}""");
        Assert.Equal(3, await Registry.CountAsync(All.Where(new RegistryCondition("day", "2027-01-01", RegistryTest.Below)), default));
        IReadOnlyList<RegistryRow<Order>> rows = await Registry.ListAsync<Order>(All with { SortBy = "day" }, default);
        Assert.Equal(["N", "O", "A", "B", "C"], rows.Select(row => row.Key));
        Assert.Equal(["O", "A", "B", "C"],
            (await Registry.ListAsync<Order>(All with { SortBy = "day", After = rows[0].Cursor }, default)).Select(row => row.Key));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"state":1}""")]
    [InlineData("""{"types":"meal"}""")]
    [InlineData("""{"state":"Open","unknown":1}""")]
    public async Task What_is_no_state_of_its_kind_takes_no_other_with_it(string damaged)
    {
        Insert("order", "430211/BA", damaged);

        IReadOnlyList<RegistryRow<Order>> rows = await Registry.ListAsync<Order>(All, default);

        Assert.Equal(["A", "B", "BA", "C"], rows.Select(row => row.Key));
        Assert.Equal([true, true, false, true], rows.Select(row => row.IsReadable));
        // A list by a field that it lost with the rest has it still.
        (RegistryCondition Condition, string[] Keys)[] lists =
        [
            (new RegistryCondition("who", "bert"), ["A"]), (new RegistryCondition("day", "2026-10-02", RegistryTest.Below), ["A"]),
            (new RegistryCondition("day", "2026-10-02", RegistryTest.AtLeast), ["B", "C"]),
        ];
        foreach ((RegistryCondition condition, string[] keys) in lists)
        {
            Assert.Equal(keys, await KeysAsync(All.Where(condition)));
            Assert.Equal([.. keys.Append("BA").Order()], await KeysAsync(All.WhereOrMissing(condition)));
            // One of a group's fields is enough, and each group asks for itself.
            Assert.Equal(
                [.. keys.Append("BA").Order()],
                await KeysAsync(All.WhereOrMissing(condition, new RegistryCondition("who", "nobody")).WhereOrMissing(condition)));
        }
        Assert.Contains("BA", Assert.Throws<UnreadableStateException>(() => rows[2].State).Message, StringComparison.Ordinal);
        // The next page starts after the damaged row.
        Assert.Equal(["C"], (await Registry.ListAsync<Order>(All with { After = rows[2].Cursor }, default)).Select(row => row.Key));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"state":"Open"}""")]
    public async Task A_list_that_is_lost_holds_anything(string damaged)
    {
        Insert("order", "430211/BA", damaged);
        var meals = new RegistryCondition("types", "meal", RegistryTest.Holds);

        Assert.Equal(["B"], await KeysAsync(All.Where(meals)));
        Assert.Equal(["B", "BA"], await KeysAsync(All.WhereOrMissing(meals)));
        Assert.Equal(2, await Registry.CountAsync(All.WhereOrMissing(meals), default));
    }

    private async Task<IEnumerable<string>> KeysAsync(RegistryQuery query) =>
        (await Registry.ListAsync<Order>(query, default)).Select(row => row.Key);

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();

    /// <summary>Writes a state as grain storage does, as JSON; null stands for a cleared one.</summary>
    private protected abstract void Insert(string kind, string key, string? json);

    private protected void Fill()
    {
        Keep("order", "430211/B", new Order("Open", "2026-10-02", "anna", ["meal", "bath"]));
        Keep("order", "430211/A", new Order("Open", "2026-10-01", "bert", ["bath"]));
        Keep("order", "430211/C", new Order("Done", "2026-10-02", "anna", []));
        Keep("order", "430212/A", new Order("Open", "2026-10-01", "anna", ["meal"]));
        Keep("elder", "430211/A", new Order("Open", "2026-10-01", "anna", ["meal"]));
        Keep("order", "430211/D", null);
    }

    private void Keep(string kind, string key, Order? state) =>
        Insert(kind, key, state is null ? null : new GrainStateJson().Serialize(state).ToString());

    private sealed record Order(string? State, string? Day, string? Who, ImmutableArray<string>? Types);
}
