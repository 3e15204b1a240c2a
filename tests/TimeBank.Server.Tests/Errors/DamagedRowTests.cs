using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>
/// A state of which nothing can be read any more. Whose it is, and how far it is, nobody can tell: every list names it that it may belong
/// to, and what would count it counts nothing without it.
/// </summary>
public sealed class DamagedRowTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430281", Damaged = "0DAMAGED0000";

    private readonly Desk _desk = new(server, Region);

    [Fact]
    public async Task A_damaged_row_is_named_by_every_list_with_a_filter()
    {
        string elder = await _desk.RegisterElderAsync(), volunteer = await _desk.EnrolAsync();
        string[] kinds =
        [
            ComplaintGrainState.Kind, ConfirmationState.Kind, ElderState.Kind, PrepaymentGrainState.Kind, ProviderState.Kind,
            ServiceOrderState.Kind, SettlementGrainState.Kind, VolunteerState.Kind,
        ];
        foreach (string kind in kinds) Damage(elder, kind, Damaged);
        var orders = _desk.OrdersAs(Role.Auditor);
        var complaints = new ComplaintService.ComplaintServiceClient(server.As(Role.Auditor, regions: Region));
        var finance = new SettlementService.SettlementServiceClient(server.As(Role.FinanceMaker, regions: Region));
        var holders = new HolderService.HolderServiceClient(server.As(Role.Counter, regions: Region));
        var prepaid = new PrepaymentService.PrepaymentServiceClient(server.As(Role.Auditor, regions: Region));
        var estates = new FundService.FundServiceClient(server.As(Role.FinanceMaker, regions: Region));
        string parent = _desk.Region;
        Date today = DateOf(_desk.Today);

        (string List, IEnumerable<string> Unreadable)[] lists =
        [
            ("orders", (await orders.ListOrdersAsync(new ListOrdersRequest { Parent = parent, Recipient = elder })).Unreadable),
            ("orders", (await orders.ListOrdersAsync(new ListOrdersRequest { Parent = parent, Volunteer = volunteer })).Unreadable),
            ("orders", (await orders.ListOrdersAsync(
                new ListOrdersRequest { Parent = parent, State = V1.OrderState.Accepted })).Unreadable),
            ("orders", (await orders.ListOrdersAsync(
                new ListOrdersRequest { Parent = parent, Period = new Period { FirstDay = today, LastDay = today } })).Unreadable),
            ("orders", (await _desk.Orders(volunteer).ListOrdersAsync(new ListOrdersRequest { Parent = parent })).Unreadable),
            ("complaints", (await complaints.ListComplaintsAsync(
                new ListComplaintsRequest { Parent = parent, Party = elder, OnlyOpen = true })).Unreadable),
            ("complaints", (await complaints.ListComplaintsAsync(
                new ListComplaintsRequest { Parent = parent, OnlyOverdue = true, State = V1.ComplaintState.Filed })).Unreadable),
            ("confirmations", (await holders.ListConfirmationsAsync(
                new ListConfirmationsRequest { Parent = parent, Elder = elder })).Unreadable),
            ("settlements", (await finance.ListBatchesAsync(
                new ListBatchesRequest { Parent = parent, State = V1.SettlementState.Draft })).Unreadable),
            ("prepayments", (await prepaid.ListPrepaymentsAsync(
                new ListPrepaymentsRequest { Parent = parent, Party = elder, State = V1.PrepaymentState.Agreed })).Unreadable),
            ("providers", (await _desk.Administrator.ListProvidersAsync(
                new ListProvidersRequest { Parent = parent, ServiceType = V1.ServiceType.Meal })).Unreadable),
            ("elders", (await _desk.Elders().ListEldersAsync(
                new ListEldersRequest { Parent = parent, DisplayName = "老人" })).Unreadable),
            ("volunteers", (await _desk.Volunteers().ListVolunteersAsync(
                new ListVolunteersRequest { Parent = parent, DisplayName = "王芳" })).Unreadable),
            ("elders", (await estates.ListEstatesAsync(new ListEstatesRequest { Parent = parent })).Unreadable),
        ];

        Assert.All(lists, one => Assert.Equal([$"{parent}/{one.List}/{Damaged}"], one.Unreadable));
        ListComplaintsResponse counted = await complaints.ListComplaintsAsync(new ListComplaintsRequest { Parent = parent });
        Assert.Equal((0, 0), (counted.OpenCount, counted.OverdueCount));
    }

    /// <summary>In a region of its own: nothing is paid there any more.</summary>
    [Fact]
    public async Task Nothing_is_paid_while_nobody_knows_what_a_damaged_complaint_sets_aside()
    {
        const string other = "430121";
        var desk = new ComplaintDesk(server, other);
        await desk.OpenAsync();
        await desk.EatAsync(1_000);
        string elder = await new Desk(server, other).RegisterElderAsync();
        Damage(elder, ComplaintGrainState.Kind, Damaged);

        await desk.Maker.PrepareBatchAsync(desk.Prepare()).IsRefusedAsync(Reason.StateUnreadable);
    }

    [Fact]
    public async Task Findings_of_a_run_are_not_complete_without_a_damaged_page()
    {
        var desk = new Desk(server, "430182");
        await desk.RegisterAsync();
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        string run = (await RunAsync(finance.RunOutreach(new RunOutreachRequest { RequestId = Id(), Parent = desk.Region })))[^1].Summary
            .OutreachRun, other = (await RunAsync(finance.RunOutreach(
                new RunOutreachRequest { RequestId = Id(), Parent = desk.Region })))[^1].Summary.OutreachRun;
        ListOutreachFindingsResponse before = await finance.ListOutreachFindingsAsync(new ListOutreachFindingsRequest { Run = other });
        Execute("UPDATE grain_state SET payload = '[]' WHERE state_name = $kind AND grain_key LIKE $key",
            ("$kind", OutreachPageState.Kind), ("$key", $"430182/{run.Split('/')[^1]}-%"));

        await finance.ListOutreachFindingsAsync(new ListOutreachFindingsRequest { Run = run }).IsRefusedAsync(Reason.StateUnreadable);
        // Another run's page is another run's.
        Assert.Equal(before, await finance.ListOutreachFindingsAsync(new ListOutreachFindingsRequest { Run = other }));
    }

    /// <summary>Adds a row of which nothing can be read, made from an elder's.</summary>
    private void Damage(string elder, string kind, string id) => Execute(
        """
        CREATE TEMP TABLE one AS SELECT * FROM grain_state WHERE state_name = 'elder' AND grain_key = $elder;
        UPDATE one SET state_name = $kind, grain_key = $key, payload = '[]';
        INSERT INTO grain_state SELECT * FROM one;
        """,
        ("$elder", $"{elder.Split('/')[1]}/{elder.Split('/')[^1]}"), ("$kind", kind), ("$key", $"{elder.Split('/')[1]}/{id}"));

    private void Execute(string sql, params (string Name, string Value)[] parameters)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, string value) in parameters) command.Parameters.AddWithValue(name, value);
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }
}
