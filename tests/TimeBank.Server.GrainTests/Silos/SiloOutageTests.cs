using System.Collections.Immutable;
using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Storage;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;
using TimeBank.Storage.GrainStorage;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// A database outage, seen from another silo than the failing grain's. Drivers' exceptions can't cross: Npgsql's arrive as a codec error,
/// SQLite's without their numbers. So no grain lets one out, and the caller gets an outage or words instead.
/// </summary>
public sealed class SiloOutageTests
{
    private const string Key = "430211/0123456789AB";

    public static TheoryData<string> Faults() =>
        ["PostgreSQL isn't there", "PostgreSQL shuts down", "SQLite's file isn't there", "a query takes too long"];

    [Theory, MemberData(nameof(Faults))]
    public async Task A_state_that_can_not_be_read_is_an_outage_at_the_caller(string fault)
    {
        var states = new AwayStates { Reading = Thrown(fault) };
        await using TwoSilos silos = await StartAsync(states);

        Exception error =
            await Assert.ThrowsAnyAsync<Exception>(
            () => silos.FromNearAsync<IVolunteerGrain, VolunteerRecord?>(Key, grain => grain.GetAsync()));

        AssertOutage(error);
        Assert.Equal([silos.Far], states.ReadAt.Distinct());
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task A_state_that_can_not_be_written_is_an_outage_at_the_caller_and_its_retry_finishes(string fault)
    {
        var states = new AwayStates { Writing = Thrown(fault) };
        await using TwoSilos silos = await StartAsync(states);
        var command = new Command(new Guid(1, 0, 0, new byte[8]), Digest.Of([1]).ToString(), "STAFF", "", "");
        string key = $"430211/{command.NewId}";

        AssertOutage(
            await Assert.ThrowsAnyAsync<Exception>(
            () => silos.FromNearAsync<IVolunteerGrain,
                Reply<VolunteerRecord>>(key, grain => grain.EnrolAsync(command, "V", new DateOnly(1990, 7, 1), ""))));
        states.Writing = null;
        Reply<VolunteerRecord> enrolled = await silos.FromNearAsync<IVolunteerGrain,
            Reply<VolunteerRecord>>(key, grain => grain.EnrolAsync(command, "V", new DateOnly(1990, 7, 1), ""));

        Assert.Equal("V", enrolled.Value?.DisplayName);
        Assert.Equal([silos.Far], states.ReadAt.Distinct());
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task What_a_grain_asks_the_database_itself_is_an_outage_at_the_caller(string fault)
    {
        var states = new AwayStates();
        // The store throws its own exception around the driver's.
        await using TwoSilos silos =
            await StartAsync(states, new StorageUnavailableException("The database can't be used.", Thrown(fault)));

        AssertOutage(
            await Assert.ThrowsAnyAsync<Exception>(
            () => silos.FromNearAsync<IClearingGrain, ImmutableArray<ClearingPosition>>("430211", grain => grain.PositionsAsync())));

        Assert.Equal([silos.Far], states.ReadAt.Distinct());
    }

    /// <summary>A statement that the database refuses is our bug. It arrives as an exception that names the fault.</summary>
    [Fact]
    public async Task What_the_database_refuses_arrives_without_the_drivers_exception()
    {
        var states = new AwayStates();
        await using TwoSilos silos =
            await StartAsync(
            states, new PostgresException("column \"naem\" does not exist", "ERROR", "ERROR", PostgresErrorCodes.UndefinedColumn));

        Exception error =
            await Assert.ThrowsAnyAsync<Exception>(
            () => silos.FromNearAsync<IClearingGrain, ImmutableArray<ClearingPosition>>("430211", grain => grain.PositionsAsync()));

        Assert.IsType<InvalidOperationException>(error);
        Assert.Contains("naem", error.Message, StringComparison.Ordinal);
        Assert.False(StorageFault.IsOutage(error));
        Assert.False(StorageFault.IsDrivers(error));
    }

    [Fact]
    public async Task A_state_that_is_damaged_is_named_and_is_no_outage()
    {
        var states = new AwayStates { Reading = new System.Text.Json.JsonException("The JSON value could not be converted.") };
        await using TwoSilos silos = await StartAsync(states);

        Exception error =
            await Assert.ThrowsAnyAsync<Exception>(
            () => silos.FromNearAsync<IVolunteerGrain, VolunteerRecord?>(Key, grain => grain.GetAsync()));

        Assert.True(StorageFault.IsUnreadable(error), error.ToString());
        Assert.False(StorageFault.IsOutage(error), error.ToString());
        Assert.Contains("volunteer", error.ToString(), StringComparison.Ordinal);
    }

    private static void AssertOutage(Exception error)
    {
        Assert.True(StorageFault.IsOutage(error), error.ToString());
        Assert.False(StorageFault.IsDrivers(error), error.ToString());
        for (Exception? one = error; one is not null; one = one.InnerException) Assert.DoesNotContain(
            "Codec", one.GetType().Name, StringComparison.Ordinal);
    }

    /// <summary>Exceptions of real drivers. A made-up one would hold nothing that can't cross.</summary>
    private static Exception Thrown(string fault)
    {
        try
        {
            switch (fault)
            {
                case "PostgreSQL isn't there":
                    using (var connection = new NpgsqlConnection("Host=127.0.0.1;Port=1;Timeout=2;Pooling=false")) connection.Open();
                    break;
                case "SQLite's file isn't there":
                    using (var connection = new SqliteConnection("Data Source=/nowhere/at/all.db;Pooling=false")) connection.Open();
                    break;
                case "PostgreSQL shuts down":
                    throw new PostgresException(
                        "terminating connection due to administrator command", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown);
                default:
                    throw new NpgsqlException(
                        "Exception while reading from stream", new TimeoutException("Timeout during reading attempt"));
            }
        }
        catch (DbException thrown)
        {
            return thrown;
        }
        throw new InvalidOperationException($"{fault}: nothing was thrown.");
    }

    private static Task<TwoSilos> StartAsync(AwayStates states, Exception? reading = null) => TwoSilos.StartAsync(silo =>
    {
        var journal = new MemoryLedgerStore();
        silo.Services.AddSingleton<ILedgerStore>(journal).AddSingleton(reading is null ? journal : Away.Reader(reading));
        silo.AddGuardedGrainStorage(
            GrainStorageNames.TimeBank, services => new SiloStates(states, services.GetRequiredService<ILocalSiloDetails>().SiloAddress));
    });

    /// <summary>States that both silos share.</summary>
    private sealed class AwayStates
    {
        public FragileStates Inner { get; } = new();

        public Exception? Reading { get; set; }

        public Exception? Writing { get; set; }

        /// <summary>The silos that have read a state.</summary>
        public List<SiloAddress> ReadAt { get; } = [];
    }

    private sealed class SiloStates(AwayStates states, SiloAddress here) : IGrainStorage
    {
        public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            lock (states.ReadAt) states.ReadAt.Add(here);
            if (states.Reading is { } fault) throw fault;
            await states.Inner.ReadStateAsync(stateName, grainId, grainState);
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            states.Writing is { } fault ? Task.FromException(fault) : states.Inner.WriteStateAsync(stateName, grainId, grainState);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }

    /// <summary>A ledger reader whose every call fails.</summary>
    public class Away : DispatchProxy
    {
        private Exception _fault = new InvalidOperationException();

        public static ILedgerReader Reader(Exception fault)
        {
            ILedgerReader ledger = Create<ILedgerReader, Away>();
            ((Away)ledger)._fault = fault;
            return ledger;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw _fault;
    }
}
