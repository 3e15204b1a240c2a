using System.Collections.Immutable;

namespace TimeBank.Ledger;

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
