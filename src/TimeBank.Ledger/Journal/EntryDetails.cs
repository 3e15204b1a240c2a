using System.Collections;

namespace TimeBank.Ledger;

/// <summary>
/// Named values beside an entry's amounts, each name once; ordered by the bytes of their names, so that an entry's bytes depend on nothing else.
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

    /// <summary>Puts a pair among those before <paramref name="count"/>. Where they come in their order, as most do, nothing moves.</summary>
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
