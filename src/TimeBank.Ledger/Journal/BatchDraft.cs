using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>Decides proposals one after the other on a working state, and collects what the store must write for them.</summary>
/// <param name="salt">Gives 16 unpredictable bytes for each entry's leaf.</param>
public sealed class BatchDraft(LedgerHead before, WorkingState state, Func<byte[]> salt)
{
    private readonly List<AppendedEntry> _entries = [];
    private readonly List<Outcome> _remembered = [];
    private readonly Dictionary<long, Account> _changed = [];
    private MerkleFrontier _tree = before.Tree;

    /// <summary>Bytes of the entries so far. The writer bounds its batches by them.</summary>
    public long Bytes { get; private set; }

    public int Count => _entries.Count + _remembered.Count;

    /// <summary>Decides a proposal. The writer may answer with the returned outcome once the batch is stored.</summary>
    public Outcome Add(Proposal proposal, LedgerTime clock)
    {
        Decision decision = Decide.Entry(state, proposal, clock);
        state.Apply(proposal, decision);
        if (!decision.Stores) return decision.Outcome;
        if (decision.Outcome.Entry is not { } entry)
        {
            _remembered.Add(decision.Outcome);
            return decision.Outcome;
        }
        byte[] bytes = EntryCodec.Encode(entry), entrySalt = salt();
        Digest leaf = MerkleFrontier.EntryLeaf(entrySalt, bytes);
        _entries.Add(new AppendedEntry(entry, bytes, entrySalt, leaf, decision.Balances));
        _tree = _tree.Append(leaf);
        Bytes += bytes.Length;
        foreach (Account account in decision.Changed) _changed[account.Number] = account;
        return decision.Outcome;
    }

    /// <summary>True where an entry of this batch touches the account.</summary>
    public bool Touches(long account) => _changed.ContainsKey(account);

    public LedgerAppend Finish()
    {
        var after = new LedgerHead(before.Region, _tree, state.LastTime, state.NextAccount - 1, state.Remembered);
        return new LedgerAppend(
            before, after, _entries,
            [.. _changed.Values.Where(account => account.Number <= before.Accounts)],
            [.. _changed.Values.Where(account => account.Number > before.Accounts)],
            _remembered);
    }
}

/// <summary>A batch to store in one SQL transaction or not at all.</summary>
/// <param name="Before">The head that the store must still have.</param>
/// <param name="Changed">Accounts that existed before, in their state after the batch.</param>
/// <param name="Opened">Accounts that the batch opens, in their state after it.</param>
/// <param name="Remembered">Refusals and notes to remember under their ids.</param>
public sealed record LedgerAppend(
    LedgerHead Before,
    LedgerHead After,
    IReadOnlyList<AppendedEntry> Entries,
    IReadOnlyCollection<Account> Changed,
    IReadOnlyCollection<Account> Opened,
    IReadOnlyList<Outcome> Remembered)
{
    public bool IsEmpty => Entries.Count == 0 && Remembered.Count == 0;
}

/// <summary>An entry ready to store: its bytes, its leaf, the leaf's salt, and the balances after each transfer.</summary>
public sealed record AppendedEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt, Digest Leaf, ImmutableArray<TransferBalances> Balances);

/// <summary>An entry that a proposal names, with what later entries did to it.</summary>
/// <param name="EndedBy">The index of the entry that ended this hold, if one has.</param>
/// <param name="ReversedBy">The index of the entry that reversed this one, if one has.</param>
public sealed record LinkedEntry(JournalEntry Entry, long? EndedBy, long? ReversedBy);

/// <summary>The end of a region's journal: an append compares the old head and sets the new one.</summary>
/// <param name="Tree">The Merkle tree of the entries so far; its size is the number of entries.</param>
/// <param name="Time">The time of the last entry.</param>
/// <param name="Accounts">How many accounts have been opened.</param>
/// <param name="Remembered">The refusals and notes. They do not change the tree: without this field a second writer's would go
/// unseen.</param>
public sealed record LedgerHead(RegionCode Region, MerkleFrontier Tree, LedgerTime Time, long Accounts, Remembered Remembered)
{
    public long Size => Tree.Size;

    /// <summary>True where both heads stand at the same place. An append makes the same comparison.</summary>
    public bool IsAt(LedgerHead other) => Region == other.Region && Size == other.Size && Remembered == other.Remembered
        && Tree.Root == other.Tree.Root;

    public static LedgerHead Empty(RegionCode region) => new(region, MerkleFrontier.Empty, default, 0, Remembered.None);
}

/// <summary>
/// The refusals and notes that a journal remembers. They are not entries and do not change the tree. Instead the next entry has their count
/// and chain in its bytes: from then on, changing, removing or adding one breaks the tree.
/// </summary>
/// <param name="Count">How many there are since the journal began.</param>
/// <param name="Chain">Each hash since the last entry, taken together with the one before it; null where there is none.</param>
public sealed record Remembered(long Count, Digest? Chain)
{
    public static readonly Remembered None = new(0, null);

    /// <summary>The stored form of the chain: empty where there is none.</summary>
    public byte[] ChainToArray() => Chain?.ToArray() ?? [];

    public static Remembered FromBytes(long count, byte[] chain) => new(count, chain.Length > 0 ? new Digest(chain) : null);

    /// <summary>The state after one more refusal or note.</summary>
    public Remembered With(Outcome outcome) => With(Hash(outcome.Id, outcome.RequestDigest, outcome.Refusal));

    /// <summary>The state after one more, given by its hash.</summary>
    public Remembered With(Digest outcome)
    {
        Span<byte> both = stackalloc byte[2 * Digest.Size];
        both.Clear();
        Chain?.CopyTo(both);
        outcome.CopyTo(both[Digest.Size..]);
        return new Remembered(Count + 1, Digest.Of(both));
    }

    /// <summary>The state after an entry, which has sealed the chain.</summary>
    public Remembered Sealed() => Chain is null ? this : this with { Chain = null };

    public override string ToString() => Chain is null ? $"{Count}" : $"{Count}, chained to {Chain}";

    /// <summary>
    /// The hash of a refusal or note: SHA-256 of its id, its command's digest, its reason as four bytes in big-endian order (0 for a note),
    /// and the refusal's detail in UTF-8.
    /// </summary>
    public static Digest Hash(EntryId id, Digest command, Refusal? refusal)
    {
        byte[] detail = Encoding.UTF8.GetBytes(refusal?.Detail ?? "");
        byte[] bytes = new byte[EntryId.Size + Digest.Size + sizeof(int) + detail.Length];
        id.ToArray().CopyTo(bytes, 0);
        command.CopyTo(bytes.AsSpan(EntryId.Size));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(EntryId.Size + Digest.Size), (int)(refusal?.Reason ?? Reason.None));
        detail.CopyTo(bytes, bytes.Length - detail.Length);
        return Digest.Of(bytes);
    }
}

/// <summary>
/// Checks a batch for what no engine's constraints can see at an append: the batch begins exactly where its head ends, and its accounts are
/// what its entries left and within their limits (the books are written later). A refusal is a bug only while the head still stands. If
/// another writer moved the head between this writer's reading and prefetching, the batch is nonsense but its writer has simply lost; so
/// the store compares the heads too.
/// </summary>
public static class AppendGuard
{
    /// <exception cref="AppendRefusedException">The batch does not follow its own head, or its accounts do not follow from its
    /// entries.</exception>
    public static void Check(LedgerAppend append)
    {
        LedgerHead before = append.Before, after = append.After;
        LedgerTime time = before.Time;
        for (int at = 0; at < append.Entries.Count; at++)
        {
            JournalEntry entry = append.Entries[at].Entry;
            if (entry.Region != before.Region) throw new AppendRefusedException(
                $"Entry {entry.Index} is of region {entry.Region}, not {before.Region}.");
            if (entry.Index != before.Size + at) throw new AppendRefusedException(
                $"Entry {entry.Index} stands where {before.Size + at} was expected.");
            if (before.Size + at > 0 && entry.Time <= time) throw new AppendRefusedException(
                $"Entry {entry.Index} is not later than the one before it.");
            time = entry.Time;
        }
        bool follows = after.Region == before.Region && after.Time == time
            && after.Size == before.Size + append.Entries.Count
            && after.Accounts == before.Accounts + append.Opened.Count
            && after.Remembered == Remembered(append);
        if (!follows) throw new AppendRefusedException($"The head after the batch doesn't follow from the head before it and the batch.");
        CheckAccounts(append);
    }

    /// <summary>The refusals and notes after the batch. Checks that each entry seals those before it.</summary>
    private static Remembered Remembered(LedgerAppend append)
    {
        Remembered remembered = append.Before.Remembered;
        int at = 0;
        foreach (JournalEntry entry in append.Entries.Select(appended => appended.Entry))
        {
            while (remembered.Count < entry.Seals?.Count && at < append.Remembered.Count) remembered =
                remembered.With(append.Remembered[at++]);
            bool seals = entry.Seals is null ? remembered.Chain is null : entry.Seals == remembered;
            if (!seals) throw new AppendRefusedException($"Entry {entry.Index} doesn't seal the refusals and notes before it.");
            remembered = remembered.Sealed();
        }
        return append.Remembered.Skip(at).Aggregate(remembered, (so, outcome) => so.With(outcome));
    }

    private static void CheckAccounts(LedgerAppend append)
    {
        var left = new Dictionary<long, Counters>();
        foreach (AppendedEntry appended in append.Entries)
        {
            for (int at = 0; at < appended.Balances.Length; at++)
            {
                left[appended.Entry.Transfers[at].Debit] = appended.Balances[at].Debit;
                left[appended.Entry.Transfers[at].Credit] = appended.Balances[at].Credit;
            }
        }
        foreach (Account account in append.Changed)
        {
            if (account.Number < 1 || account.Number > append.Before.Accounts) throw new AppendRefusedException(
                $"Account {account.Number} changes and isn't there.");
            CheckAccount(account);
        }
        foreach (Account account in append.Opened)
        {
            if (account.Number <= append.Before.Accounts || account.Number > append.After.Accounts) throw new AppendRefusedException(
                $"Account {account.Number} opens out of its order.");
            CheckAccount(account);
        }
        if (left.Count > 0) throw new AppendRefusedException(
            $"Account {left.Keys.First()} is in a transfer and neither changes nor opens.");

        void CheckAccount(Account account)
        {
            if (!account.KeepsLimits) throw new AppendRefusedException(
                $"Account {account.Path} breaks its limits: {account.Counters} with {account.Flags}.");
            if (left.Remove(account.Number, out Counters last) && last != account.Counters) throw new AppendRefusedException(
                $"Account {account.Path} isn't what its last transfer left.");
        }
    }
}
