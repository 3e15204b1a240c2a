using Orleans.Configuration;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The silo in this process, and the clock that the business runs by.</summary>
public static class GrainsSetup
{
    public static void AddTimeBankGrains(this WebApplicationBuilder builder, TimeBankOptions options, StorageEngine engine)
    {
        TimeProvider time = TimeProvider.System;
        if (options.Scenario is { } start)
        {
            var clock = new ScenarioClock(start);
            builder.Services.AddSingleton(clock);
            time = clock;
        }
        // A demonstration's clock goes on by months at a word, but not back either.
        var bounds = new ClockBounds(options.Scenario is null ? options.ClockAhead : null, options.ClockBehind, options.ClockChecked);
        builder.Services.AddSingleton(new BusinessClock(time, new ClockGuard(bounds, time)));
        builder.Services.AddSingleton<DayRules>();
        builder.Services.AddSingleton<HourSettlement>();
        builder.Services.AddSingleton<HourRuns>();
        builder.Services.AddSingleton<SettlementRounds>();
        if (options.RoundSeconds > 0)
        {
            TimeSpan every = TimeSpan.FromSeconds(options.RoundSeconds);
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<RoundService>(services, every));
        }
        builder.Services.AddSingleton<ISaltSource, RandomSaltSource>();
        builder.Host.UseOrleans(silo =>
        {
            if (options.Cluster.Length > 0)
            {
                engine.JoinCluster(silo, options.Cluster);
                // Clients speak gRPC to any server; no gateway of Orleans's own is opened.
                silo.ConfigureEndpoints(options.SiloEndPoint.Address, options.SiloEndPoint.Port, gatewayPort: 0);
            }
            else
            {
                // One silo, and nobody else's: any free ports do, and several servers can run on a machine.
                silo.UseLocalhostClustering(FreePort.Find(), FreePort.Find());
            }
            silo.Services.AddGrainTypes();
            // A caller who gives up leaves the call behind, and it goes on: what it has begun is finished, and the same request id finds
            // out what became of it. Broken off halfway
            // it would be left to whoever looks next, which costs more than it saves, and the outcome would be no less unknown.
            silo.Configure<SiloMessagingOptions>(messaging =>
            {
                messaging.CancelRequestOnTimeout = false;
                messaging.CancelUnknownRequestOnStatusUpdate = false;
            });
            engine.AddGrainStorage(silo);
            if (options.Scenario is not null) silo.AddStartupTask(
                (services, _) => services.GetRequiredService<IGrainFactory>().GetGrain<IScenarioGrain>(IScenarioGrain.Key).GetAsync());
        });
    }
}
