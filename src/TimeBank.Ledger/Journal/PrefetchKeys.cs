namespace TimeBank.Ledger;

/// <summary>What a batch needs to know before it can be decided.</summary>
/// <param name="Ids">Ids whose outcomes are asked for.</param>
/// <param name="Paths">Accounts by path.</param>
/// <param name="Linked">Entries that proposals end or reverse; their accounts come along.</param>
public sealed record PrefetchKeys(IReadOnlyCollection<EntryId> Ids, IReadOnlyCollection<AccountPath> Paths, IReadOnlyCollection<EntryId> Linked)
{
    public bool IsEmpty => Ids.Count == 0 && Paths.Count == 0 && Linked.Count == 0;
}
