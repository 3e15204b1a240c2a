using System.Collections;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The mappings by service name; the empty name is the server as a whole.</summary>
public sealed class ServiceMappingCollection : ICollection<ServiceMapping>
{
    private readonly Dictionary<string, ServiceMapping> _mappings = new(StringComparer.Ordinal);

    public int Count => _mappings.Count;

    bool ICollection<ServiceMapping>.IsReadOnly => false;

    public void Add(ServiceMapping service) => _mappings.Add(service.Name, service);

    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => Add(new ServiceMapping(name, predicate));

    public void Remove(string name) => _mappings.Remove(name);

    public void Clear() => _mappings.Clear();

    public IEnumerator<ServiceMapping> GetEnumerator() => _mappings.Values.GetEnumerator();

    internal ServiceMapping? Find(string name) => _mappings.GetValueOrDefault(name);

    bool ICollection<ServiceMapping>.Contains(ServiceMapping item) => _mappings.ContainsValue(item);

    void ICollection<ServiceMapping>.CopyTo(ServiceMapping[] array, int arrayIndex) => _mappings.Values.CopyTo(array, arrayIndex);

    bool ICollection<ServiceMapping>.Remove(ServiceMapping item) => _mappings.ContainsValue(item) && _mappings.Remove(item.Name);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
