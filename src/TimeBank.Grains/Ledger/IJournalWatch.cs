using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Sees where the writers' journals end: before they write, and after.</summary>
public interface IJournalWatch
{
    /// <summary>Reads the head that a writer is to go on from, in the given way, and looks whether it may.</summary>
    /// <exception cref="JournalRolledBackException">Nothing may be written after this head.</exception>
    ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation);

    /// <summary>The regions whose journals must not be written, as they were last looked at here, and why.</summary>
    IReadOnlyDictionary<RegionCode, string> Refused { get; }

    /// <summary>A batch is durable. Returns at once, and never throws.</summary>
    void Stored(LedgerHead head);
}
