using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Lists the states that grains keep beside the ledger (elders, orders, programmes), read from the grain storage. For lists, search and
/// runs: a grain never decides by it. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IRegistry
{
    /// <summary>States in the query's order. After a full page there may be more.</summary>
    /// <typeparam name="T">The type of the grain's state.</typeparam>
    ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class;

    /// <summary>How many states match the query's conditions. The cursor and the limit are ignored.</summary>
    ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation);
}

/// <summary>The states to list, their order, and where to begin.</summary>
/// <param name="Kind">The state's name in <c>[PersistentState("elder", "timebank")]</c>.</param>
public sealed record RegistryQuery(RegionCode Region, string Kind)
{
    /// <summary>Each group must hold; a group holds when one of its conditions does.</summary>
    public ImmutableArray<ImmutableArray<RegistryCondition>> Conditions { get; init; } = [];

    /// <summary>The field to sort by; ties are sorted by key. Empty sorts by key alone.</summary>
    public string SortBy { get; init; } = "";

    /// <summary>Reverses the order of <see cref="SortBy"/>. The key stays ascending.</summary>
    public bool Descending { get; init; }

    /// <summary>The place to continue from; null begins with the first.</summary>
    public RegistryCursor? After { get; init; }

    public int Limit { get; init; } = 50;

    /// <summary>The same query with one more group: any of these conditions must hold.</summary>
    public RegistryQuery Where(params ImmutableArray<RegistryCondition> anyOf) => this with { Conditions = Conditions.Add(anyOf) };

    /// <summary>
    /// The same, and a state passes too that lacks one of the fields. For lists that people read, by fields that every state has: one that
    /// is damaged must not vanish from a list, and whose it is, nobody can tell.
    /// </summary>
    public RegistryQuery WhereOrMissing(params ImmutableArray<RegistryCondition> anyOf) =>
        Where([.. anyOf.Select(condition => condition with { OrMissing = true })]);
}

/// <summary>A test of one field of a stored state.</summary>
/// <param name="Field">The property's JSON name, such as <c>state</c> or <c>plannedStart</c>; dots lead into objects.</param>
/// <param name="Value">An enum by its stored name, a day as yyyy-MM-dd, a time as it is stored.</param>
public sealed record RegistryCondition(string Field, string Value, RegistryTest Test = RegistryTest.Is)
{
    /// <summary>Whether a state without the field passes too.</summary>
    public bool OrMissing { get; init; }
}

/// <summary>How a field is compared with a value. Fields are compared as text, so numbers can't be tested.</summary>
public enum RegistryTest
{
    None = 0,

    /// <summary>The field equals the value.</summary>
    Is = 1,

    /// <summary>The field equals the value or sorts after it. Dates and times sort as text.</summary>
    AtLeast = 2,

    /// <summary>The field sorts before the value.</summary>
    Below = 3,

    /// <summary>The field is a list that contains the value.</summary>
    Holds = 4,
}

/// <summary>
/// A place in a list: the sort field's value and the key of the last state seen. The value is empty where the list goes by key.
/// </summary>
public sealed record RegistryCursor(string Sort, string Key);

/// <summary>One state of a list.</summary>
/// <param name="Key">The part of the grain's key after the region: the id.</param>
/// <param name="Cursor">The cursor of this row: the next page begins after it.</param>
/// <param name="Stored">The state; null where it can't be read. One unreadable state must not fail the whole list.</param>
public sealed record RegistryRow<T>(string Key, RegistryCursor Cursor, T? Stored)
    where T : class
{
    public bool IsReadable => Stored is not null;

    /// <summary>The key as the opaque id of a person, an order or a webhook. Names that staff chose, such as a fund's, are none.</summary>
    public OpaqueId Id => OpaqueId.Parse(Key);

    /// <exception cref="UnreadableStateException">The stored state can't be read.</exception>
    public T State => Stored ?? throw new UnreadableStateException($"What is stored of {Key} can't be read as {typeof(T).Name}.");
}

/// <summary>A grain's stored state is not one that it could have written. A retry won't help; an operator must look at the data.</summary>
public sealed class UnreadableStateException(string message) : Exception(message);
