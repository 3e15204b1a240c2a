using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Makes the constructor arguments that <see cref="PersistentStateAttribute"/> marks.</summary>
internal static class PersistentState
{
    internal static Func<Activation, object> FactoryFor(ParameterInfo parameter)
    {
        PersistentStateAttribute named = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new ArgumentException($"{parameter.Member.DeclaringType}: [PersistentState] stands on an IPersistentState<T>.", nameof(parameter));
        Type made = typeof(PersistentState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments());
        return activation => Activator.CreateInstance(made, named.StateName, named.StorageName, activation)!;
    }
}
