namespace TimeBank.Ledger;

/// <summary>Whether naming an account in a transfer opens it.</summary>
public enum Opening
{
    /// <summary>It must be there already.</summary>
    Never = 0,

    /// <summary>It is opened by its first use.</summary>
    FirstUse = 1,

    /// <summary>It must not be there yet: what was opened under other terms can't be added to by mistake.</summary>
    New = 2,
}
