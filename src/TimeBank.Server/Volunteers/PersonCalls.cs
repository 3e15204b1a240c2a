using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Finds a person by the name without the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
internal static class PersonCalls
{
    public const string Elders = "elders/";
    public const string Volunteers = "volunteers/";

    public static OpaqueId IdOf(string person) => OpaqueId.Parse(person[(person.IndexOf('/') + 1)..]);

    public static IVolunteerGrain Volunteer(this IGrainFactory grains, RegionCode region, string id) =>
        grains.GetGrain<IVolunteerGrain>(region, id);

    public static IElderGrain Elder(this IGrainFactory grains, RegionCode region, string id) =>
        grains.GetGrain<IElderGrain>(region, id);

    /// <summary>The same query for people of exactly one name; the empty name asks for all.</summary>
    public static RegistryQuery WhereNamed(this RegistryQuery query, string field, string name) =>
        name.Length == 0 ? query : query.WhereOrMissing(new RegistryCondition(field, name));

    /// <summary>A person's name; empty if nobody is registered under that name, or if it was erased.</summary>
    public static async Task<string> DisplayNameAsync(this IGrainFactory grains, RegionCode region, string person) =>
        person.StartsWith(Volunteers, StringComparison.Ordinal)
            ? (await grains.Volunteer(region, person[Volunteers.Length..]).GetAsync())?.DisplayName ?? ""
            : (await grains.Elder(region, person[Elders.Length..]).GetAsync())?.DisplayName ?? "";

    /// <summary>A person's day of birth; null if nobody is registered under that name.</summary>
    public static async Task<DateOnly?> BirthDateAsync(this IGrainFactory grains, RegionCode region, string person) =>
        person.StartsWith(Volunteers, StringComparison.Ordinal)
            ? (await grains.Volunteer(region, person[Volunteers.Length..]).GetAsync())?.BirthDate
            : (await grains.Elder(region, person[Elders.Length..]).GetAsync())?.BirthDate;

    /// <summary>A person's details in full; null where nobody said any, or nobody is registered under that name.</summary>
    public static Task<PersonDetails?> DetailsAsync(this IGrainFactory grains, RegionCode region, string person) =>
        person.StartsWith(Volunteers, StringComparison.Ordinal)
            ? grains.Volunteer(region, person[Volunteers.Length..]).DetailsAsync()
            : grains.Elder(region, person[Elders.Length..]).DetailsAsync();

    /// <summary>Changes a person's details; what is empty stays as it was.</summary>
    public static Task<Reply<PersonDetails>> SetDetailsAsync(
        this IGrainFactory grains, RegionCode region, string person, Command command, PersonDetails details) =>
        person.StartsWith(Volunteers, StringComparison.Ordinal)
            ? grains.Volunteer(region, person[Volunteers.Length..]).SetDetailsAsync(command, details)
            : grains.Elder(region, person[Elders.Length..]).SetDetailsAsync(command, details);
}
