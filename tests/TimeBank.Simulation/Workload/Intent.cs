using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>One command of a caller: the proposal for the ledger, and its meaning.</summary>
internal sealed record Intent(EntryHeader Header, Want Want, Proposal Proposal)
{
    public EntryId Id => Header.Id;

    public Digest Command => Header.RequestDigest;

    /// <summary>The digest of the meaning. Equal meanings are the same command, and a retry sends it again.</summary>
    public static Digest CommandOf(Want want) => Digest.Of(Encoding.UTF8.GetBytes(want.ToString()));

    public override string ToString() => $"{Id.ToString()[..8]} {Want}";
}
