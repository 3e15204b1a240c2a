using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A grain class: how to make one and what its attributes say.</summary>
internal sealed class GrainClass
{
    private readonly Type type;
    private readonly ObjectFactory factory;
    private readonly Func<Activation, object>[] states;

    internal GrainClass(Type type, GrainCollectionOptions collection)
    {
        this.type = type;
        GrainType = GrainType.Create(NameOf(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        AgeLimit = type.IsDefined(typeof(KeepAliveAttribute)) ? Timeout.InfiniteTimeSpan
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit
            ?? collection.ClassSpecificCollectionAge.GetValueOrDefault(type.FullName!, collection.CollectionAge);
        ParameterInfo[] stateParameters = [.. type.GetConstructors().FirstOrDefault()?.GetParameters().Where(IsState) ?? []];
        factory = ActivatorUtilities.CreateFactory(type, [.. stateParameters.Select(parameter => parameter.ParameterType)]);
        states = [.. stateParameters.Select(PersistentState.FactoryFor)];
    }

    internal GrainType GrainType { get; }

    internal bool IsReentrant { get; }

    internal TimeSpan AgeLimit { get; }

    /// <summary>The name in <see cref="GrainTypeAttribute"/>, or the class's in lower case without a last "grain".</summary>
    internal static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named) return named.Name;
        string name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name != "grain" ? name[..^"grain".Length] : name;
    }

    internal object Create(Activation activation)
    {
        try
        {
            return factory(activation.ActivationServices, [.. states.Select(make => make(activation))]);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Failed to create an instance of grain type '{type}'. See {nameof(Exception.InnerException)} for details.", error);
        }
    }

    private static bool IsState(ParameterInfo parameter) => parameter.IsDefined(typeof(PersistentStateAttribute));
}
