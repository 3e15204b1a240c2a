using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// Volunteers, elders and their hours in the contract's types. The contract names a person by the full resource name, grains by the name
/// without the region.
/// </summary>
internal static class PersonContract
{
    public const string Volunteers = "volunteers", Elders = "elders";

    /// <summary>A person's name in the grains: <c>elders/{id}</c>.</summary>
    public static string BelowRegion(this ResourceName name) => $"{name.Collection}/{name.Id}";

    public static string PersonOf(RegionCode region, string belowRegion) => $"regions/{region}/{belowRegion}";

    /// <summary>The resource name for a volunteer's grain key, <c>{region}/{id}</c>; empty for an empty key.</summary>
    public static string VolunteerOf(string key) =>
        key.Length > 0 && GrainKey.Parse(key) is var home ? ResourceName.Of(home.Region, Volunteers, home.LocalId) : "";

    public static IVolunteerGrain Volunteer(this IGrainFactory grains, ResourceName name) =>
        grains.GetGrain<IVolunteerGrain>(name.GrainKey);

    public static IElderGrain Elder(this IGrainFactory grains, ResourceName name) => grains.GetGrain<IElderGrain>(name.GrainKey);

    /// <summary>The hours of a volunteer or an elder.</summary>
    /// <exception cref="RpcException">VOLUNTEER_NOT_FOUND, ELDER_NOT_FOUND.</exception>
    public static async Task<PersonHours> HoursAsync(this IGrainFactory grains, ResourceName person) => person.Collection == Volunteers
        ? await grains.Volunteer(person).HoursAsync() ?? throw Problem.Of(Reason.VolunteerNotFound)
        : await grains.Elder(person).HoursAsync() ?? throw Problem.Of(Reason.ElderNotFound);

    /// <summary>The caller must be this person, or counter staff acting for them.</summary>
    /// <exception cref="RpcException">PARTY_NOT_ALLOWED.</exception>
    public static void RequireActing(this ServerCallContext context, ResourceName? onBehalfOf, ResourceName person)
    {
        if (context.ActingParty(onBehalfOf) != person.ToString()) throw Problem.Of(Reason.PartyNotAllowed);
    }

    public static Hours ToContract(this PersonHours hours, ResourceName person) => new()
    {
        Person = person.ToString(),
        Earned = Unit.Minutes.Of(hours.Earned),
        Gifted = Unit.Minutes.Of(hours.Gifted),
        Issued = Unit.Minutes.Of(hours.Issued),
        Held = Unit.Minutes.Of(hours.Held),
        Available = Unit.Minutes.Of(hours.Available),
        Lifetime = Unit.Minutes.Of(hours.Lifetime),
        Cap = Unit.Minutes.Of(hours.Cap),
    };

    public static Volunteer ToContract(this VolunteerRecord volunteer, RegionCode region, int stars)
    {
        var contract = new Volunteer
        {
            Name = ResourceName.Of(region, Volunteers, volunteer.Id),
            DisplayName = volunteer.DisplayName,
            BirthDate = volunteer.BirthDate.ToContract(),
            EnrolledDate = volunteer.Enrolled.ToContract(),
            Home = VolunteerOf(volunteer.Home),
            Stars = stars,
        };
        contract.Family.Add(volunteer.Family.Select(
            member => new FamilyMember { Person = PersonOf(region, member.Person), Kinship = member.Kinship.ToContract() }));
        return contract;
    }

    /// <summary>The chosen account. Without a choice: earned hours for a volunteer, issued hours for an elder.</summary>
    public static HoursOrigin ToDomain(this HourAccount? account, ResourceName person) =>
        account?.ToDomain() ?? (person.Collection == Volunteers ? HoursOrigin.Earned : HoursOrigin.Issued);
}
