using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A netting as it is stored and answered.</summary>
/// <param name="ApprovedBy">Empty before the approval.</param>
/// <param name="WithdrawnBy">Empty unless it was taken back.</param>
/// <param name="Books">The regions that have accounts of other regions, by code.</param>
/// <param name="Pairs">What stood open between two regions, by both codes.</param>
/// <param name="Settlements">Who pays whom, so that all are at zero.</param>
[GenerateSerializer, Immutable, Alias("timebank.netting-record")]
public sealed record NettingRecord(
    [property: Id(0), JsonPropertyName("month")] string Month,
    [property: Id(1), JsonPropertyName("state")] NettingState State,
    [property: Id(2), JsonPropertyName("proposedBy")] string ProposedBy,
    [property: Id(3), JsonPropertyName("proposedAt")] DateTimeOffset ProposedAt,
    [property: Id(4), JsonPropertyName("approvedBy")] string ApprovedBy,
    [property: Id(5), JsonPropertyName("approvedAt")] DateTimeOffset? ApprovedAt,
    [property: Id(6), JsonPropertyName("withdrawnBy")] string WithdrawnBy,
    [property: Id(7), JsonPropertyName("books")] ImmutableArray<NettingBooks> Books,
    [property: Id(8), JsonPropertyName("pairs")] ImmutableArray<NettedPair> Pairs,
    [property: Id(9), JsonPropertyName("settlements")] ImmutableArray<NettedSettlement> Settlements);

/// <summary>One region's part of a netting.</summary>
/// <param name="FromSize">How many entries the region's journal had at the moment of the last netting; 0 before the first one.</param>
/// <param name="ToSize">How many it had when the month ended.</param>
/// <param name="OwesMinutes">What the region owes the others of this netting.</param>
/// <param name="OwedMinutes">What they owe it.</param>
/// <param name="Entry">The index of the region's entry; null while it is missing, and where nothing of the region moves.</param>
[GenerateSerializer, Immutable, Alias("timebank.netting-books")]
public sealed record NettingBooks(
    [property: Id(0), JsonPropertyName("region")] string Region,
    [property: Id(1), JsonPropertyName("fromSize")] long FromSize,
    [property: Id(2), JsonPropertyName("toSize")] long ToSize,
    [property: Id(3), JsonPropertyName("owes")] long OwesMinutes,
    [property: Id(4), JsonPropertyName("owed")] long OwedMinutes,
    [property: Id(5), JsonPropertyName("entry")] long? Entry)
{
    /// <summary>Whether the netting moves anything of the region.</summary>
    [JsonIgnore]
    public bool Moves => OwesMinutes > 0 || OwedMinutes > 0;
}

/// <summary>A <see cref="NettingPair"/> as it is stored: minutes between two regions, by their codes.</summary>
[GenerateSerializer, Immutable, Alias("timebank.netted-pair")]
public sealed record NettedPair(
    [property: Id(0), JsonPropertyName("from")] string From,
    [property: Id(1), JsonPropertyName("to")] string To,
    [property: Id(2), JsonPropertyName("left")] long LeftMinutes,
    [property: Id(3), JsonPropertyName("arrived")] long ArrivedMinutes)
{
    public static NettedPair Of(NettingPair pair) => new($"{pair.From}", $"{pair.To}", pair.Left, pair.Arrived);

    public NettingPair ToPair() => new(RegionCode.Parse(From), RegionCode.Parse(To), LeftMinutes, ArrivedMinutes);
}

/// <summary>A <see cref="NettingSettlement"/> as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("timebank.netted-settlement")]
public sealed record NettedSettlement(
    [property: Id(0), JsonPropertyName("payer")] string Payer,
    [property: Id(1), JsonPropertyName("payee")] string Payee,
    [property: Id(2), JsonPropertyName("minutes")] long Minutes)
{
    public static NettedSettlement Of(NettingSettlement paid) => new($"{paid.Payer}", $"{paid.Payee}", paid.Minutes);

    public NettingSettlement ToSettlement() => new(RegionCode.Parse(Payer), RegionCode.Parse(Payee), Minutes);
}

/// <summary>The stored state of a netting.</summary>
public sealed class NettingGrainState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps nettings and lists find them. Stored: never change it.</summary>
    public const string Kind = "netting";

    [JsonPropertyName("netting")]
    public NettingRecord? Netting { get; set; }

    /// <summary>The approval, from whose id those of the regions' entries are made; null before it.</summary>
    [JsonPropertyName("approval")]
    public PlannedCommand? Approval { get; set; }
}

/// <summary>The stored state of a province's desk.</summary>
public sealed class NettingDeskState
{
    public const string Kind = "netting-desk";

    /// <summary>The key of the netting that is open; empty if none is.</summary>
    [JsonPropertyName("holder")]
    public string Holder { get; set; } = "";
}

/// <summary>A region's account of another region, such as <c>clearing/{other}/due-to</c>.</summary>
internal readonly record struct ClearingPath(RegionCode Other, string Part)
{
    /// <summary>The beginning of every account that has to do with other regions.</summary>
    public const string Prefix = "clearing/";

    public bool IsDueTo => Part == "due-to";

    public bool IsDueFrom => Part == "due-from";

    /// <summary>Null for the account of no other region, where nettings add up.</summary>
    public static ClearingPath? Of(AccountPath path) =>
        path.Text.Split('/') is ["clearing", var other, var part] ? new ClearingPath(RegionCode.Parse(other), part) : null;
}
