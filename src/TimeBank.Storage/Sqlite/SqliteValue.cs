namespace TimeBank.Storage;

/// <summary>A value for a statement: a number, a text, bytes or null. A journal binds a few dozen for each entry, and none of them is boxed.</summary>
internal readonly struct SqliteValue
{
    private SqliteValue(long? number, object? reference) => (Number, Reference) = (number, reference);

    /// <summary>Null where it is no number.</summary>
    public long? Number { get; }

    /// <summary>A string or an array of bytes; null where it is neither.</summary>
    public object? Reference { get; }

    public static implicit operator SqliteValue(long number) => new(number, null);

    public static implicit operator SqliteValue(long? number) => new(number, null);

    public static implicit operator SqliteValue(int number) => new(number, null);

    public static implicit operator SqliteValue(int? number) => new(number, null);

    public static implicit operator SqliteValue(string? text) => new(null, text);

    public static implicit operator SqliteValue(byte[]? bytes) => new(null, bytes);
}
