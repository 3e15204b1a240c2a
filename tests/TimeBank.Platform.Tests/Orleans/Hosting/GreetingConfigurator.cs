using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace TimeBank.Platform.Tests.Orleans.Hosting;

public sealed class GreetingConfigurator : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) =>
        siloBuilder.Services.AddSingleton(new Greeting(siloBuilder.Configuration["Greeting"] ?? "none"));
}
