using System.Collections;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>An entry of a region's journal. Immutable; reading one needs no other data.</summary>
/// <param name="Index">Dense within the region, from 0.</param>
/// <param name="Of">The index of the hold that this entry ends, or of the entry that it reverses.</param>
/// <param name="Opened">The accounts that this entry opens, with empty counters.</param>
/// <param name="Seals">The refusals and notes up to here; null where there are none since the previous entry.</param>
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

    /// <summary>True for a hold, and for a reversal that holds again what the reversed end of a hold released.</summary>
    [JsonIgnore]
    public bool OpensHold => Kind == EntryKind.Hold || (Kind == EntryKind.Reverse && Expires is not null);

    public bool EndsHold => Kind is EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold;

    /// <summary>A detail that the entry's constructor always writes. A missing one is a broken invariant and throws.</summary>
    public string Detail(string key) => Header.Details[key];
}

/// <summary>Who asks for an entry, under which id, and the texts beside the amounts.</summary>
/// <param name="Id">The idempotency key.</param>
/// <param name="RequestDigest">SHA-256 of the caller's command. The same id with another digest is a conflict.</param>
/// <param name="Actor">The acting party, as an opaque id.</param>
/// <param name="OnBehalfOf">The person for whom staff act; else empty.</param>
/// <param name="EffectiveDate">The civil date on which the event counts.</param>
/// <param name="PolicyVersion">The policy version that decided.</param>
/// <param name="Memo">A note for people, at most 200 characters. Never anything personal.</param>
/// <param name="Details">The values from which the server builds the caller's answer, also for a retry; at most 48 pairs.</param>
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
    /// <summary>The longest actor, on-behalf-of and policy version, in characters.</summary>
    public const int MaxNameLength = 200;

    public const int MaxMemoLength = 200;
    public const int MaxDetails = 48;
    public const int MaxDetailLength = 400;

    public static EntryDetails NoDetails => EntryDetails.None;
}

/// <summary>
/// Named values beside an entry's amounts, each name once. Sorted by the bytes of their names, so that equal details give equal bytes. A
/// sorted array: every entry carries one, and a tree for so few pairs would cost more than everything else done with it.
/// </summary>
public sealed class EntryDetails : IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] _pairs;

    private EntryDetails(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    public static EntryDetails None { get; } = new([]);

    public int Count => _pairs.Length;

    /// <summary>The pairs, sorted by name.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Pairs => _pairs;

    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public string this[string key] => GetValueOrDefault(key) ?? throw new KeyNotFoundException($"The entry has no detail '{key}'.");

    /// <exception cref="ArgumentException">A name occurs twice.</exception>
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

    /// <summary>Inserts a pair into the sorted first <paramref name="count"/>. Most callers pass sorted pairs, so nothing moves.</summary>
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

/// <summary>What an entry does to its accounts. The numbers are stored and never change.</summary>
public enum EntryKind
{
    /// <summary>Posts the transfers.</summary>
    [JsonStringEnumMemberName("Post")]
    Post = 1,

    /// <summary>Holds the transfers until a later entry ends the hold.</summary>
    [JsonStringEnumMemberName("Hold")]
    Hold = 2,

    /// <summary>Ends a hold by posting all or a part of it; the rest is released.</summary>
    [JsonStringEnumMemberName("PostHold")]
    PostHold = 3,

    /// <summary>Ends a hold by releasing it.</summary>
    [JsonStringEnumMemberName("VoidHold")]
    VoidHold = 4,

    /// <summary>Releases a hold that is past its time.</summary>
    [JsonStringEnumMemberName("ExpireHold")]
    ExpireHold = 5,

    /// <summary>
    /// Posts the opposite of an earlier entry. Each entry can be reversed once. With a time of expiry it also holds again what that entry
    /// released, and is itself the hold from then on.
    /// </summary>
    [JsonStringEnumMemberName("Reverse")]
    Reverse = 6,

    /// <summary>Freezes, thaws, closes or reopens accounts.</summary>
    [JsonStringEnumMemberName("ChangeAccounts")]
    ChangeAccounts = 7,

    /// <summary>Writes no entry. Only remembers that the id belongs to this command, whose effect is elsewhere.</summary>
    [JsonStringEnumMemberName("Note")]
    Note = 8,
}

/// <summary>
/// One debit account, one credit account, one unit. A plain transfer posts. A hold's transfer holds. A transfer that ends a hold releases
/// the held amount and posts all, part or none of it. So each counter is a plain sum over transfers; no look-back is needed.
/// </summary>
public readonly record struct Transfer(long Debit, long Credit, Unit Unit, long Posted, long Held, long Released);

/// <summary>The counters of a transfer's two accounts right after it.</summary>
public readonly record struct TransferBalances(Counters Debit, Counters Credit);
