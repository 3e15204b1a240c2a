using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace TimeBank.Grains;

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
