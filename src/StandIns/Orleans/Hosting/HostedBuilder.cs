using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

internal sealed record HostedBuilder(IServiceCollection Services, IConfiguration Configuration) : ISiloBuilder, IClientBuilder;
