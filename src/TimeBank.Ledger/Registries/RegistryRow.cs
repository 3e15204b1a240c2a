namespace TimeBank.Ledger;

/// <summary>One state of a list.</summary>
/// <param name="Key">The part of the grain's key after the region: the id.</param>
/// <param name="Cursor">Where the next page begins.</param>
public sealed record RegistryRow<T>(string Key, RegistryCursor Cursor, T State)
    where T : class;
