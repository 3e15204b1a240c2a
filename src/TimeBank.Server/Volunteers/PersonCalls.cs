using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Finds persons of either kind by their name below a region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
internal static class PersonCalls
{
    public const string Elders = "elders/";
    public const string Volunteers = "volunteers/";

    public static OpaqueId IdOf(string person) => OpaqueId.Parse(person[(person.IndexOf('/') + 1)..]);

    public static IVolunteerGrain Volunteer(this IGrainFactory grains, RegionCode region, string id) =>
        grains.GetGrain<IVolunteerGrain>($"{region}/{id}");

    public static IElderGrain Elder(this IGrainFactory grains, RegionCode region, string id) =>
        grains.GetGrain<IElderGrain>($"{region}/{id}");

    /// <summary>The day of birth of a person; null where nobody is registered by that name.</summary>
    public static async Task<DateOnly?> BirthDateAsync(this IGrainFactory grains, RegionCode region, string person) =>
        person.StartsWith(Volunteers, StringComparison.Ordinal)
            ? (await grains.Volunteer(region, person[Volunteers.Length..]).GetAsync())?.BirthDate
            : (await grains.Elder(region, person[Elders.Length..]).GetAsync())?.BirthDate;
}
