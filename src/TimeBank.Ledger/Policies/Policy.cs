using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>All numbers that rules take in one region from one day on. Rules are code; nothing here decides.</summary>
/// <param name="Effective">The first civil day on which it is in force.</param>
/// <param name="UndoMinutes">How long a person may undo what they committed to on a page.</param>
/// <param name="Items">The same numbers with their sources, in the order of the file.</param>
public sealed record Policy(
    PolicyVersion Version,
    DateOnly Effective,
    HoursPolicy Hours,
    VouchersPolicy Vouchers,
    FundingPolicy Funding,
    SettlementPolicy Settlement,
    AbilityPolicy Ability,
    int UndoMinutes,
    ImmutableArray<PolicyItem> Items)
{
    /// <summary>The bytes of the file that it was read from.</summary>
    public ReadOnlyMemory<byte> File { get; init; }

    /// <summary>Reads a policy file; every error names its place.</summary>
    public static DataResult<Policy> Parse(ReadOnlySpan<byte> utf8) => PolicyFile.Parse(utf8);

    /// <summary>Whether the policy is in force for this region: its own, or one inside it.</summary>
    public bool Covers(RegionCode region) => region.IsWithin(Version.Region);
}
