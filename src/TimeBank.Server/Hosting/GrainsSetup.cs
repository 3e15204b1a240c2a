using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Serialization.Configuration;
using Orleans.Storage;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Sets up the silo in this process and the business clock.</summary>
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
        // A demonstration's clock may jump ahead by months, so only the bound behind applies.
        var bounds = new ClockBounds(options.Scenario is null ? options.ClockAhead : null, options.ClockBehind, options.ClockChecked);
        builder.Services.AddSingleton(new BusinessClock(time, new ClockGuard(bounds, time)));
        builder.Services.AddSingleton<DayRules>();
        builder.Services.AddSingleton<HourLegs>().AddSingleton<BankLegs>().AddSingleton<FiveLegs>().AddSingleton<PeriodStatements>();
        builder.Services.AddSingleton<DueHours>();
        builder.Services.AddSingleton<HourRuns>();
        builder.Services.AddSingleton<OutreachSearch>().AddSingleton<OutreachRuns>();
        builder.Services.AddSingleton<DueRounds>();
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
                // Clients speak gRPC to any server, so no Orleans gateway opens.
                silo.ConfigureEndpoints(options.SiloEndPoint.Address, options.SiloEndPoint.Port, gatewayPort: 0);
            }
            else
            {
                // No other silo connects: any free ports do, so several servers can run on one machine.
                silo.UseLocalhostClustering(FreePort.Find(), FreePort.Find());
            }
            silo.Services.AddGrainTypes();
            // A call goes on after its caller gives up, and finishes; the same request id finds the outcome. A workflow broken off halfway
            // would have to be finished by a later call, and its caller would know the outcome no better.
            silo.Configure<SiloMessagingOptions>(messaging =>
            {
                messaging.CancelRequestOnTimeout = false;
                messaging.CancelUnknownRequestOnStatusUpdate = false;
            });
            engine.AddGrainStorage(silo);
            if (time is ScenarioClock clock)
            {
                // Orleans finds it under the interface, by its exact type, and sends that type's name to other silos only if it is allowed.
                silo.Services.AddKeyedSingleton<IControllable>(ScenarioClock.Name, clock);
                silo.Services.Configure<TypeManifestOptions>(types => types.AllowedTypes.Add(typeof(ScenarioClock).FullName!));
                // Other silos place grains here as soon as this one is active, so its clock is right before that; and once more after, if
                // it was moved in between.
                silo.AddStartupTask(async (services, _) =>
                {
                    var stored = new GrainState<ScenarioState>(new ScenarioState());
                    await services.GetRequiredKeyedService<IGrainStorage>(GrainStorageNames.TimeBank)
                        .ReadStateAsync("scenario", GrainId.Create("scenario", IScenarioGrain.Key), stored);
                    if (stored.State?.Now is { } now) clock.Set(new ScenarioRecord(clock.Start, now, stored.State.Finished));
                }, ServiceLifecycleStage.ApplicationServices + 1);
                silo.AddStartupTask(async (services, _) =>
                {
                    ScenarioRecord now = await services.GetRequiredService<IGrainFactory>()
                        .GetGrain<IScenarioGrain>(IScenarioGrain.Key).GetAsync();
                    if (now.Now > clock.GetUtcNow() || now.Finished) clock.Set(now);
                });
            }
        });
    }
}
