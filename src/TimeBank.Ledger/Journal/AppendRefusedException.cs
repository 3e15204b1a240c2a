namespace TimeBank.Ledger;

/// <summary>
/// The store refused a batch that breaks an invariant: a negative counter, a broken limit, an id or index that is there already, a hold ended
/// or an entry reversed twice. It is the last line of defence behind <see cref="Decide"/>, so reaching it is a bug. Nothing was stored.
/// </summary>
public sealed class AppendRefusedException(string message, Exception? inner = null) : Exception(message, inner);
