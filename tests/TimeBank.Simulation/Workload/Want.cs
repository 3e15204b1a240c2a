using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The meaning of a command in the simulator's own words. It is written beside the call of the ledger's constructor and never derived from
/// its result, so that a mistake in the constructor shows.
/// </summary>
internal sealed record Want(WantKind Kind, EntryCode Code)
{
    public IReadOnlyList<Leg> Legs { get; init; } = [];

    /// <summary>The hold to end or the entry to reverse.</summary>
    public EntryId? Of { get; init; }

    /// <summary>The amount to post of each transfer of the hold; null posts the whole hold.</summary>
    public IReadOnlyList<long>? Parts { get; init; }

    public LedgerTime? Expires { get; init; }

    /// <summary>The account that must not exist yet, and its future owner.</summary>
    public (string Path, string Owner)? Opens { get; init; }

    public string ChangedPath { get; init; } = "";

    public AccountFlags Set { get; init; }

    public AccountFlags Cleared { get; init; }

    public Refusal? Refusal { get; init; }

    public string Memo { get; init; } = "";

    /// <summary>Of a close of days or a reopening: how many days since 2000-01-01 are closed afterwards. Null of all others.</summary>
    public long? ClosedDays { get; init; }

    /// <summary>All fields as text; empty ones are left out.</summary>
    public override string ToString()
    {
        var words = new List<string> { $"{Kind}", $"{Code}" };
        words.AddRange(Legs.GroupBy(leg => leg)
            .Select(leg => (leg.Count() > 1 ? $"{leg.Count()} x " : "")
            + $"{leg.Key.Debit}>{leg.Key.Credit} {(leg.Key.AtMost ? "<=" : "")}{leg.Key.Amount} {leg.Key.Unit}{leg.Key.CreditUnit}"));
        if (Of is { } of) words.Add($"of {of}");
        if (Parts is not null) words.Add($"parts {string.Join('+', Parts)}");
        if (Expires is { } expires) words.Add($"expires {expires}");
        if (Opens is { } opens) words.Add($"opens {opens.Path} for {opens.Owner}");
        if (ChangedPath.Length > 0) words.Add(ChangedPath);
        if (Refusal is { } refusal) words.Add($"{refusal.Reason}");
        if (ClosedDays is { } days) words.Add($"closed {days}");
        if (Memo.Length > 0) words.Add($"memo of {Memo.Length}");
        return string.Join(' ', words);
    }
}
