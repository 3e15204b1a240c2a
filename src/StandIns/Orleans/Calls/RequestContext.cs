using System.Runtime.InteropServices;

namespace Orleans.Runtime;

/// <summary>Values that travel with each call, from the caller to the grain and on; never back.</summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";
    private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();
    private static long sections;

    /// <summary>The call chain that may re-enter grains now; empty for none.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty) Remove(ReentrancyKey);
            else Set(ReentrancyKey, value);
        }
    }

    public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>Never changed once set: calls in flight share it.</summary>
    internal static Dictionary<string, object>? Current
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    public static void Set(string key, object value) =>
        Values.Value = new Dictionary<string, object>(Values.Value ?? []) { [key] = value };

    public static bool Remove(string key)
    {
        if (Values.Value?.ContainsKey(key) != true) return false;
        Dictionary<string, object> rest = new(Values.Value);
        rest.Remove(key);
        Values.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear() => Values.Value = null;

    /// <summary>Until disposed, calls that this grain's calls lead to may enter this grain again while it waits.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        Guid original = ReentrancyId;
        return new ReentrancySection(original, original == Guid.Empty ? NextSection() : original);
    }

    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    private static Guid NextSection()
    {
        Guid id = default;
        MemoryMarshal.Write(MemoryMarshal.AsBytes(new Span<Guid>(ref id)), Interlocked.Increment(ref sections));
        return id;
    }

    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid original;
        private readonly Guid entered;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            original = originalReentrancyId;
            entered = newReentrancyId;
            if (entered != original) ReentrancyId = entered;
            if (entered != Guid.Empty) Activation.Current?.EnterSection(entered);
        }

        public void Dispose()
        {
            if (entered != Guid.Empty) Activation.Current?.LeaveSection(entered);
            if (entered != original) ReentrancyId = original;
        }
    }
}
