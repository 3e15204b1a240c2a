namespace TimeBank.Ledger;

/// <summary>A transfer as a caller asks for it.</summary>
/// <param name="AtMost">Move what the accounts' limits leave room for, up to the amount; refused only where that is nothing.</param>
public sealed record ProposedTransfer(AccountSpec Debit, AccountSpec Credit, long Amount, bool AtMost = false)
{
    public Unit Unit => Debit.Unit;
}
