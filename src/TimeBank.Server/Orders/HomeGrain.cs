using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Where a recipient lives; key: region/person. The position never leaves this grain: it answers distances.</summary>
[Alias("timebank.home")]
public interface IHomeGrain : IGrainWithStringKey
{
    /// <param name="person"><c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
    /// <returns>Since when the home is known.</returns>
    [Alias("set")]
    Task<Reply<HomeRecord>> SetAsync(Command command, string person, PlaceSeen place);

    /// <summary>How far a place is from the home, in whole metres; null: nobody has said where it is.</summary>
    [Alias("meters")]
    Task<int?> MetersAsync(PlaceSeen place);
}

/// <summary>A position by WGS-84, in millionths of a degree.</summary>
/// <param name="Found">When the phone found it, by its own clock; null: not said.</param>
[GenerateSerializer, Immutable, Alias("timebank.place-seen")]
public sealed record PlaceSeen([property: Id(0)] int Latitude, [property: Id(1)] int Longitude, [property: Id(2)] DateTimeOffset? Found)
{
    internal GeoPoint Point => GeoPoint.Of(CoordinateSystem.Wgs84, Latitude, Longitude);

    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(PlaceSeen);
}

/// <summary>That a home is known.</summary>
[GenerateSerializer, Immutable, Alias("timebank.home-record")]
public sealed record HomeRecord([property: Id(0)] DateTimeOffset Set);

/// <summary>The stored state of a home.</summary>
public sealed class HomeState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps homes. Stored: never change it.</summary>
    public const string Kind = "home";

    /// <summary><c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
    [JsonPropertyName("person")]
    public string Person { get; set; } = "";

    /// <summary>The wrapped data key. Without it the place is gone.</summary>
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    /// <summary>Latitude and longitude by WGS-84, in millionths of a degree with a comma between, sealed.</summary>
    [JsonPropertyName("place")]
    public string Place { get; set; } = "";

    [JsonPropertyName("set")]
    public DateTimeOffset Set { get; set; }

    /// <summary>The command that set it.</summary>
    [JsonPropertyName("setAs")]
    public string SetAs { get; set; } = "";
}

/// <inheritdoc cref="IHomeGrain"/>
public sealed class HomeGrain([PersistentState(HomeState.Kind, GrainStorageNames.TimeBank)] IPersistentState<HomeState> state,
    BusinessClock clock, Vault vault) : WorkflowGrain<HomeState>(state, clock), IHomeGrain
{
    private const string Field = "home";

    public async Task<Reply<HomeRecord>> SetAsync(Command command, string person, PlaceSeen place)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{place.Latitude},{place.Longitude}");
        // The command's digest knows nothing of the place, which could be found by trying.
        if (State.Key.Length > 0 && State.SetAs == command.Id.ToString() && Open() != text) return Reason.RequestIdReused;
        bool isVolunteer = person.StartsWith(PersonCalls.Volunteers, StringComparison.Ordinal);
        bool known = await GrainFactory.BirthDateAsync(Region, person) is not null;
        Refusal? missing = known ? null : new Refusal(isVolunteer ? Reason.VolunteerNotFound : Reason.ElderNotFound);
        var party = new VaultParty(Region, person);
        string key = State.Key.Length == 0 ? vault.NewKey(party) : vault.Rewrap(State.Key, party);
        string sealedPlace = vault.Seal(key, party, Field, text);
        Refusal? refusal = await OnceAsync(command, () => missing, () =>
        {
            (State.Person, State.Key, State.Place) = (person, key, sealedPlace);
            (State.Set, State.SetAs) = (Now, command.Id.ToString());
        });
        return refusal is null ? new HomeRecord(State.Set) : refusal;
    }

    public Task<int?> MetersAsync(PlaceSeen place)
    {
        // Of an erased person the place stays, and can be read by nobody.
        if (State.Key.Length == 0 || State.Place.Length == 0) return Task.FromResult<int?>(null);
        int[] home = [.. Open().Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return Task.FromResult<int?>(GeoPoint.Of(CoordinateSystem.Wgs84, home[0], home[1]).MetersTo(place.Point));
    }

    private string Open() => vault.Open(State.Key, new VaultParty(Region, State.Person), Field, State.Place);
}
