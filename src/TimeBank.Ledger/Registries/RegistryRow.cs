namespace TimeBank.Ledger;

/// <summary>One state of a list.</summary>
/// <param name="Key">The part of the grain's key after the region: the id.</param>
/// <param name="Cursor">Where the next page begins.</param>
/// <param name="Stored">The state; null where what is stored isn't one, which must not take the rest of the list with it.</param>
public sealed record RegistryRow<T>(string Key, RegistryCursor Cursor, T? Stored)
    where T : class
{
    public bool IsReadable => Stored is not null;

    /// <exception cref="UnreadableStateException">What is stored can't be read.</exception>
    public T State => Stored ?? throw new UnreadableStateException($"What is stored of {Key} can't be read as {typeof(T).Name}.");
}

/// <summary>What a grain has stored isn't what it could have written: no retry helps, and somebody has to look at the data.</summary>
public sealed class UnreadableStateException(string message) : Exception(message);
