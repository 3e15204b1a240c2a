using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Server;

/// <summary>What becomes of a line. The names are stored.</summary>
public enum ResolutionKind
{
    None = 0,

    [JsonStringEnumMemberName("fee")]
    Fee = 1,

    [JsonStringEnumMemberName("fund")]
    Fund = 2,

    [JsonStringEnumMemberName("suspense")]
    Suspense = 3,

    [JsonStringEnumMemberName("claim")]
    Claim = 4,

    [JsonStringEnumMemberName("clear")]
    Clear = 5,

    [JsonStringEnumMemberName("repayment")]
    Repayment = 6,
}

/// <summary>How far a resolution is. The names are stored.</summary>
public enum ResolutionState
{
    None = 0,

    [JsonStringEnumMemberName("proposed")]
    Proposed = 1,

    [JsonStringEnumMemberName("approved")]
    Approved = 2,

    [JsonStringEnumMemberName("withdrawn")]
    Withdrawn = 3,
}

/// <summary>What is proposed or was decided.</summary>
/// <param name="Entry">The index of its entry; −1 until it is approved.</param>
/// <param name="Provider">The id of the provider that pays back; else null.</param>
/// <param name="LateFor">The bank's day where its period was closed when the entry was written; else null.</param>
/// <param name="Effective">The first open day, on which the entry counts instead; else null.</param>
/// <param name="Prepayment">The id of the agreement whose prepaid fees it is; else null.</param>
/// <param name="DepositFen">The deposit's part of them; else null.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-resolution")]
public sealed record ResolutionRecord(
    [property: Id(0), JsonPropertyName("kind")] ResolutionKind Kind,
    [property: Id(1), JsonPropertyName("state")] ResolutionState State,
    [property: Id(2), JsonPropertyName("fund")] string Fund,
    [property: Id(3), JsonPropertyName("note")] string Note,
    [property: Id(4), JsonPropertyName("proposedBy")] string ProposedBy,
    [property: Id(5), JsonPropertyName("approvedBy")] string ApprovedBy = "",
    [property: Id(6), JsonPropertyName("entry")] long Entry = -1,
    [property: Id(7), JsonPropertyName("provider")] string? Provider = null,
    [property: Id(8), JsonPropertyName("lateFor"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? LateFor = null,
    [property: Id(9), JsonPropertyName("effective"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    DateOnly? Effective = null,
    [property: Id(10), JsonPropertyName("prepayment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Prepayment = null,
    [property: Id(11), JsonPropertyName("depositFen"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? DepositFen = null);

/// <summary>Something that a person did.</summary>
/// <param name="Step">ASSIGNED, PROPOSED, APPROVED, WITHDRAWN, MATCHED or UNMATCHED.</param>
/// <param name="Command">The id of the command, in hexadecimal.</param>
/// <param name="Group">The match that was taken back; else 0.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-case-step")]
public sealed record BankCaseStep(
    [property: Id(0), JsonPropertyName("step")] string Step,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(3), JsonPropertyName("note")] string Note,
    [property: Id(4), JsonPropertyName("command")] string Command,
    [property: Id(5), JsonPropertyName("group")] long Group = 0);

/// <summary>What people did with a line.</summary>
[GenerateSerializer, Immutable, Alias("timebank.bank-case-record")]
public sealed record BankCaseRecord(
    [property: Id(0), JsonPropertyName("owner")] string Owner,
    [property: Id(1), JsonPropertyName("resolution")] ResolutionRecord? Resolution,
    [property: Id(2), JsonPropertyName("inSuspense")] bool IsInSuspense,
    [property: Id(3), JsonPropertyName("history")] ImmutableArray<BankCaseStep> History);

/// <summary>The stored state of a case.</summary>
public sealed class BankCaseState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps cases and lists find them. Stored: never change it.</summary>
    public const string Kind = "bank-case";

    /// <summary>The path and value by which cases are found whose entry is written and whose line isn't matched yet.</summary>
    public const string WaitsPath = "waits", WaitsForMatch = "match";

    [JsonPropertyName("case")]
    public BankCaseRecord? Case { get; set; }

    [JsonPropertyName("waits")]
    public string Waits { get; set; } = "";

    /// <summary>The approval under way; null: none.</summary>
    [JsonPropertyName("planned")]
    public PlannedCommand? Planned { get; set; }
}
