namespace TimeBank.Ledger;

/// <summary>What a decision may look at: a region's accounts, outcomes and earlier entries as they stand.</summary>
public interface ILedgerView
{
    RegionCode Region { get; }

    /// <summary>The index of the next entry.</summary>
    long NextIndex { get; }

    /// <summary>The number of the next account.</summary>
    long NextAccount { get; }

    /// <summary>The time of the last entry.</summary>
    LedgerTime LastTime { get; }

    /// <summary>What the next entry seals.</summary>
    Remembered Remembered { get; }

    Account? Account(AccountPath path);

    Account? Account(long number);

    Outcome? Outcome(EntryId id);

    LinkedEntry? Linked(EntryId id);
}
