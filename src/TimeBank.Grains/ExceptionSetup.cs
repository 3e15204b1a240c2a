using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Lets our exceptions cross grain calls as what they are; silos and their clients both need it.</summary>
public static class ExceptionSetup
{
    public static IServiceCollection AddTimeBankExceptions(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.Add(typeof(StorageUnavailableException).Namespace!.Split('.')[0]));
}
