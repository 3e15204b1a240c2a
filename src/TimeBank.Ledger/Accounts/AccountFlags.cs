namespace TimeBank.Ledger;

/// <summary>What an account may do. The numbers are stored; they never change their meaning.</summary>
[Flags]
public enum AccountFlags
{
    None = 0,

    /// <summary>The account can't be overdrawn: its debits, pending ones too, stay within its posted credits.</summary>
    DebitsMustNotExceedCredits = 1,

    /// <summary>The opposite limit, for accounts whose balance is a debit.</summary>
    CreditsMustNotExceedDebits = 2,

    /// <summary>Nothing moves until the account is thawed.</summary>
    Frozen = 4,

    /// <summary>Nothing moves until the account is reopened; only an empty account can be closed.</summary>
    Closed = 8,
}
