using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The whole server on PostgreSQL. Behaviour that does not depend on the engine is tested on SQLite.</summary>
public sealed class PostgreSqlServerTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private const string Region = "430211";

    [Fact]
    public async Task What_was_written_is_there_after_a_restart_and_its_replay_answers_the_same()
    {
        string database = postgres.NewDatabase(), keys = SigningKey.Create();
        RedeemVoucherRequest lunch;
        RedeemVoucherResponse redeemed;
        Statement statement;
        await using (TestServer running = await TestServer.OnPostgreSqlAsync(database, migrate: true, keys))
        {
            Desk desk = new(running, Region);
            string programme = await desk.FundedAsync(desk.Meals("meals"), (await desk.FundAsync("lottery", 10_000_000), 1_000_000));
            string elder = await desk.RegisterElderAsync(), canteen = await desk.ProviderAsync(V1.ServiceType.Meal);
            await desk.IssueAsync(programme);
            lunch = desk.Lunch((await desk.VoucherOfAsync(elder, programme)).Name, canteen, price: 1_500);
            redeemed = await desk.Clerk(canteen).RedeemVoucherAsync(lunch);
            statement = await StatementAsync(desk, canteen);
            Assert.Equal(redeemed.Redemption.Credited.Value, statement.Closing.Amount.Value);
        }

        await using (TestServer again = await TestServer.OnPostgreSqlAsync(database, migrate: false, keys))
        {
            Desk desk = new(again, Region);
            Assert.Equal(redeemed, await desk.Clerk(lunch.Provider).RedeemVoucherAsync(lunch));
            Assert.Equal(statement, await StatementAsync(desk, lunch.Provider));
            Assert.Null(again.Services.GetRequiredService<StorageEngine>().Verify(default).Finding);
        }
    }

    [Fact]
    public async Task Bills_of_one_elder_that_race_with_redemptions_and_refunds_never_spend_a_fen_twice()
    {
        await using TestServer running = await TestServer.OnPostgreSqlAsync(postgres.NewDatabase(), migrate: true);
        var desk = new BillDesk(running, Region);
        await desk.OpenAsync();
        await desk.RaceAsync();
        V1.Bill bill = (await desk.Clerk.PayBillAsync(desk.Care())).Bill;
        long owed = await desk.PayableAsync();

        string[] back = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await BillDesk.AnswerAsync(
            async () => await desk.Clerk.RefundBillAsync(desk.Refund(bill, 1)))));

        Assert.Equal(1, back.Count(answer => answer == "paid"));
        Assert.Equal(7, back.Count(answer => answer == "BILL_LINE_ALREADY_REFUNDED"));
        Assert.Equal(owed - bill.Credited.Value, await desk.PayableAsync());
        Assert.Null(running.Services.GetRequiredService<StorageEngine>().Verify(default).Finding);
    }

    [Fact]
    public void A_server_that_may_not_migrate_says_what_to_run()
    {
        using var engine = StorageEngine.Of(new TimeBankOptions { Database = postgres.NewDatabase() });
        SchemaMismatchException refused =
            Assert.Throws<SchemaMismatchException>(() => engine.AddStores(new ServiceCollection(), migrate: false));
        Assert.Contains("schema 0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("timebank migrate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_works_under_a_login_that_owns_nothing()
    {
        string database = postgres.NewDatabase();
        using (var owned = new PostgreSqlDatabase(database)) PostgreSqlSchema.Migrate(owned);
        PostgreSqlFixture.Execute(database, "CREATE ROLE serving LOGIN IN ROLE timebank_server");
        await using TestServer running = await TestServer.OnPostgreSqlAsync(
            database.Replace($"Username={PostgreSqlServer.Superuser}", "Username=serving", StringComparison.Ordinal), migrate: false);
        Desk desk = new(running, Region);
        await desk.FundAsync("lottery", 1_000);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving,
            (await new Health.HealthClient(running.Anonymous()).CheckAsync(new HealthCheckRequest())).Status);
    }

    [Theory]
    [InlineData("postgresql://keeper:hunter2@127.0.0.1/timebank")]
    [InlineData("Host=127.0.0.1;Password=hunter2;Port=many")]
    [InlineData("Host=127.0.0.1;Password=a;hunter2;Database=timebank")]
    [InlineData("Password=hunter2")]
    public void A_wrong_connection_string_is_refused_without_repeating_it(string text)
    {
        InvalidOperationException refused =
            Assert.Throws<InvalidOperationException>(() => StorageEngine.Of(new TimeBankOptions { Database = text }));
        Assert.Contains("TimeBank:Database", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_needs_a_database_for_all()
    {
        var options = new TimeBankOptions { Cluster = "district" };
        Assert.Contains("TimeBank:Database", Assert.Throws<InvalidOperationException>(options.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_goes_away_is_not_served_and_its_callers_are_told_until_it_is_back()
    {
        using PostgreSqlServer own = await PostgreSqlServer.StartAsync("fsync=off", "shared_buffers=16MB");
        await using TestServer running = await TestServer.OnPostgreSqlAsync(own.ConnectionString("postgres"), migrate: true);
        Desk desk = new(running, Region);
        string fund = await desk.FundAsync("lottery", 0);
        RecordReceiptRequest receipt = desk.Receipt(fund, 700);
        var clock = new Stopwatch();
        using DatabaseHealth health = ActivatorUtilities.CreateInstance<DatabaseHealth>(running.Services, clock);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        await own.StopAtOnceAsync();
        await ((Func<Task>)(async () => await desk.Maker.RecordReceiptAsync(receipt))).IsRefusedAsync(Reason.StoreUnavailable);
        // Health asks the database at most every two seconds, so the outage does not show yet.
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
        clock.Seconds = 2;
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());

        await own.StartAgainAsync();
        await desk.Maker.RecordReceiptAsync(receipt);
        Assert.Equal(700, (await desk.Auditor.GetFundAsync(new GetFundRequest { Name = fund })).Available.Value);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
        clock.Seconds = 4;
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        async Task<HealthStatus> HealthAsync() => (await health.CheckHealthAsync(new HealthCheckContext())).Status;
    }

    private static async Task<Statement> StatementAsync(Desk desk, string provider) =>
        await desk.ProviderClerk(provider)
            .GetProviderStatementAsync(new GetProviderStatementRequest { Provider = provider, Period = Desk.AllDays });
}
