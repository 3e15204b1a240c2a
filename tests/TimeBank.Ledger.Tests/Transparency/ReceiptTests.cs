using System.Collections.Immutable;
using System.Text;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ReceiptTests
{
    private const int Index = 5;
    private static readonly byte[] Salt = [.. Enumerable.Range(0, Receipt.SaltBytes).Select(at => (byte)at)],
        Entry = "{\"index\":5}"u8.ToArray();
    private static readonly NoteSigner Log = Signing.Signer("timebank.example/430211"),
        Other = Signing.Signer("timebank.example/430203", seed: 2),
        Witness = Signing.Signer("witness.example", SignatureType.Cosignature, seed: 3);

    [Fact]
    public void Receipt_proves_its_entry_to_whoever_has_the_key()
    {
        TlogProof proof = Make(Log, Witness);

        var read = TlogProof.Parse(Encoding.UTF8.GetBytes(proof.ToString()));

        Assert.Equal(proof.ToString(), read.ToString());
        Assert.Equal(ReceiptStatus.Sound, Check(read, Log));
        Assert.Equal(ReceiptStatus.Sound, Check(read, Log, Witness));
        Assert.StartsWith("c2sp.org/tlog-proof@v1\nextra ", read.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nindex 5\n", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Receipt_without_the_entry_proves_it_to_whoever_brings_it()
    {
        TlogProof proof = Make(Log) with { Extra = default };

        var read = TlogProof.Parse(Encoding.UTF8.GetBytes(proof.ToString()));

        Assert.Null(Receipt.LeafOf(read.Extra.Span));
        Assert.Equal(ReceiptStatus.Sound, Receipt.Check(read, MerkleFrontier.EntryLeaf(Salt, Entry), [Log.Key], Signing.Check));
    }

    [Fact]
    public void Receipt_holds_only_under_the_keys_of_its_journal()
    {
        Assert.Equal(ReceiptStatus.UnknownKeys, Check(Make(Log), Other));
        Assert.Equal(ReceiptStatus.UnknownKeys, Check(Make(Log)));
        // A trusted key signed the receipt, but for another journal.
        Assert.Equal(ReceiptStatus.OtherOrigin, Check(Make(Other), Other));
        // A witness cosigned, but the journal's own key never signed.
        Assert.Equal(ReceiptStatus.OtherOrigin, Check(Make(Witness), Witness));
        Assert.Equal(ReceiptStatus.UnknownKeys, Check(Make(Witness), Witness, Log));
    }

    [Fact]
    public void Receipt_with_anything_changed_is_refused()
    {
        TlogProof proof = Make(Log);
        SignedNote note = proof.Checkpoint;
        NoteSignature signature = note.Signatures[0];

        Assert.Equal(ReceiptStatus.OtherRoot, Check(proof with { Extra = (byte[])[.. Salt, .. "{\"index\":6}"u8] }, Log));
        Assert.Equal(ReceiptStatus.OtherRoot, Check(proof with { Extra = (byte[])[.. Entry, .. Salt] }, Log));
        Assert.Equal(ReceiptStatus.OtherRoot, Check(proof with { Index = Index - 1 }, Log));
        Assert.Equal(ReceiptStatus.OutOfRange, Check(proof with { Index = 300 }, Log));
        Assert.Equal(ReceiptStatus.ProofTooLong, Check(proof with { Hashes = proof.Hashes.Add(default) }, Log));
        Assert.Equal(ReceiptStatus.ProofTooShort, Check(proof with { Hashes = proof.Hashes.RemoveAt(0) }, Log));
        Assert.Equal(ReceiptStatus.OtherRoot, Check(proof with { Hashes = proof.Hashes.SetItem(0, default) }, Log));
        Assert.Equal(ReceiptStatus.BadSignature,
            Check(proof with { Checkpoint = note with { Text = note.Text.Replace("300", "301", StringComparison.Ordinal) } }, Log));
        Assert.Equal(ReceiptStatus.BadSignature,
            Check(proof with { Checkpoint = note with { Signatures = [signature with { Bytes = signature.Bytes[..^1] }] } }, Log));
        Assert.Equal(ReceiptStatus.NoCheckpoint,
            Check(proof with { Checkpoint = new SignedNote("no checkpoint\n", [Log.Sign("no checkpoint\n", default)]) }, Log));
    }

    public static TheoryData<string, string> Malformed()
    {
        string good = (Make(Log) with { Extra = default }).ToString(), hash = good.Split('\n')[2];
        string Changed(string from, string to) => good.Replace(from, to, StringComparison.Ordinal);
        return new()
        {
            { "empty", "" },
            { "another version", Changed("@v1", "@v2") },
            { "no index", Changed("index 5\n", "") },
            { "index twice", Changed("index 5\n", "index 5\nindex 5\n") },
            { "leading zero", Changed("index 5", "index 05") },
            { "negative", Changed("index 5", "index -5") },
            { "huge", Changed("index 5", "index 18446744073709551616") },
            { "extra after index", Changed("index 5\n", "index 5\nextra AAAA\n") },
            { "extra that is no base64", Changed("index 5\n", "extra A\nindex 5\n") },
            { "hash that is short", Changed(hash, hash[4..]) },
            { "hash that is not canonical", Changed(hash, hash[..^2] + (char)(hash[^2] + 1) + "=") },
            { "64 hashes", Changed("index 5\n", "index 5\n" + string.Concat(Enumerable.Repeat($"{hash}\n", 64))) },
            { "no checkpoint", good[..(good.IndexOf("\n\n", StringComparison.Ordinal) + 2)] },
            { "no empty line", Changed("\n\ntimebank", "\ntimebank") },
            { "windows line ends", Changed("\n", "\r\n") },
            { "trailing garbage", good + "x" },
            { "truncated", good[..^10] },
        };
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_proof_is_refused(string why, string proof)
    {
        Assert.NotEmpty(why);
        Assert.Throws<FormatException>(() => TlogProof.Parse(Encoding.UTF8.GetBytes(proof)));
    }

    [Fact]
    public void Every_beginning_of_a_proof_is_refused()
    {
        byte[] good = Encoding.UTF8.GetBytes(Make(Log).ToString());
        for (int length = 0; length < good.Length; length++) Assert.Throws<FormatException>(() => TlogProof.Parse(good.AsSpan(0, length)));
    }

    private static ReceiptStatus Check(TlogProof proof, params NoteSigner[] known) =>
        Receipt.Check(proof, Receipt.LeafOf(proof.Extra.Span)!.Value, [.. known.Select(signer => signer.Key)], Signing.Check);

    private static TlogProof Make(params NoteSigner[] signers)
    {
        ImmutableArray<Digest> leaves =
            [.. Enumerable.Range(0, 300)
            .Select(at => at == Index ? MerkleFrontier.EntryLeaf(Salt, Entry) : MerkleFrontier.Leaf([(byte)(at % 256)]))];
        var source = new LeafSource(leaves);
        var proofs = new TreeProofs(source, leaves.Length);
        var head = new Checkpoint("timebank.example/430211", leaves.Length,
            proofs.RootAsync(leaves.Length, default).AsTask().GetAwaiter().GetResult());
        ImmutableArray<Digest> hashes = proofs.InclusionAsync(Index, leaves.Length, default).AsTask().GetAwaiter().GetResult();
        return new TlogProof((byte[])[.. Salt, .. Entry], Index, hashes,
            head.Sign(signers, DateTimeOffset.FromUnixTimeSeconds(1_793_000_000)));
    }

    private sealed class LeafSource(ImmutableArray<Digest> leaves) : ITileSource
    {
        public ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<Digest>>(tile.Level == 0
            ? [.. leaves.AsSpan((int)tile.First, tile.Width)]
            : [leaves[..256].Aggregate(MerkleFrontier.Empty, (tree, leaf) => tree.Append(leaf)).Root]);
    }
}
