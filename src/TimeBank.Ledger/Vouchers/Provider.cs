using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What the rules may know of a provider.</summary>
/// <param name="AccreditedFrom">The first day on which it may give services.</param>
/// <param name="AccreditedUntil">The last day.</param>
/// <param name="Standings">Every decision on its standing, in the order in which they were made.</param>
public sealed record ProviderFacts(DateOnly AccreditedFrom, DateOnly AccreditedUntil, ImmutableArray<ServiceType> ServiceTypes,
    ImmutableArray<StandingSpan> Standings)
{
    /// <summary>The last decision that had begun by the day decides; once its last day is over the standing is good.</summary>
    public Standing StandingOn(DateOnly day) => SpanOn(day)?.Standing ?? Standing.Good;

    /// <summary>The decision in force on a day; null where there is none.</summary>
    public StandingSpan? SpanOn(DateOnly day)
    {
        for (int at = Standings.Length - 1; at >= 0; at--)
        {
            if (Standings[at].First <= day) return Standings[at].Last < day ? null : Standings[at];
        }
        return null;
    }

    /// <summary>Why the provider can't be paid for a service of a type on a day; null where it can.</summary>
    public Reason? RefusalFor(ServiceType type, DateOnly day) => StandingOn(day) switch
    {
        Standing.BlackListed => Reason.ProviderBlackListed,
        Standing.Suspended => Reason.ProviderSuspended,
        Standing.None or Standing.Good or Standing.WhiteListed =>
            day < AccreditedFrom || day > AccreditedUntil ? Reason.ProviderNotAccredited
            : !ServiceTypes.Contains(type) ? Reason.ProviderNotForService
            : null,
    };
}

/// <summary>What the authorities think of a provider. The names are stored.</summary>
public enum Standing
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Nothing against it.</summary>
    [JsonStringEnumMemberName("Good")]
    Good = 1,

    /// <summary>白名单: commended; may do what <see cref="Good"/> may.</summary>
    [JsonStringEnumMemberName("WhiteListed")]
    WhiteListed = 2,

    /// <summary>Redeems nothing for a while.</summary>
    [JsonStringEnumMemberName("Suspended")]
    Suspended = 3,

    /// <summary>黑名单: redeems nothing, is paid nothing.</summary>
    [JsonStringEnumMemberName("BlackListed")]
    BlackListed = 4,
}

/// <summary>A standing from a day on; after its last day, if it has one, the standing is good again.</summary>
public sealed record StandingSpan(Standing Standing, DateOnly First, DateOnly? Last);
