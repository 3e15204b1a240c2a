using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The facts about a provider that rules may use.</summary>
/// <param name="AccreditedFrom">The first day on which the provider may give services.</param>
/// <param name="AccreditedUntil">The last day.</param>
/// <param name="Standings">Every decision on its standing, in the order of the decisions.</param>
public sealed record ProviderFacts(DateOnly AccreditedFrom, DateOnly AccreditedUntil, ImmutableArray<ServiceType> ServiceTypes,
    ImmutableArray<StandingSpan> Standings)
{
    /// <summary>
    /// The standing by the latest decision that has begun by the day. After that decision's last day, if it has one, the standing is good;
    /// where an appeal ended it, the decision before it counts again.
    /// </summary>
    public Standing StandingOn(DateOnly day) => SpanOn(day)?.Standing ?? Standing.Good;

    /// <summary>The decision in force on a day; null where there is none.</summary>
    public StandingSpan? SpanOn(DateOnly day)
    {
        for (int at = Standings.Length - 1; at >= 0; at--)
        {
            if (Standings[at].First > day || (Standings[at].IsLifted && Standings[at].Last < day)) continue;
            return Standings[at].Last < day ? null : Standings[at];
        }
        return null;
    }

    /// <summary>Why the provider can't be paid for a service of a type on a day; null where it can be.</summary>
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

/// <summary>The authorities' judgement of a provider. The names are stored.</summary>
public enum Standing
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>No complaint.</summary>
    [JsonStringEnumMemberName("Good")]
    Good = 1,

    /// <summary>白名单: commended. Has the same rights as <see cref="Good"/>.</summary>
    [JsonStringEnumMemberName("WhiteListed")]
    WhiteListed = 2,

    /// <summary>Can't redeem for a while.</summary>
    [JsonStringEnumMemberName("Suspended")]
    Suspended = 3,

    /// <summary>黑名单: can't redeem and isn't paid.</summary>
    [JsonStringEnumMemberName("BlackListed")]
    BlackListed = 4,
}

/// <summary>
/// A provider may appeal against a decision that keeps it from being paid, once; another person than who decided answers. An appeal that is
/// upheld ends the decision at once; what happened under it stays.
/// </summary>
public static class AppealRule
{
    /// <param name="decision">Null where the provider has no such decision.</param>
    public static Refusal? Appeal(StandingSpan? decision, bool isAppealed, DateOnly today) =>
        decision?.Standing is not (Standing.Suspended or Standing.BlackListed) || decision.Last < today
            ? new Refusal(Reason.StandingNotAppealable)
        : isAppealed ? new Refusal(Reason.StandingAppealed) : null;

    /// <param name="decidedBy">Empty where an older build did not keep it.</param>
    public static Refusal? Answer(bool isOpen, string decidedBy, string actor) =>
        !isOpen ? new Refusal(Reason.AppealNotFound) : decidedBy == actor ? new Refusal(Reason.MakerIsChecker) : null;
}

/// <summary>A standing from a day on. After its last day, if it has one, the standing is good again.</summary>
/// <param name="IsLifted">True if an appeal ended it: after its last day it is as if it had not been decided.</param>
public sealed record StandingSpan(Standing Standing, DateOnly First, DateOnly? Last, bool IsLifted = false);
