using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Lists what the grains keep beside the ledger (elders, orders, programmes), read from where their states are stored. For lists, search
/// and runs; never asked
/// where the grain itself decides. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IRegistry
{
    /// <summary>States in the query's order; a full page may have more behind it.</summary>
    /// <typeparam name="T">The grain's state, as it was stored.</typeparam>
    ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class;

    /// <summary>How many states the query's conditions let through; its cursor and limit count for nothing.</summary>
    ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation);
}

/// <summary>Which states to list, in which order, from where.</summary>
/// <param name="Kind">The state's name in <c>[PersistentState("elder", "timebank")]</c>.</param>
public sealed record RegistryQuery(RegionCode Region, string Kind)
{
    /// <summary>Each must hold; one of the conditions in it is enough.</summary>
    public ImmutableArray<ImmutableArray<RegistryCondition>> Conditions { get; init; } = [];

    /// <summary>The field to sort by, and then by key; empty sorts by key alone.</summary>
    public string SortBy { get; init; } = "";

    /// <summary>Turns the order of <see cref="SortBy"/> around; the key stays ascending.</summary>
    public bool Descending { get; init; }

    /// <summary>The place to go on from; null for the beginning.</summary>
    public RegistryCursor? After { get; init; }

    public int Limit { get; init; } = 50;

    /// <summary>The same query with one more thing that must hold: any of these conditions.</summary>
    public RegistryQuery Where(params ImmutableArray<RegistryCondition> anyOf) => this with { Conditions = Conditions.Add(anyOf) };
}

/// <summary>A test of one field of a stored state.</summary>
/// <param name="Field">The property as JSON names it: <c>state</c>, <c>plannedStart</c>, or with dots into objects.</param>
/// <param name="Value">An enum by its name, a day as yyyy-MM-dd, a time as it is stored.</param>
public sealed record RegistryCondition(string Field, string Value, RegistryTest Test = RegistryTest.Is);

/// <summary>How a field is compared with a value. Fields are compared as text, so a number can't be tested.</summary>
public enum RegistryTest
{
    None = 0,

    /// <summary>The field is the value.</summary>
    Is = 1,

    /// <summary>The field is the value or comes after it; dates and times sort as text.</summary>
    AtLeast = 2,

    /// <summary>The field comes before the value.</summary>
    Below = 3,

    /// <summary>The field is a list that holds the value.</summary>
    Holds = 4,
}

/// <summary>
/// A place in a list: after this key, and before it the value of the field that the list is sorted by; empty where it goes by key.
/// </summary>
public sealed record RegistryCursor(string Sort, string Key);

/// <summary>One state of a list.</summary>
/// <param name="Key">The part of the grain's key after the region: the id.</param>
/// <param name="Cursor">Where the next page begins.</param>
/// <param name="Stored">The state; null where what is stored isn't one, which must not take the rest of the list with it.</param>
public sealed record RegistryRow<T>(string Key, RegistryCursor Cursor, T? Stored)
    where T : class
{
    public bool IsReadable => Stored is not null;

    /// <exception cref="UnreadableStateException">What is stored can't be read.</exception>
    public T State => Stored ?? throw new UnreadableStateException($"What is stored of {Key} can't be read as {typeof(T).Name}.");
}

/// <summary>What a grain has stored isn't what it could have written: no retry helps, and somebody has to look at the data.</summary>
public sealed class UnreadableStateException(string message) : Exception(message);
