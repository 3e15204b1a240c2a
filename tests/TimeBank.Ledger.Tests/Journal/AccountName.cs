namespace TimeBank.Ledger.Tests;

/// <summary>
/// An account of a script. Its first letter gives its limit: <c>p</c>, a purse, can't be overdrawn; <c>d</c>, dues, has the opposite limit;
/// other letters have none. <c>!p</c> must exist already, <c>+p</c> must not exist yet. <c>p.MEAL</c> names a unit other than minutes.
/// </summary>
internal sealed record AccountName(string Path, Unit Unit, Opening Opening)
{
    public AccountFlags Limit => Path[0] switch
    {
        'p' => AccountFlags.DebitsMustNotExceedCredits,
        'd' => AccountFlags.CreditsMustNotExceedDebits,
        _ => AccountFlags.None,
    };

    public static AccountName Parse(string text)
    {
        string[] parts = text.TrimStart('!', '+').Split('.');
        Opening opening = text[0] switch { '!' => Opening.Never, '+' => Opening.New, _ => Opening.FirstUse };
        return new AccountName(parts[0], parts.Length > 1 ? Unit.Parse(parts[1]) : Unit.Minutes, opening);
    }

    public AccountSpec ToSpec() => new(AccountPath.Parse(Path), Unit, Limit, Opening);
}
