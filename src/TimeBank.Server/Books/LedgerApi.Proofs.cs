using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <content>Checkpoints, inclusion proofs and consistency proofs.</content>
public sealed partial class LedgerApi
{
    public override async Task<SignedCheckpoint> GetCheckpoint(GetCheckpointRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        (SignedNote note, Checkpoint head) = await SignedAsync(region, context.CancellationToken);
        return new SignedCheckpoint
        {
            Region = ResourceName.OfRegion(region),
            Origin = head.Origin,
            TreeSize = head.Size,
            Root = Bytes(head.Root),
            Note = note.ToString(),
            VerifierKeys = { proofs.VerifierKeys(region) },
        };
    }

    public override async Task<InclusionProof> GetInclusionProof(GetInclusionProofRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, long? index, EntryId? id) = read.EntryOrId(request.Name, "name");
        read.Check();
        StoredEntry entry = (id is { } own
            ? await ledger.EntryAsync(region, own, context.CancellationToken)
            : await ledger.EntryAsync(region, index!.Value, context.CancellationToken)) ?? throw Problem.Of(Reason.EntryNotFound);
        (SignedNote note, Checkpoint head) = await SignedAsync(region, context.CancellationToken);
        if (entry.Entry.Index >= head.Size) throw Problem.Of(Reason.NotSignedYet);
        var proof = new InclusionProof
        {
            Name = ResourceName.Of(region, LedgerRequests.EntriesOfRegion, entry.Entry.Index),
            Index = entry.Entry.Index,
            Leaf = Bytes(entry.Leaf),
            Hashes = { (await proofs.InclusionAsync(region, entry.Entry.Index, head.Size, context.CancellationToken)).Select(Bytes) },
            Checkpoint = note.ToString(),
        };
        // A caller with the salt can check guesses about the entry's content: give the salt only to callers who may read the entry.
        if (!await MayReadAsync(context.Caller(), entry.Entry, context.CancellationToken)) return proof;
        (proof.Salt, proof.Entry) = (ByteString.CopyFrom(entry.Salt), ByteString.CopyFrom(entry.Bytes));
        return proof;
    }

    public override async Task<ConsistencyProof> GetConsistencyProof(GetConsistencyProofRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        // A size past the end of the journal is an error; waiting for a signature will not help.
        long there = (await ledger.ReadHeadAsync(region, context.CancellationToken)).Size;
        read.Whole(request.OldTreeSize, "old_tree_size", 0, there);
        read.Whole(request.NewTreeSize, "new_tree_size", 0, there);
        read.Check();
        (SignedNote note, Checkpoint head) = await SignedAsync(region, context.CancellationToken);
        long size = request.NewTreeSize == 0 ? head.Size : request.NewTreeSize;
        if (size > head.Size) throw Problem.Of(Reason.NotSignedYet);
        read.Whole(request.OldTreeSize, "old_tree_size", 0, size);
        read.Check();
        return new ConsistencyProof
        {
            OldTreeSize = request.OldTreeSize,
            NewTreeSize = size,
            Hashes = { (await proofs.ConsistencyAsync(region, request.OldTreeSize, size, context.CancellationToken)).Select(Bytes) },
            Checkpoint = note.ToString(),
        };
    }

    private async Task<(SignedNote Note, Checkpoint Head)> SignedAsync(RegionCode region, CancellationToken cancellation) =>
        await proofs.SignedAsync(region, cancellation) ?? throw Problem.Of(Reason.NotSignedYet);

    /// <summary>
    /// True for finance, auditors and administrators, and for a party of the entry: who acted, for whom, or whose account moved. Some
    /// entries of earlier builds contain the debtor's hours: of these only the debtor may read the bytes. The entries of a settlement batch
    /// contain what every provider in it is paid: no provider may read them, and ListPaymentLines explains the provider's own payment.
    /// </summary>
    private async Task<bool> MayReadAsync(Caller caller, JournalEntry entry, CancellationToken cancellation)
    {
        if (new[] { Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator }.Any(caller.Has)) return true;
        if (entry.Code is EntryCode.PrepareSettlement or EntryCode.ApproveSettlement or EntryCode.WithdrawSettlement) return false;
        if (!ResourceName.TryParse(caller.Party, out ResourceName? party) || party.Value.Region != entry.Region) return false;
        string own = party.Value.Id;
        bool isOfTheDebtorAlone = EarlierDetails.AreOfTheDebtorAlone(entry);
        if (!isOfTheDebtorAlone && (entry.Header.Actor == own || entry.Header.OnBehalfOf == own)) return true;
        foreach (StoredTransfer transfer in await ledger.TransfersAsync(entry.Region, [entry.Index], cancellation))
        {
            foreach (AccountPath path in isOfTheDebtorAlone ? [transfer.Debit] : new[] { transfer.Debit, transfer.Credit })
            {
                if ((await ledger.AccountAsync(entry.Region, path, cancellation))?.Terms?.Owner == own
                    || path.Text.Split('/') is ["person" or "provider", var id, ..] && id == own) return true;
            }
        }
        return false;
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}

/// <summary>Reads signed checkpoints, and makes proofs from the journals' trees.</summary>
public sealed class ProofReader(ITreeStore trees, ICheckpointKeys keys)
{
    /// <summary>A region's last signed checkpoint; null if nothing is signed yet.</summary>
    public async Task<(SignedNote Note, Checkpoint Head)?> SignedAsync(RegionCode region, CancellationToken cancellation)
    {
        if (await trees.SignedAsync(region, cancellation) is not { } text) return null;
        var note = SignedNote.Parse(text);
        return (note, Checkpoint.Parse(note.Text));
    }

    public IEnumerable<string> VerifierKeys(RegionCode region) => keys.Of(region).Select(signer => signer.Key.ToString());

    public ValueTask<ImmutableArray<Digest>> InclusionAsync(RegionCode region, long index, long size, CancellationToken cancellation) =>
        Of(region, size).InclusionAsync(index, size, cancellation);

    public ValueTask<ImmutableArray<Digest>> ConsistencyAsync(RegionCode region, long old, long size, CancellationToken cancellation) =>
        Of(region, size).ConsistencyAsync(old, size, cancellation);

    public ValueTask<IReadOnlyList<Digest>> TileAsync(RegionCode region, Tile tile, CancellationToken cancellation) =>
        new JournalTiles(trees, region).ReadAsync(tile, cancellation);

    private TreeProofs Of(RegionCode region, long size) => new(new JournalTiles(trees, region), size);
}
