namespace TimeBank.Ledger;

/// <summary>
/// Lists what the grains keep beside the ledger (elders, orders, programmes), read from where their states are stored. For lists, search and runs; never asked
/// where the grain itself decides. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IRegistry
{
    /// <summary>States in the query's order; a full page may have more behind it.</summary>
    /// <typeparam name="T">The grain's state, as it was stored.</typeparam>
    ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class;

    /// <summary>How many states the query's conditions let through; its cursor and limit count for nothing.</summary>
    ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation);
}
