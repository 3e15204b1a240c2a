namespace TimeBank.Ledger;

/// <summary>Who asks for an entry, under which id, and what to write beside the amounts.</summary>
/// <param name="Id">The idempotency key.</param>
/// <param name="Command">SHA-256 of the caller's command: the same id with another one is a conflict.</param>
/// <param name="Actor">Who acts, as an opaque id.</param>
/// <param name="OnBehalfOf">For whom, where staff act for a person; else empty.</param>
/// <param name="EffectiveDate">The civil date on which the event counts.</param>
/// <param name="PolicyVersion">The policy by whose rules it was decided.</param>
/// <param name="Memo">A note for people; at most 200 characters, and never anything personal.</param>
/// <param name="Details">What the answer to the caller is made from, also when it is given again; at most 32 pairs.</param>
public sealed record EntryHeader(
    EntryId Id,
    Digest Command,
    string Actor,
    string OnBehalfOf,
    DateOnly EffectiveDate,
    string PolicyVersion,
    string Memo,
    EntryDetails Details)
{
    /// <summary>Of the actor, of whom they act for, and of the policy version.</summary>
    public const int MaxNameLength = 200;

    public const int MaxMemoLength = 200;
    public const int MaxDetails = 32;
    public const int MaxDetailLength = 400;

    public static EntryDetails NoDetails => EntryDetails.None;
}
