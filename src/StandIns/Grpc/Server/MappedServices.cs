namespace Grpc.AspNetCore.Server;

/// <summary>The names of the services that an application maps; the first one also maps the answer for unknown services.</summary>
internal sealed class MappedServices
{
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
}
