namespace TimeBank.Ledger;

/// <summary>
/// The journal isn't a continuation of a checkpoint that was signed: the database was restored to an older state, or changed. Writing on would make a second history
/// under the same name, so nothing is written until an operator has seen to it.
/// </summary>
public class JournalRolledBackException(string message) : Exception(message)
{
    public virtual Reason Reason => Reason.JournalRolledBack;
}

/// <summary>
/// The last checkpoint is signed by none of the server's keys, so nobody can say whether the journal goes on from it. The keys are wrong,
/// or the checkpoint is.
/// </summary>
public sealed class OtherKeysException(string message) : JournalRolledBackException(message)
{
    public override Reason Reason => Reason.SignedByOtherKeys;
}
