using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>A provider of the month, made up.</summary>
/// <param name="SuspendedFrom">The first day on which it is suspended; 0: never.</param>
/// <param name="SuspendedTo">The last one.</param>
internal sealed record ProviderPart(string Key, string DisplayName, ImmutableArray<ServiceType> Services, int SuspendedFrom = 0, int SuspendedTo = 0)
{
    public bool Gives(ServiceType type) => Services.Contains(type);

    public bool IsSuspended(int day) => SuspendedFrom <= day && day <= SuspendedTo;
}
