using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What an entry does to the accounts. The numbers are stored.</summary>
public enum EntryKind
{
    /// <summary>Posts its transfers.</summary>
    [JsonStringEnumMemberName("Post")]
    Post = 1,

    /// <summary>Holds its transfers until a later entry ends the hold.</summary>
    [JsonStringEnumMemberName("Hold")]
    Hold = 2,

    /// <summary>Ends a hold by posting it, in whole or in part; what isn't posted is released.</summary>
    [JsonStringEnumMemberName("PostHold")]
    PostHold = 3,

    /// <summary>Ends a hold by releasing it.</summary>
    [JsonStringEnumMemberName("VoidHold")]
    VoidHold = 4,

    /// <summary>Ends a hold whose time has come by releasing it.</summary>
    [JsonStringEnumMemberName("ExpireHold")]
    ExpireHold = 5,

    /// <summary>Posts the opposite of an earlier entry; at most once for each.</summary>
    [JsonStringEnumMemberName("Reverse")]
    Reverse = 6,

    /// <summary>Freezes, thaws, closes or reopens accounts.</summary>
    [JsonStringEnumMemberName("ChangeAccounts")]
    ChangeAccounts = 7,

    /// <summary>Writes no entry: only remembers that the id belongs to this command, whose effect is elsewhere.</summary>
    [JsonStringEnumMemberName("Note")]
    Note = 8,
}
