using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Testing;

/// <content>Work at the counter: registers people with hours, so that tests can begin.</content>
public sealed partial class Desk
{
    public DateTimeOffset Now => server.Now;

    public DateOnly Today => Ledger.ChinaTime.DateOf(Now);

    public VolunteerService.VolunteerServiceClient Volunteers(Role role = Role.Counter, string party = "") =>
        new(server.As(role, party, "", region));

    public ElderService.ElderServiceClient Elders(Role role = Role.Counter, string party = "") => new(server.As(role, party, "", region));

    public ServiceOrderService.ServiceOrderServiceClient Orders(string party) =>
        new(server.As(party.Contains("/elders/", StringComparison.Ordinal) ? Role.Elder : Role.Volunteer, party, "", region));

    public ServiceOrderService.ServiceOrderServiceClient OrdersAs(Role role, string subject = "") =>
        new(server.As(role, "", subject, region));

    public static Amount Minutes(long minutes) => new() { Value = minutes, Unit = "MIN" };

    public async Task<string> EnrolAsync(int age = 40, string home = "") => (await Volunteers().EnrolVolunteerAsync(
        new EnrolVolunteerRequest
        {
            RequestId = Id(), Parent = Region, DisplayName = "王芳", BirthDate = DateOf(Today.AddYears(-age)),
            Home = home
        })).Name;

    public async Task<string> RegisterAsync(int age = 85) => (await Elders().RegisterElderAsync(new RegisterElderRequest
    {
        RequestId = Id(), Parent = Region, DisplayName = "李奶奶", BirthDate = DateOf(Today.AddYears(-age)),
        Difficulties = { Difficulty.LivesAlone, Difficulty.EmptyNest },
    })).Name;

    /// <summary>Registers an elder and issues this month's four hours.</summary>
    public async Task<string> RegisterWithHoursAsync()
    {
        string elder = await RegisterAsync();
        await RunAsync(Elders(Role.FinanceMaker)
            .IssueHours(new IssueHoursRequest { RequestId = Id(), Parent = Region, Month = Month(), Elder = elder }));
        return elder;
    }

    /// <summary>Enrols a volunteer who has earned two hours.</summary>
    public async Task<string> EnrolWithHoursAsync(string? volunteer = null)
    {
        volunteer ??= await EnrolAsync();
        string elder = await RegisterWithHoursAsync();
        ServiceOrder order = await ServedAsync(elder, volunteer, TimeSpan.FromHours(2));
        await Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = order.Name });
        return volunteer;
    }

    /// <summary>Credits earned minutes by an import, as a service would credit them.</summary>
    public async Task BringHoursAsync(string volunteer, long minutes)
    {
        ImportBalancesResponse brought = await new LedgerService.LedgerServiceClient(server.As(Role.Administrator, regions: region))
            .ImportBalancesAsync(new ImportBalancesRequest
            {
                RequestId = Id(), Parent = Region, Source = "old-books",
                Lines =
                {
                    new ImportLine
                    {
                        Number = 1, Key = Id(), Account = $"person/{volunteer.Split('/')[^1]}/hours/earned", Side = Side.Credit,
                        Amount = Minutes(minutes), Date = DateOf(Today),
                    },
                },
            });
        Assert.Equal(1, brought.Recorded);
    }

    public RequestServiceRequest Request(string recipient, TimeSpan? fromNow = null, long minutes = 120) => new()
    {
        RequestId = Id(), Recipient = recipient, Item = "companionship",
        PlannedStartTime = Timestamp.FromDateTimeOffset(Now + (fromNow ?? TimeSpan.FromMinutes(5))), Planned = Minutes(minutes),
    };

    public async Task<ServiceOrder> AcceptedAsync(string recipient, string volunteer)
    {
        ServiceOrder order = await Orders(recipient).RequestServiceAsync(Request(recipient));
        return await Orders(volunteer)
            .AcceptOrderAsync(new AcceptOrderRequest { RequestId = Id(), Order = order.Name, Volunteer = volunteer });
    }

    public async Task<ServiceOrder> ServedAsync(string recipient, string volunteer, TimeSpan time)
    {
        ServiceOrder order = await AcceptedAsync(recipient, volunteer);
        await Orders(volunteer).CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order.Name });
        await AdvanceAsync(time);
        return await Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = order.Name });
    }

    public Task AdvanceAsync(TimeSpan by) => AdvanceToAsync(Now + by);

    public async Task AdvanceToAsync(DateTimeOffset to) => await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator))
        .AdvanceClockAsync(new AdvanceClockRequest { RequestId = Id(), To = Timestamp.FromDateTimeOffset(to) });

    public Date Month(int later = 0) => Today.AddMonths(later) is var day ? new Date { Year = day.Year, Month = day.Month } : null!;

    public async Task<Hours> HoursAsync(string person) => await Volunteers().GetHoursAsync(new GetHoursRequest { Person = person });

    public static Date DateOf(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };
}
