namespace TimeBank.Ledger;

/// <summary>What an account was opened for, fixed at its opening: whose it is, in which programme, between which dates.</summary>
/// <param name="Owner">The party or other thing that the account belongs to, as an opaque id; empty where nobody.</param>
/// <param name="Group">The programme, batch or other set it is listed under; empty where none.</param>
/// <param name="From">The first day on which it may be used.</param>
/// <param name="Until">The last day on which it may be used.</param>
/// <param name="Data">Further terms as JSON that the domain writes and reads; at most 2,000 characters.</param>
public sealed record AccountTerms(string Owner, string Group, DateOnly? From, DateOnly? Until, string Data)
{
    public const int MaxDataLength = 2_000;

    public static AccountTerms OfOwner(OpaqueId owner) => new(owner.Text, "", null, null, "");
}
