namespace NSec.Cryptography;

/// <summary>The base of all algorithms. Two instances are never the same algorithm: keys are bound to the instance they were made for.</summary>
public abstract class Algorithm
{
    private protected Algorithm()
    {
    }

    public sealed override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public sealed override int GetHashCode() => base.GetHashCode();

    public sealed override string? ToString() => GetType().ToString();
}
