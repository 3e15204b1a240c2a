using Grpc.Core;
using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>What the hours of a person are, and how they came to be.</content>
public sealed partial class VolunteerApi
{
    public override async Task<Hours> GetHours(GetHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonValues.Elders, PersonValues.Volunteers);
        read.Check();
        Hours hours = (await grains.HoursAsync(person)).ToContract(person);
        if (person.Collection != PersonValues.Volunteers) return hours;
        HoursOnTheirWayMessage left = await grains.GetGrain<IClearingGrain>(person.Region.ToString()).OnTheirWayAsync(person.Id);
        hours.OnTheirWay = Unit.Minutes.Of(left.Minutes);
        return hours;
    }

    public override async Task<ListHourPostingsResponse> ListHourPostings(ListHourPostingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonValues.Elders, PersonValues.Volunteers);
        HourAccount? account = read.ChoiceOrNull(request.Account, "account");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        read.Check();

        await grains.HoursAsync(person);
        return await new HourPostings(ledger, statements).ListAsync(context, request, person, account, period, size, request.PageToken);
    }

    public override async Task<Statement> GetHourStatement(GetHourStatementRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonValues.Elders, PersonValues.Volunteers);
        HourAccount? account = read.ChoiceOrNull(request.Account, "account");
        if (request.Period is null) read.Refuse("period", "REQUIRED");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        read.Check();

        await grains.HoursAsync(person);
        AccountSpec spec = Chart.PersonHours(OpaqueId.Parse(person.Id), account.ToDomain(person));
        return await statements.StatementAsync(context, request, person.Region, spec, period, size, request.PageToken);
    }
}
