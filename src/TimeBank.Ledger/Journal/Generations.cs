using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>
/// A dictionary that forgets what has not been asked for lately, in two generations: what is asked for moves to the young one, and where that is
/// full it becomes the old one and the old one goes. So whatever was used since the last <see cref="Age"/> but one is still there.
/// </summary>
internal sealed class Generations<TKey, TValue> where TKey : notnull
{
    private Dictionary<TKey, TValue> _young = [], _old = [];

    public int Count => _young.Count + _old.Count;

    public TValue this[TKey key]
    {
        set => _young[key] = value;
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.Remove(key, out value)) return false;
        _young.Add(key, value);
        return true;
    }

    /// <summary>Begins a new generation where the young one has reached its share of <paramref name="bound"/>.</summary>
    public void Age(int bound)
    {
        if (_young.Count < Math.Max(1, bound / 2)) return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
