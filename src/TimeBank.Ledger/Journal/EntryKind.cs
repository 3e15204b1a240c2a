namespace TimeBank.Ledger;

/// <summary>What an entry does to the accounts. The numbers are stored.</summary>
public enum EntryKind
{
    /// <summary>Posts its transfers.</summary>
    Post = 1,

    /// <summary>Holds its transfers until a later entry ends the hold.</summary>
    Hold = 2,

    /// <summary>Ends a hold by posting it, in whole or in part; what isn't posted is released.</summary>
    PostHold = 3,

    /// <summary>Ends a hold by releasing it.</summary>
    VoidHold = 4,

    /// <summary>Ends a hold whose time has come by releasing it.</summary>
    ExpireHold = 5,

    /// <summary>Posts the opposite of an earlier entry; at most once for each.</summary>
    Reverse = 6,

    /// <summary>Freezes, thaws, closes or reopens accounts.</summary>
    ChangeAccounts = 7,

    /// <summary>Writes no entry: only remembers that the id belongs to this command, whose effect is elsewhere.</summary>
    Note = 8,
}
