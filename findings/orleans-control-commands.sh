#!/usr/bin/env bash
# One would guess: IManagementGrain.SendControlCommandToProvider<T>(name, …) finds, on every silo, the service that is registered
#   as T under that name; and T may be any IControllable, as the constraint says.
# What happens: registered as its own class it isn't found: each silo looks under IControllable and then takes the one whose class
#   is exactly T. With T an interface it is never found. And found on a lone silo, the command still does not reach a second one:
#   the call's type has T in it, which the serializer refuses ("is not allowed") until TypeManifestOptions allows that class.
# Seen with: Microsoft.Orleans.Server 10.4.2 on .NET 10 on 2026-11-30.
# Why it matters: a command that is tried on one silo works there and fails on the day a second one joins. A demonstration's clock
#   that is moved so would stand still on all servers but one.
# Instead: AddKeyedSingleton<IControllable>(name, service), the class itself as T, its full name among the allowed types, and a test
#   with more than one silo.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > demo.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Orleans.Server" Version="[10.4.2]" />
  </ItemGroup>
</Project>
XML

cat > Program.cs <<'CS'
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Serialization.Configuration;

await Try("registered as the class", silo => silo.Services.AddKeyedSingleton("bell", new Bell()), 1, Ring<Bell>);
await Try("registered as the interface, asked for by it", Interface, 1, Ring<IControllable>);
await Try("registered as the interface, asked for by class", Interface, 1, Ring<Bell>);
await Try("the same, two silos", Interface, 2, Ring<Bell>);
await Try("the same, two silos, the class allowed", silo =>
{
    Interface(silo);
    silo.Services.Configure<TypeManifestOptions>(types => types.AllowedTypes.Add(typeof(Bell).FullName!));
}, 2, Ring<Bell>);

static void Interface(ISiloBuilder silo) => silo.Services.AddKeyedSingleton<IControllable>("bell", new Bell());

static async Task<int> Ring<T>(IManagementGrain silos) where T : IControllable =>
    (await silos.SendControlCommandToProvider<T>("bell", 1)).Length;

static async Task Try(string what, Action<ISiloBuilder> set, int count, Func<IManagementGrain, Task<int>> ring)
{
    int first = FreePort();
    var hosts = new List<IHost>();
    for (int i = 0; i < count; i++)
    {
        int port = i == 0 ? first : FreePort();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, FreePort(), new IPEndPoint(IPAddress.Loopback, first));
            set(silo);
        });
        hosts.Add(builder.Build());
        await hosts[i].StartAsync();
    }
    string said;
    try { said = $"reaches {await ring(hosts[0].Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0))}"; }
    catch (Exception error) { said = error.GetType().Name + (error.Message.Contains("is not allowed") ? ", not allowed" : ""); }
    Console.WriteLine($"{what}: {said}");
    foreach (IHost host in Enumerable.Reverse(hosts)) await host.StopAsync();
}

static int FreePort()
{
    using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
    socket.Start();
    return ((IPEndPoint)socket.LocalEndpoint).Port;
}

public sealed class Bell : IControllable
{
    public Task<object?> ExecuteCommand(int command, object? arg) => Task.FromResult<object?>(command);
}
CS
dotnet build --verbosity quiet > build.log || { cat build.log; exit 1; }
dotnet bin/Debug/net10.0/demo.dll | tee seen

diff - seen <<'EXPECTED'
registered as the class: ArgumentException
registered as the interface, asked for by it: ArgumentException
registered as the interface, asked for by class: reaches 1
the same, two silos: InvalidOperationException, not allowed
the same, two silos, the class allowed: reaches 2
EXPECTED
