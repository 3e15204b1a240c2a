using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A provider, which gives services for vouchers; key: region/id. The grain is the authority for accreditation, service types and standing.
/// </summary>
[Alias("timebank.provider")]
public interface IProviderGrain : IGrainWithStringKey
{
    [Alias("register")]
    Task<Reply<ProviderRecord>> RegisterAsync(Command command, ProviderRecord provider);

    /// <summary>The provider; null if not registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProviderRecord?> GetAsync();

    [Alias("set-standing")]
    Task<Reply<ProviderRecord>> SetStandingAsync(Command command, StandingRecord standing);
}

/// <summary>A provider as registered, with every decision on its standing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.provider-record")]
public sealed record ProviderRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(2), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(3), JsonPropertyName("accreditedFrom")] DateOnly AccreditedFrom,
    [property: Id(4), JsonPropertyName("accreditedUntil")] DateOnly AccreditedUntil,
    [property: Id(5), JsonPropertyName("standings")] ImmutableArray<StandingRecord> Standings)
{
    /// <summary>The facts that the rules judge a provider by.</summary>
    public ProviderFacts ToFacts() =>
        new(AccreditedFrom, AccreditedUntil, ServiceTypes, Standings.IsEmpty
            ? [] : [.. Standings.Select(standing => new StandingSpan(standing.Standing, standing.First, standing.Last))]);
}

/// <summary>A decision of the authorities on a provider's standing.</summary>
/// <param name="Last">The last day; null until further notice.</param>
/// <param name="Note">The authorities' reason.</param>
[GenerateSerializer, Immutable, Alias("timebank.standing")]
public sealed record StandingRecord(
    [property: Id(0), JsonPropertyName("standing")] Standing Standing,
    [property: Id(1), JsonPropertyName("first")] DateOnly First,
    [property: Id(2), JsonPropertyName("last")] DateOnly? Last,
    [property: Id(3), JsonPropertyName("note")] string Note);

/// <summary>The stored state of a provider's grain.</summary>
public sealed class ProviderState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps providers and lists find them. Stored: never change it.</summary>
    public const string Kind = "provider";

    /// <summary>The path in the state's JSON at which lists look for a service type.</summary>
    public const string ServiceTypesPath = "provider.serviceTypes";

    /// <summary>Null until the provider is registered.</summary>
    [JsonPropertyName("provider")]
    public ProviderRecord? Provider { get; set; }
}

/// <inheritdoc cref="IProviderGrain"/>
public sealed class ProviderGrain([PersistentState(ProviderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ProviderState> state,
    BusinessClock clock)
    : WorkflowGrain<ProviderState>(state, clock), IProviderGrain
{
    public async Task<Reply<ProviderRecord>> RegisterAsync(Command command, ProviderRecord provider)
    {
        // No rule to ask: the grain's key is made from the command's id, so no other command can have taken it.
        Refusal? refusal = await OnceAsync(command, () => null, () => State.Provider = provider);
        return refusal is null ? State.Provider! : refusal;
    }

    public Task<ProviderRecord?> GetAsync() => Task.FromResult(State.Provider);

    public async Task<Reply<ProviderRecord>> SetStandingAsync(Command command, StandingRecord standing)
    {
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Provider is null ? new Refusal(Reason.ProviderNotFound) : null,
            () => State.Provider = State.Provider! with { Standings = State.Provider.Standings.Add(standing) });
        return refusal is null ? State.Provider! : refusal;
    }
}
