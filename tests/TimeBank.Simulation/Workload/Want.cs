using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// What a call means, in the simulator's own words: written beside the ledger's own constructor, and never made from what that gives, so
/// that a mistake there shows.
/// </summary>
internal sealed record Want(WantKind Kind, EntryCode Code)
{
    public IReadOnlyList<Leg> Legs { get; init; } = [];

    /// <summary>The hold to end or the entry to reverse.</summary>
    public EntryId? Of { get; init; }

    /// <summary>For each transfer of the hold, how much of it to post; null posts all.</summary>
    public IReadOnlyList<long>? Parts { get; init; }

    public LedgerTime? Expires { get; init; }

    /// <summary>The account that must not be there yet, and whose it will be.</summary>
    public (string Path, string Owner)? Opens { get; init; }

    public string ChangedPath { get; init; } = "";

    public AccountFlags Set { get; init; }

    public AccountFlags Cleared { get; init; }

    public Refusal? Refusal { get; init; }

    public string Memo { get; init; } = "";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kind} {Code} [{string.Join(", ", Legs.Select(leg => $"{leg.Debit}>{leg.Credit} {(leg.AtMost ? "<=" : "")}{leg.Amount} {leg.Unit}{leg.CreditUnit}"))}] of {Of} parts {(Parts is null ? "all" : string.Join('+', Parts))} expires {Expires} opens {Opens?.Path} {Opens?.Owner} changes {ChangedPath} +{Set} -{Cleared} refused {Refusal?.Reason} memo {Memo.Length}");
}
