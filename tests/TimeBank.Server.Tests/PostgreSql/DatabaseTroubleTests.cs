using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A slow database, and a database with a damaged grain state.</summary>
public sealed class DatabaseTroubleTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private const string Region = "regions/430211";

    /// <summary>Another session locks the table of grain states, as a dump or somebody with psql may.</summary>
    [Fact]
    public async Task A_state_that_takes_too_long_to_be_read_is_an_outage_and_a_retry_helps()
    {
        string database = postgres.NewDatabase();
        await using TestServer running = await TestServer.OnPostgreSqlAsync(database, migrate: true);
        Desk desk = new(running);
        await desk.EnrolAsync();
        EnrolVolunteerRequest enrolment =
            new()
            {
                RequestId = Desk.Id(), Parent = Region, DisplayName = "王芳",
                BirthDate = new() { Year = 1990, Month = 7, Day = 1 }
            };
        using var log = new RecordedLog(running.Services);
        await using (var connection = new NpgsqlConnection($"{database};Pooling=false"))
        {
            await connection.OpenAsync();
            await using NpgsqlTransaction alone = await connection.BeginTransactionAsync();
            await using var take = new NpgsqlCommand("LOCK TABLE grain_state IN ACCESS EXCLUSIVE MODE", connection);
            await take.ExecuteNonQueryAsync();

            await desk.Volunteers().EnrolVolunteerAsync(enrolment).IsRefusedAsync(Reason.StoreUnavailable);
        }

        Volunteer enrolled = await desk.Volunteers().EnrolVolunteerAsync(enrolment);
        Assert.Equal(enrolled, await desk.Volunteers().EnrolVolunteerAsync(enrolment));
        Assert.DoesNotContain(log.Lines, line => line.Contains("incident", StringComparison.Ordinal));
    }

    /// <summary>Damages one of two states of each kind that has a list.</summary>
    [Fact]
    public async Task A_damaged_state_is_left_out_of_its_list_and_named_and_takes_nothing_else_with_it()
    {
        string database = postgres.NewDatabase(), keys = SigningKey.Create();
        var names = new Dictionary<string, string[]>();
        await using (TestServer running = await TestServer.OnPostgreSqlAsync(database, migrate: true, keys))
        {
            Desk desk = new(running);
            names["volunteer"] = [await desk.EnrolAsync(), await desk.EnrolAsync()];
            names["elder"] = [await desk.RegisterWithHoursAsync(), await desk.RegisterAsync()];
            names["provider"] = [await desk.ProviderAsync(V1.ServiceType.Meal), await desk.ProviderAsync(V1.ServiceType.Meal)];
            names["fund"] = [await desk.FundAsync("lottery", 0), await desk.FundAsync("relief", 0)];
            names["programme"] = [(await desk.Maker.CreateProgrammeAsync(desk.Meals("meals"))).Name,
                (await desk.Maker.CreateProgrammeAsync(desk.Meals("suppers"))).Name];
            ServiceOrderService.ServiceOrderServiceClient elder = desk.Orders(names["elder"][0]);
            ServiceOrder first = await elder.RequestServiceAsync(desk.Request(names["elder"][0], TimeSpan.FromHours(1), minutes: 60));
            ServiceOrder second = await elder.RequestServiceAsync(desk.Request(names["elder"][0], TimeSpan.FromHours(3), minutes: 60));
            names["order"] = [first.Name, second.Name];
        }
        foreach ((string kind, string[] two) in names)
        {
            string[] name = two[1].Split('/');
            PostgreSqlFixture.Execute(
                database, $"UPDATE grain_state SET payload = '[]' WHERE state_name = '{kind}' AND grain_key = '{name[1]}/{name[3]}'");
        }

        await using TestServer again = await TestServer.OnPostgreSqlAsync(database, migrate: false, keys);
        Desk hours = new(again);
        using var log = new RecordedLog(again.Services);

        ListVolunteersResponse volunteers = await hours.Volunteers().ListVolunteersAsync(new ListVolunteersRequest { Parent = Region });
        AssertLeftOut(names["volunteer"], volunteers.Volunteers.Select(one => one.Name), volunteers.Unreadable);
        ListEldersResponse elders = await hours.Elders().ListEldersAsync(new ListEldersRequest { Parent = Region });
        AssertLeftOut(names["elder"], elders.Elders.Select(one => one.Name), elders.Unreadable);
        ListProvidersResponse providers = await hours.Administrator.ListProvidersAsync(new ListProvidersRequest { Parent = Region });
        AssertLeftOut(names["provider"], providers.Providers.Select(one => one.Name), providers.Unreadable);
        ListFundsResponse sources = await hours.Auditor.ListFundsAsync(new ListFundsRequest { Parent = Region });
        AssertLeftOut(names["fund"], sources.Funds.Select(one => one.Name), sources.Unreadable);
        ListProgrammesResponse programmes = await hours.Auditor.ListProgrammesAsync(new ListProgrammesRequest { Parent = Region });
        AssertLeftOut(names["programme"], programmes.Programmes.Select(one => one.Name), programmes.Unreadable);
        ListOrdersResponse orders = await hours.OrdersAs(Role.Auditor).ListOrdersAsync(new ListOrdersRequest { Parent = Region });
        AssertLeftOut(names["order"], orders.Orders.Select(one => one.Name), orders.Unreadable);
        Assert.Empty(log.Errors);

        await hours.Volunteers().GetVolunteerAsync(new GetVolunteerRequest { Name = names["volunteer"][1] })
            .IsRefusedAsync(Reason.StateUnreadable);
        string incident =
            await IncidentAsync(async () => await hours.Elders().GetElderAsync(new GetElderRequest { Name = names["elder"][1] }));
        Assert.Contains(log.Errors, line => line.Contains(incident, StringComparison.Ordinal));
        Volunteer sound = await hours.Volunteers().GetVolunteerAsync(new GetVolunteerRequest { Name = names["volunteer"][0] });
        Assert.Equal(names["volunteer"][0], sound.Name);

        // A run skips the damaged state, counts it and gives the reason.
        List<RunProgress> run =
            await Desk.RunAsync(
            hours.Elders(Role.FinanceMaker)
            .IssueHours(new IssueHoursRequest { RequestId = Desk.Id(), Parent = Region, Month = Desk.October }));
        Assert.Equal(2, run[^1].Summary.Skipped);
        Assert.Equal(1, run[^1].Summary.SkippedByReason.Single(skipped => skipped.Reason == "STATE_UNREADABLE").Count);

        Assert.Matches(
            "^grain states/[a-z]+/430211/.* can be read as ",
            $"{again.Services.GetRequiredService<StorageEngine>().Verify(default).Finding}");
    }

    private static void AssertLeftOut(string[] two, IEnumerable<string> listed, IEnumerable<string> unreadable)
    {
        Assert.Equal([two[0]], listed);
        Assert.Equal([two[1]], unreadable);
    }

    private static async Task<string> IncidentAsync(Func<Task> call)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
        string incident = error.GetRpcStatus()!.Details.First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor))
            .Unpack<Google.Rpc.ErrorInfo>()
            .Metadata["incident"];
        Assert.Contains(incident, error.Status.Detail, StringComparison.Ordinal);
        return incident;
    }
}
