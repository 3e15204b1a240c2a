using System.Security.Cryptography;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server.GrainTests;

/// <summary>Checkpoints outside the database, in memory, and keys whose signatures are hashes.</summary>
internal sealed class Signed : ISignedHeads, ICheckpointKeys
{
    private readonly Dictionary<RegionCode, string> _notes = [];

    /// <summary>The keys that sign now, each made from a byte.</summary>
    public byte[] Keys { get; set; } = [1];

    public string? Read(RegionCode region) => _notes.GetValueOrDefault(region);

    public void Write(RegionCode region, SignedNote note) => _notes[region] = note.ToString();

    public IReadOnlyList<RegionCode> Regions() => [.. _notes.Keys];

    public string OriginOf(RegionCode region) => $"timebank.example/{region}";

    public IReadOnlyList<NoteSigner> Of(RegionCode region) =>
        [.. Keys.Select(key => new NoteSigner(VerifierKey.Of(OriginOf(region), SignatureType.Ed25519, [.. Enumerable.Repeat(key, 32)]),
            message => SHA512.HashData([key, .. message])))];

    public NoteStatus Check(RegionCode region, SignedNote note) => note.Check(
        [.. Of(region).Select(signer => signer.Key)], (key, message, signature) =>
            signature.SequenceEqual(SHA512.HashData([key[0], .. message])));
}
