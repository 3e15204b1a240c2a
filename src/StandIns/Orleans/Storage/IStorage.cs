namespace Orleans.Core;

/// <summary>One state of one grain. Its operations run one after the other.</summary>
public interface IStorage
{
    /// <summary>The version in the store that this state came from; null for none.</summary>
    string? Etag { get; }

    bool RecordExists { get; }

    /// <exception cref="Storage.InconsistentStateException">Never on a read.</exception>
    Task ReadStateAsync();

    /// <exception cref="Storage.InconsistentStateException">The stored version is another.</exception>
    Task WriteStateAsync();

    /// <exception cref="Storage.InconsistentStateException">The stored version is another.</exception>
    Task ClearStateAsync();

    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();

    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();
}
