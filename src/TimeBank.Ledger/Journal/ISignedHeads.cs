namespace TimeBank.Ledger;

/// <summary>
/// The last signed checkpoint of each region once more, outside the database: whatever becomes of the database, what was once signed is known.
/// Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ISignedHeads
{
    /// <summary>The signed note; null where none has been signed.</summary>
    string? Read(RegionCode region);

    /// <summary>Durably takes a note's place, unless what is there is of a larger tree.</summary>
    void Write(RegionCode region, SignedNote note);

    IReadOnlyList<RegionCode> Regions();
}
