using System.Collections;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>An entry of a region's journal: immutable, and derived from nothing but itself.</summary>
/// <param name="Index">Dense within the region, from 0.</param>
/// <param name="Of">The index of the hold that it ends or of the entry that it reverses.</param>
/// <param name="Opened">The accounts that it opens, with empty counters.</param>
/// <param name="Seals">The refusals and notes up to here, where there are any since the entry before; null where none.</param>
public sealed record JournalEntry(
    RegionCode Region,
    long Index,
    LedgerTime Time,
    EntryHeader Header,
    EntryKind Kind,
    EntryCode Code,
    ImmutableArray<Account> Opened,
    ImmutableArray<Transfer> Transfers,
    ImmutableArray<AccountChange> Changes,
    long? Of,
    LedgerTime? Expires,
    Remembered? Seals)
{
    public EntryId Id => Header.Id;

    public bool EndsHold => Kind is EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold;

    /// <summary>A detail that the entry's constructor wrote; absent is a broken invariant.</summary>
    public string Detail(string key) => Header.Details[key];
}

/// <summary>Who asks for an entry, under which id, and what to write beside the amounts.</summary>
/// <param name="Id">The idempotency key.</param>
/// <param name="RequestDigest">SHA-256 of the caller's command: the same id with another one is a conflict.</param>
/// <param name="Actor">Who acts, as an opaque id.</param>
/// <param name="OnBehalfOf">For whom, where staff act for a person; else empty.</param>
/// <param name="EffectiveDate">The civil date on which the event counts.</param>
/// <param name="PolicyVersion">The policy by whose rules it was decided.</param>
/// <param name="Memo">A note for people; at most 200 characters, and never anything personal.</param>
/// <param name="Details">What the answer to the caller is made from, also when it is given again; at most 32 pairs.</param>
public sealed record EntryHeader(
    EntryId Id,
    Digest RequestDigest,
    string Actor,
    string OnBehalfOf,
    DateOnly EffectiveDate,
    string PolicyVersion,
    string Memo,
    EntryDetails Details)
{
    /// <summary>Of the actor, of whom they act for, and of the policy version.</summary>
    public const int MaxNameLength = 200;

    public const int MaxMemoLength = 200;
    public const int MaxDetails = 32;
    public const int MaxDetailLength = 400;

    public static EntryDetails NoDetails => EntryDetails.None;
}

/// <summary>
/// Named values beside an entry's amounts, each name once; ordered by the bytes of their names, so that an entry's bytes depend on nothing
/// else.
/// A sorted array, since every entry is made, checked, written and read with one, and a tree of so few costs more than all of its work.
/// </summary>
public sealed class EntryDetails : IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] _pairs;

    private EntryDetails(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    public static EntryDetails None { get; } = new([]);

    public int Count => _pairs.Length;

    /// <summary>The pairs in their order.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Pairs => _pairs;

    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public string this[string key] => GetValueOrDefault(key) ?? throw new KeyNotFoundException($"The entry has no detail '{key}'.");

    /// <exception cref="ArgumentException">A name stands there twice.</exception>
    public static EntryDetails Of(params ReadOnlySpan<(string Key, string Value)> details)
    {
        if (details.IsEmpty) return None;
        var pairs = new KeyValuePair<string, string>[details.Length];
        for (int at = 0; at < pairs.Length; at++) Insert(pairs, at, details[at].Key, details[at].Value);
        return new EntryDetails(pairs);
    }

    public EntryDetails Add(string key, string value)
    {
        var pairs = new KeyValuePair<string, string>[Count + 1];
        _pairs.CopyTo(pairs, 0);
        Insert(pairs, Count, key, value);
        return new EntryDetails(pairs);
    }

    public string? GetValueOrDefault(string key)
    {
        int low = 0, high = _pairs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2, order = string.CompareOrdinal(_pairs[middle].Key, key);
            if (order == 0) return _pairs[middle].Value;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();

    /// <summary>
    /// Puts a pair among those before <paramref name="count"/>. Where they come in their order, as most do, nothing moves.
    /// </summary>
    private static void Insert(KeyValuePair<string, string>[] pairs, int count, string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        int at = count;
        for (; at > 0; at--)
        {
            int order = string.CompareOrdinal(pairs[at - 1].Key, key);
            if (order < 0) break;
            if (order == 0) throw new ArgumentException($"The detail '{key}' stands there twice.", nameof(key));
            pairs[at] = pairs[at - 1];
        }
        pairs[at] = KeyValuePair.Create(key, value);
    }
}

/// <summary>What an entry does to the accounts. The numbers are stored.</summary>
public enum EntryKind
{
    /// <summary>Posts its transfers.</summary>
    [JsonStringEnumMemberName("Post")]
    Post = 1,

    /// <summary>Holds its transfers until a later entry ends the hold.</summary>
    [JsonStringEnumMemberName("Hold")]
    Hold = 2,

    /// <summary>Ends a hold by posting it, in whole or in part; what isn't posted is released.</summary>
    [JsonStringEnumMemberName("PostHold")]
    PostHold = 3,

    /// <summary>Ends a hold by releasing it.</summary>
    [JsonStringEnumMemberName("VoidHold")]
    VoidHold = 4,

    /// <summary>Ends a hold whose time has come by releasing it.</summary>
    [JsonStringEnumMemberName("ExpireHold")]
    ExpireHold = 5,

    /// <summary>Posts the opposite of an earlier entry; at most once for each.</summary>
    [JsonStringEnumMemberName("Reverse")]
    Reverse = 6,

    /// <summary>Freezes, thaws, closes or reopens accounts.</summary>
    [JsonStringEnumMemberName("ChangeAccounts")]
    ChangeAccounts = 7,

    /// <summary>Writes no entry: only remembers that the id belongs to this command, whose effect is elsewhere.</summary>
    [JsonStringEnumMemberName("Note")]
    Note = 8,
}

/// <summary>
/// One debit account, one credit account, one unit. A plain transfer posts; a hold's transfer holds; a transfer that ends a
/// hold releases what was held and posts all, part or none of it. So every counter is a sum over transfers, with no look-back.
/// </summary>
public readonly record struct Transfer(long Debit, long Credit, Unit Unit, long Posted, long Held, long Released);

/// <summary>The counters of a transfer's two accounts right after it.</summary>
public readonly record struct TransferBalances(Counters Debit, Counters Credit);
