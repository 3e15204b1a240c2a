using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// For volunteers: enrolment, family, gifts and donations of hours, and (other part) hours and statements. Amounts are minutes.
/// </summary>
public sealed partial class VolunteerApi(IGrainFactory grains, IRegistry registry, ILedgerReader ledger, StatementReader statements,
    PageTokens tokens, DayRules rules, BusinessClock clock, Vault vault) : VolunteerService.VolunteerServiceBase
{
    private const int MaxFamily = 20;

    public override async Task<Volunteer> EnrolVolunteer(EnrolVolunteerRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        string name = read.Name(request.DisplayName, "display_name");
        DateOnly birthDate = read.PastDay(request.BirthDate, "birth_date", clock.Today);
        ResourceName? home = read.ResourceOrNull(request.Home, "home", PersonContract.Volunteers);
        PersonDetails? details = read.Details(request.Details, birthDate);
        read.Check();
        AccessInterceptor.RequireKnown(region);

        Command command = context.Command(request, id);
        string first = home?.GrainKey.ToString() ?? "";
        Reply<VolunteerRecord> reply =
            vault.IdentityKeys(region, PersonContract.Volunteers, details?.IdentityNumber ?? "") is [var key, .. var older]
                ? await grains.GetGrain<IIdentityNumberGrain>(region, key)
                    .EnrolVolunteerAsync(command, name, birthDate, first, details!, older)
                : await grains.GetGrain<IVolunteerGrain>(region, command.NewId).EnrolAsync(command, name, birthDate, first, details);
        return await WithDetailsAsync(context, reply.OrThrow(), region);
    }

    public override async Task<Volunteer> SetFamily(SetFamilyRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName volunteer = read.Resource(request.Volunteer, "volunteer", PersonContract.Volunteers);
        ImmutableArray<FamilyRecord> family = Family(read, volunteer, request.Family);
        read.Check();

        Reply<VolunteerRecord> reply = await grains.Volunteer(volunteer)
            .SetFamilyAsync(context.Command(request, id), family);
        return await WithDetailsAsync(context, reply.OrThrow(), volunteer.Region);
    }

    public override async Task<Volunteer> GetVolunteer(GetVolunteerRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", PersonContract.Volunteers);
        read.Check();
        return await WithDetailsAsync(
            context, await grains.Volunteer(name).GetAsync() ?? throw Problem.Of(Reason.VolunteerNotFound), name.Region);
    }

    public override async Task<ListVolunteersResponse> ListVolunteers(ListVolunteersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        string name = request.DisplayName.Length == 0 ? "" : read.Name(request.DisplayName, "display_name");
        read.Check();

        RegistryQuery query = new RegistryQuery(region, VolunteerState.Kind).WhereNamed(VolunteerState.NamePath, name);
        (IReadOnlyList<RegistryRow<VolunteerState>> rows, string next) =
            await registry.PageAsync<VolunteerState>(query, size, tokens, context, request, request.PageToken);
        IEnumerable<string> unreadable = rows.Unreadable(region, PersonContract.Volunteers);
        var response = new ListVolunteersResponse { NextPageToken = next, Unreadable = { unreadable } };
        response.Volunteers.Add(await Task.WhenAll(rows.Readable().Select(row => WithStarsAsync(row.State.ToRecord(row.Id), region))));
        return response;
    }

    public override async Task<GiftHoursResponse> GiftHours(GiftHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName volunteer = read.Resource(request.Volunteer, "volunteer", PersonContract.Volunteers);
        ResourceName receiver = read.Resource(request.Receiver, "receiver", PersonContract.Elders, PersonContract.Volunteers);
        read.SameRegion(volunteer.Region, receiver, "receiver");
        string memo = read.Text(request.Memo, "memo", EntryHeader.MaxMemoLength);
        long minutes = read.Amount(request.Amount, "amount", Unit.Minutes);
        read.Check();
        context.RequireActing(onBehalfOf, volunteer);

        Reply<MovedHours> reply = await grains.Volunteer(volunteer)
            .GiftAsync(context.Command(request, id, onBehalfOf, memo), receiver.BelowRegion(), minutes);
        MovedHours moved = reply.OrThrow();
        return new GiftHoursResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(volunteer.Region, "entries", moved.Entry),
            Hours = moved.Hours.ToContract(volunteer)
        };
    }

    public override async Task<DonateHoursResponse> DonateHours(DonateHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName volunteer = read.Resource(request.Volunteer, "volunteer", PersonContract.Volunteers);
        string memo = read.Text(request.Memo, "memo", EntryHeader.MaxMemoLength);
        long minutes = read.Amount(request.Amount, "amount", Unit.Minutes);
        read.Check();
        context.RequireActing(onBehalfOf, volunteer);

        Reply<MovedHours> reply = await grains.Volunteer(volunteer)
            .DonateAsync(context.Command(request, id, onBehalfOf, memo), minutes);
        MovedHours moved = reply.OrThrow();
        return new DonateHoursResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(volunteer.Region, "entries", moved.Entry),
            Hours = moved.Hours.ToContract(volunteer)
        };
    }

    public override async Task<UndoHoursResponse> UndoHours(UndoHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName volunteer = read.Resource(request.Volunteer, "volunteer", PersonContract.Volunteers);
        (RegionCode region, long index) = read.Entry(request.Entry, "entry");
        if (volunteer != default && region != default && region != volunteer.Region)
        {
            read.Refuse("entry", "OTHER_REGION", ("region", volunteer.Region.ToString()));
        }
        read.Check();
        context.RequireActing(onBehalfOf, volunteer);

        Reply<MovedHours> reply = await grains.Volunteer(volunteer).UndoAsync(context.Command(request, id, onBehalfOf), index);
        MovedHours moved = reply.OrThrow();
        return new UndoHoursResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(volunteer.Region, "entries", moved.Entry),
            Hours = moved.Hours.ToContract(volunteer)
        };
    }

    private async Task<Volunteer> WithDetailsAsync(ServerCallContext context, VolunteerRecord volunteer, RegionCode region)
    {
        Volunteer contract = await WithStarsAsync(volunteer, region);
        if (volunteer.HasDetails) contract.Details = (await grains.Volunteer(region, volunteer.Id.Text).DetailsAsync())
            ?.ToContract(context.Caller().Has(Role.Counter));
        return contract;
    }

    private async Task<Volunteer> WithStarsAsync(VolunteerRecord volunteer, RegionCode region)
    {
        PersonHours? hours = await grains.GetGrain<IVolunteerGrain>(region, volunteer.Id).HoursAsync();
        return volunteer.ToContract(region, hours?.Stars ?? 0);
    }

    private static ImmutableArray<FamilyRecord> Family(RequestReader read, ResourceName volunteer,
        IReadOnlyList<FamilyMember> family)
    {
        if (family.Count > MaxFamily) read.Refuse("family", "TOO_MANY", ("max", $"{MaxFamily}"));
        var members = ImmutableArray.CreateBuilder<FamilyRecord>();
        for (int at = 0; at < Math.Min(family.Count, MaxFamily); at++)
        {
            ResourceName person = read.Resource(family[at].Person, $"family[{at}].person", PersonContract.Elders,
                PersonContract.Volunteers);
            read.SameRegion(volunteer.Region, person, $"family[{at}].person");
            V1.Kinship kinship = read.Choice(family[at].Kinship, $"family[{at}].kinship");
            if (person == default) continue;
            if (members.Any(other => other.Person == person.BelowRegion())) read.Refuse($"family[{at}].person", "REPEATED");
            members.Add(new FamilyRecord(person.BelowRegion(), kinship.ToDomain()));
        }
        return members.ToImmutable();
    }
}
