using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>Which entries to list; what is null or empty doesn't narrow.</summary>
/// <param name="Code">Only entries of this event.</param>
/// <param name="From">Not before this time.</param>
/// <param name="Until">Before this time.</param>
/// <param name="Reversed">Only those that have been reversed, or only those that have not.</param>
/// <param name="Kind">Only entries of this kind.</param>
public sealed record EntryFilter(EntryCode? Code = null, LedgerTime? From = null, LedgerTime? Until = null, bool? Reversed = null, EntryKind? Kind = null)
{
    /// <summary>For each of these, the entry posted to an account that passes it.</summary>
    public ImmutableArray<AccountFilter> Touching { get; init; } = [];
}
