namespace TimeBank.Ledger;

/// <summary>Holds a region's refusals and notes, which come in any order, against the entries that seal them and the head.</summary>
internal sealed class RememberedFold(RegionCode region)
{
    private readonly List<(long Index, Remembered Seals)> _seals = [];
    private readonly Dictionary<long, Digest> _hashes = [];

    public long Count => _hashes.Count;

    /// <summary>An entry, in the order of the journal.</summary>
    public void Entry(JournalEntry entry)
    {
        if (entry.Seals is { } seals) _seals.Add((entry.Index, seals));
    }

    public Finding? Outcome(OutcomeRow row)
    {
        string where = $"regions/{region}/outcomes/{row.Id}";
        if (row.Command is not { Length: Digest.Size } command) return new Finding(where, "command", $"{Digest.Size} bytes", row.Command is null ? "none" : $"{row.Command.Length}");
        if (row.Reason is { } reason && (reason is <= 0 or > int.MaxValue || !Enum.IsDefined((Reason)reason))) return new Finding(where, "reason", "a known one", $"{reason}");
        if (row.Reason is null != row.Detail is null) return new Finding(where, "detail", row.Reason is null ? "none" : "one", row.Detail is null ? "none" : "one");
        if (row.Nth is not { } nth) return new Finding(where, "number", "one", "none");
        Refusal? refusal = row.Reason is { } why ? new Refusal((Reason)why, row.Detail!) : null;
        return _hashes.TryAdd(nth, Remembered.Hash(row.Id, new Digest(command), refusal)) ? null : new Finding(where, "number", "one of its own", $"{nth}, which another one has");
    }

    /// <summary>No more rows: what the entries and the head say of them.</summary>
    public Finding? Finish(HeadRow head)
    {
        Remembered remembered = Remembered.None;
        foreach ((long index, Remembered seals) in _seals)
        {
            while (remembered.Count < seals.Count)
            {
                if (!_hashes.TryGetValue(remembered.Count, out Digest hash)) return Missing(remembered.Count);
                remembered = remembered.With(hash);
            }
            if (Finding.IfDiffers($"regions/{region}/entries/{index}", "refusals and notes that it seals", seals, remembered) is { } other) return other;
            remembered = remembered.Sealed();
        }
        for (long left = Count - remembered.Count; left > 0; left--)
        {
            if (!_hashes.TryGetValue(remembered.Count, out Digest hash)) return Missing(remembered.Count);
            remembered = remembered.With(hash);
        }
        return Finding.IfDiffers($"regions/{region}/head", "remembered", remembered.Count, head.Remembered)
            ?? Finding.IfBytesDiffer($"regions/{region}/head", "chain", remembered.Chain?.ToArray() ?? [], head.Chain);
    }

    private Finding Missing(long nth) => new($"regions/{region}/outcomes", $"refusal or note number {nth}", "one", "none");
}
