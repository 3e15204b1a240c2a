using System.Reflection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Names of grain storages, and of what lies in them.</summary>
public static class GrainStorageNames
{
    /// <summary>Where profiles and workflows are kept, beside the ledger.</summary>
    public const string TimeBank = "timebank";

    /// <summary>The type of each kind of state, by the name under which the grains keep it.</summary>
    public static IReadOnlyDictionary<string, Type> States { get; } = typeof(GrainStorageNames).Assembly.GetTypes()
        .Where(type => typeof(IGrainBase).IsAssignableFrom(type) && !type.IsAbstract)
        .SelectMany(type => type.GetConstructors())
        .SelectMany(constructor => constructor.GetParameters())
        .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)))
        .ToDictionary(
            parameter => parameter.GetCustomAttribute<PersistentStateAttribute>()!.StateName,
            parameter => parameter.ParameterType.GetGenericArguments()[0]);
}

/// <summary>What crosses grain calls beside messages; silos and their clients both need it.</summary>
public static class GrainSetup
{
    /// <summary>Lets the ledger's types and our exceptions cross grain calls as what they are.</summary>
    public static IServiceCollection AddGrainTypes(this IServiceCollection services) => services
        .AddSingleton<LedgerTypes>()
        .AddSingleton<IGeneralizedCodec>(all => all.GetRequiredService<LedgerTypes>())
        .AddSingleton<IGeneralizedCopier>(all => all.GetRequiredService<LedgerTypes>())
        .AddSingleton<ITypeFilter>(all => all.GetRequiredService<LedgerTypes>())
        .Configure<ExceptionSerializationOptions>(
            options => options.SupportedNamespacePrefixes.Add(typeof(StorageUnavailableException).Namespace!.Split('.')[0]));
}
