using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The facts about a provider that rules may use.</summary>
/// <param name="Accreditations">What it may give, and when; a type may have several periods.</param>
/// <param name="Standings">Every decision on its standing, in the order of the decisions.</param>
public sealed record ProviderFacts(ImmutableArray<AccreditationSpan> Accreditations, ImmutableArray<StandingSpan> Standings)
{
    /// <summary>A provider with one period for all of its types.</summary>
    public ProviderFacts(DateOnly from, DateOnly until, ImmutableArray<ServiceType> types, ImmutableArray<StandingSpan> standings)
        : this([.. types.Select(type => new AccreditationSpan(type, from, until))], standings)
    {
    }

    /// <summary>Who acts for it, in the order of the decisions; empty: it has named nobody.</summary>
    public ImmutableArray<StaffSpan> Staff { get; init; } = [];

    /// <summary>The prices that it published, in the order in which it did.</summary>
    public ImmutableArray<PublishedPrice> Prices { get; init; } = [];

    /// <summary>The last day of its last accreditation.</summary>
    public DateOnly AccreditedUntil => Accreditations.IsEmpty ? DateOnly.MinValue : Accreditations.Max(span => span.Last);

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
    public Refusal? RefusalFor(ServiceType type, DateOnly day) => StandingOn(day) switch
    {
        Standing.BlackListed => new Refusal(Reason.ProviderBlackListed),
        Standing.Suspended => new Refusal(Reason.ProviderSuspended),
        Standing.None or Standing.Good or Standing.WhiteListed => NotAccredited(type, day),
    };

    /// <summary>Whether it can be paid on a day for a service of a type; null: of any.</summary>
    public bool Serves(ServiceType? type, DateOnly day) => type is { } one ? RefusalFor(one, day) is null
        : Accreditations.Any(span => RefusalFor(span.Type, day) is null);

    /// <summary>The price of one item on a day: the one that took effect last; null where there is none, or it was taken back.</summary>
    public Fen? PriceOf(Slug item, DateOnly day)
    {
        PublishedPrice? found = null;
        foreach (PublishedPrice price in Prices)
        {
            if (price.Item == item && price.First <= day && (found is null || price.First >= found.First)) found = price;
        }
        return found?.Price;
    }

    /// <summary>
    /// Whether it may ask so much: at most what it published for the day of service, and no more than the day's ceiling where a later
    /// service list lowered that. Where it published nothing, it asks what it likes, and vouchers pay up to the ceiling.
    /// </summary>
    /// <param name="asked">For the whole quantity.</param>
    public Refusal? PriceRefusal(CatalogueItem item, long quantity, Fen asked, DateOnly served)
    {
        if (PriceOf(item.Id, served) is not { } published) return null;
        var most = new Fen(Fen.Min(published, item.CeilingPrice).Value * quantity);
        return asked <= most ? null : Refusal.Of(Reason.PriceAbovePublished, ("asked", Number(asked)), ("item", item.Id.Text),
            ("published", Number(most)), ("unit", Unit.Fen.Code));
    }

    private Refusal? NotAccredited(ServiceType type, DateOnly day)
    {
        bool isKnown = false, isAccredited = false;
        foreach (AccreditationSpan span in Accreditations)
        {
            bool covers = span.Covers(day);
            if (span.Type == type && covers) return null;
            isKnown |= span.Type == type;
            isAccredited |= covers;
        }
        return !isAccredited ? new Refusal(Reason.ProviderNotAccredited)
            : !isKnown ? new Refusal(Reason.ProviderNotForService)
            : Refusal.Of(Reason.ProviderServiceNotAccredited,
                ("date", day.ToString("O", CultureInfo.InvariantCulture)), ("service", AccreditationSpan.WordOf(type)));
    }

    private static string Number(Fen fen) => fen.Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A period in which a provider may give one type of service.</summary>
/// <param name="Last">The last day. Before <paramref name="First"/>: it was taken back before it began.</param>
public sealed record AccreditationSpan(ServiceType Type, DateOnly First, DateOnly Last)
{
    public bool Covers(DateOnly day) => day >= First && day <= Last;

    /// <summary>A type as a choice of the contract, for a refusal's text.</summary>
    internal static string WordOf(ServiceType type) => $"SERVICE_TYPE_{StoredName.UpperSnake(StoredName.Of(type))}";
}

/// <summary>A price that a provider published for one of an item, from a day on.</summary>
/// <param name="Price">Null: from that day on it has no price of its own.</param>
public sealed record PublishedPrice(Slug Item, Fen? Price, DateOnly First);

/// <summary>What a provider lets one of its staff do. The names are stored.</summary>
public enum ProviderRight
{
    /// <summary>Nothing beyond reading what every named person reads.</summary>
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Takes vouchers: redeems, pays bills, asks elders for confirmation, sends what terminals accepted.</summary>
    [JsonStringEnumMemberName("Redeem")]
    Redeem = 1,

    [JsonStringEnumMemberName("Refund")]
    Refund = 2,

    /// <summary>Has terminals enrolled and ended.</summary>
    [JsonStringEnumMemberName("Terminals")]
    Terminals = 3,

    /// <summary>Sees what the provider is owed, its statement, its payments and its bank account.</summary>
    [JsonStringEnumMemberName("Money")]
    Money = 4,

    /// <summary>Names others and ends their rights.</summary>
    [JsonStringEnumMemberName("Staff")]
    Staff = 5,

    /// <summary>Appeals and complains for the provider.</summary>
    [JsonStringEnumMemberName("Appeal")]
    Appeal = 6,

    /// <summary>Publishes prices, opening hours and areas.</summary>
    [JsonStringEnumMemberName("Offer")]
    Offer = 7,
}

/// <summary>A person who acts for a provider. The latest span of a person counts, whatever earlier ones said.</summary>
/// <param name="Person">The subject of the person's token.</param>
/// <param name="Last">The last day; null until further notice.</param>
public sealed record StaffSpan(string Person, ImmutableArray<ProviderRight> Rights, DateOnly? Last);

/// <summary>Who may act for a provider. While it has named nobody, everybody with its token may do everything.</summary>
public static class StaffRule
{
    /// <param name="right"><see cref="ProviderRight.None"/>: to be named is enough.</param>
    public static Refusal? Judge(ImmutableArray<StaffSpan> staff, string person, ProviderRight right, DateOnly today) =>
        staff.IsEmpty ? null
        : Find(staff, person) is not { } one || one.Last < today ? new Refusal(Reason.ProviderStaffNotNamed)
        : right == ProviderRight.None || one.Rights.Contains(right) ? null
        : Refusal.Of(Reason.ProviderRightMissing, ("right", $"PROVIDER_RIGHT_{StoredName.UpperSnake(StoredName.Of(right))}"));

    /// <summary>Names a person, or gives one that is named other rights: the administrator begins, and somebody must lead.</summary>
    /// <param name="after">The staff as it would be.</param>
    public static Refusal? Name(ImmutableArray<StaffSpan> before, ImmutableArray<StaffSpan> after, bool isProvider) =>
        before.IsEmpty && isProvider ? new Refusal(Reason.ProviderStaffNotBegun) : Led(after);

    /// <param name="after">The staff as it would be.</param>
    public static Refusal? End(ImmutableArray<StaffSpan> before, ImmutableArray<StaffSpan> after, string person, DateOnly today) =>
        Find(before, person) is not { } one || one.Last < today ? new Refusal(Reason.ProviderStaffNotFound) : Led(after);

    /// <summary>What counts of a person; null where it was never named.</summary>
    public static StaffSpan? Find(ImmutableArray<StaffSpan> staff, string person)
    {
        for (int at = staff.Length - 1; at >= 0; at--)
        {
            if (staff[at].Person == person) return staff[at];
        }
        return null;
    }

    /// <summary>Somebody names others without an end to it: else the provider would lock itself out.</summary>
    private static Refusal? Led(ImmutableArray<StaffSpan> staff) =>
        staff.Any(one => one.Last is null && one.Rights.Contains(ProviderRight.Staff) && ReferenceEquals(one, Find(staff, one.Person)))
            ? null : new Refusal(Reason.ProviderStaffNeeded);
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
