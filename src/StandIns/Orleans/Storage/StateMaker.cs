using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Storage;

internal static class StateMaker
{
    /// <summary>A fresh state: by its parameterless constructor where it has one, else all zero.</summary>
    internal static T New<T>()
    {
        Type type = typeof(T);
        if (type.IsValueType) return default!;
        ConstructorInfo? plain = type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        return (T)(plain?.Invoke([]) ?? (type == typeof(string) ? "" : RuntimeHelpers.GetUninitializedObject(type)));
    }
}
