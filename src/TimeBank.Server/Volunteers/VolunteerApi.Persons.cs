using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Numbers of identity, telephones and addresses of volunteers and elders.</content>
public sealed partial class VolunteerApi
{
    public override async Task<V1.PersonDetails> SetPersonDetails(SetPersonDetailsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName person = read.Resource(request.Person, "person", PersonContract.Volunteers, PersonContract.Elders);
        DateOnly? born = person == default ? null : await grains.BirthDateAsync(person.Region, person.BelowRegion());
        PersonDetails? details = read.Details(request.Details, born ?? default);
        if (details is null && read.Violations.Count == 0) read.Refuse("details", "REQUIRED");
        read.Check();

        Command command = context.Command(request, id);
        ImmutableArray<string> keys = vault.IdentityKeys(person.Region, person.Collection, details!.IdentityNumber);
        Reply<PersonDetails> reply = keys is [var key, .. var older]
            ? await grains.GetGrain<IIdentityNumberGrain>(person.Region, key)
                .SetDetailsAsync(command, person.BelowRegion(), details, older)
            : await grains.SetDetailsAsync(person.Region, person.BelowRegion(), command, details);
        return reply.OrThrow().ToContract(context.Caller().Has(Role.Counter));
    }

    public override async Task<IdentityHolder> GetIdentityHolder(GetIdentityHolderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        string number = read.IdentityNumber(request.IdentityNumber, "identity_number");
        read.Check();
        return new IdentityHolder
        {
            Elder = await HolderAsync(region, PersonContract.Elders, number),
            Volunteer = await HolderAsync(region, PersonContract.Volunteers, number),
        };
    }

    /// <summary>Who has the number now: whom a number's grain names may have got another one, or was never registered.</summary>
    private async Task<string> HolderAsync(RegionCode region, string collection, string number)
    {
        foreach (string key in vault.IdentityKeys(region, collection, number))
        {
            string person = await grains.GetGrain<IIdentityNumberGrain>(region, key).PersonAsync();
            if (person.Length > 0 && (await grains.DetailsAsync(region, person))?.IdentityNumber == number)
                return PersonContract.PersonOf(region, person);
        }
        return "";
    }
}
