using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The grain classes of the program: of every loaded assembly and of what those refer to.</summary>
internal sealed class GrainClasses(GrainCollectionOptions collection)
{
    private readonly ConcurrentDictionary<Type, GrainClass> byInterface = new();
    private readonly ConcurrentDictionary<GrainType, GrainClass> byName = new();

    /// <summary>The class behind an interface.</summary>
    /// <exception cref="ArgumentException">No class, or more than one, implements it.</exception>
    internal GrainClass Behind(Type interfaceType, string? prefix) =>
        prefix is null ? byInterface.GetOrAdd(interfaceType, type => Find(type, null)) : Find(interfaceType, prefix);

    internal GrainClass Named(GrainType type) =>
        byName.TryGetValue(type, out GrainClass? known) ? known
        : Candidates().FirstOrDefault(candidate => GrainClass.NameOf(candidate) == type.ToString()) is { } found ? Known(found)
        : throw new ArgumentException($"Could not find an implementation for grain type {type}.");

    private static IEnumerable<Type> Candidates()
    {
        Assembly own = typeof(GrainClasses).Assembly;
        Dictionary<string, Assembly> seen = [];
        Queue<Assembly> open = new(AppDomain.CurrentDomain.GetAssemblies());
        while (open.TryDequeue(out Assembly? assembly))
        {
            if (assembly.IsDynamic || !seen.TryAdd(assembly.FullName!, assembly)) continue;
            foreach (AssemblyName name in assembly.GetReferencedAssemblies().Where(IsOfInterest)) TryLoad(name);
        }

        return seen.Values.Where(assembly => assembly.GetReferencedAssemblies().Any(name => name.Name == own.GetName().Name))
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
                && type.IsAssignableTo(typeof(IAddressable)) && type.IsAssignableTo(typeof(IGrainBase)));

        void TryLoad(AssemblyName name)
        {
            try
            {
                open.Enqueue(Assembly.Load(name));
            }
            catch (IOException)
            {
                // A reference that is not deployed holds no grains.
            }
        }
    }

    private static bool IsOfInterest(AssemblyName name) =>
        name.Name is { } text && !text.StartsWith("System", StringComparison.Ordinal) && !text.StartsWith("Microsoft", StringComparison.Ordinal)
        && text is not ("netstandard" or "mscorlib");

    private GrainClass Find(Type interfaceType, string? prefix)
    {
        Type[] found = [.. Candidates().Where(type => type.IsAssignableTo(interfaceType)
            && (prefix is null || type.FullName!.StartsWith(prefix, StringComparison.Ordinal)))];
        return found.Length switch
        {
            1 => Known(found[0]),
            0 => throw new ArgumentException($"Could not find an implementation for interface {interfaceType}."),
            _ => throw new ArgumentException($"Unable to identify a single appropriate grain type for interface {interfaceType}: {string.Join<Type>(", ", found)}."),
        };
    }

    private GrainClass Known(Type type) => byName.GetOrAdd(GrainType.Create(GrainClass.NameOf(type)), _ => new GrainClass(type, collection));
}
