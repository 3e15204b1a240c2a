using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>What a data file says, or everything that is wrong with it, in the order of its lines; never both.</summary>
public sealed record DataResult<T> where T : class
{
    internal DataResult(T value) => (Value, Errors) = (value, []);

    internal DataResult(IEnumerable<DataError> errors) => Errors = [.. errors.OrderBy(error => error.Line)];

    public T? Value { get; }

    public ImmutableArray<DataError> Errors { get; }

    /// <exception cref="InvalidDataException">The file is wrong; the message holds every error. For files that ship with the product.</exception>
    public T Expect(string file) => Value ?? throw new InvalidDataException($"{file}: {string.Join("; ", Errors)}");
}
