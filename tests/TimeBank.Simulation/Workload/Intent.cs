using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>One command of a caller: what is handed to the ledger, and what it is meant to do.</summary>
internal sealed record Intent(EntryHeader Header, Want Want, Proposal Proposal)
{
    public EntryId Id => Header.Id;

    public Digest Command => Header.RequestDigest;

    /// <summary>The same words make the same command: that is what a retry sends again.</summary>
    public static Digest CommandOf(Want want) => Digest.Of(Encoding.UTF8.GetBytes(want.ToString()));

    public override string ToString() => $"{Id.ToString()[..8]} {Want}";
}
