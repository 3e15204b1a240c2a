using System.Security.Cryptography;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server.GrainTests;

/// <summary>Fakes of the checkpoints kept outside the database (in memory) and of the signing keys (their signatures are hashes).</summary>
internal sealed class Signed : ISignedHeads, ICheckpointKeys
{
    private readonly Dictionary<RegionCode, string> _notes = [];

    /// <summary>The current signing keys, each made from one byte.</summary>
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
