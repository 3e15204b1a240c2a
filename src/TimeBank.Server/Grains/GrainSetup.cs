using System.Reflection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The name of the grain storage, and the kinds of state in it.</summary>
public static class GrainStorageNames
{
    /// <summary>The storage of profiles and workflows, beside the ledger.</summary>
    public const string TimeBank = "timebank";

    /// <summary>The type of each kind of state, by its stored name. Read from the constructors of all grains.</summary>
    public static IReadOnlyDictionary<string, Type> States { get; } = typeof(GrainStorageNames).Assembly.GetTypes()
        .Where(type => typeof(IGrainBase).IsAssignableFrom(type) && !type.IsAbstract)
        .SelectMany(type => type.GetConstructors())
        .SelectMany(constructor => constructor.GetParameters())
        .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)))
        .ToDictionary(
            parameter => parameter.GetCustomAttribute<PersistentStateAttribute>()!.StateName,
            parameter => parameter.ParameterType.GetGenericArguments()[0]);
}

/// <summary>Sets up the types that cross grain calls without Orleans's attributes. Silos and their clients both need it.</summary>
public static class GrainSetup
{
    /// <summary>Lets the ledger's types and our exceptions cross grain calls as themselves.</summary>
    public static IServiceCollection AddGrainTypes(this IServiceCollection services) => services
        .AddSingleton<LedgerTypes>()
        .AddSingleton<IGeneralizedCodec>(all => all.GetRequiredService<LedgerTypes>())
        .AddSingleton<IGeneralizedCopier>(all => all.GetRequiredService<LedgerTypes>())
        .AddSingleton<ITypeFilter>(all => all.GetRequiredService<LedgerTypes>())
        .Configure<ExceptionSerializationOptions>(
            options => options.SupportedNamespacePrefixes.Add(typeof(StorageUnavailableException).Namespace!.Split('.')[0]));
}
