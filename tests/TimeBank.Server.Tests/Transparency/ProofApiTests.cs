using System.Buffers.Binary;
using System.Net;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ProofApiTests(TestServer server)
{
    private const string Region = "regions/430211";
    private static int _requests;

    private LedgerService.LedgerServiceClient Auditor => new(server.As(Role.Auditor));

    [Fact]
    public async Task Checkpoint_is_signed_by_the_key_that_it_names()
    {
        await WriteAsync();
        SignedCheckpoint answer = await SignedAsync(1);

        var note = SignedNote.Parse(answer.Note);
        var head = Checkpoint.Parse(note.Text);
        Assert.Equal((Region, "timebank.example/430211", head.Size), (answer.Region, answer.Origin, answer.TreeSize));
        Assert.Equal(head.Root, new Digest(answer.Root.Span));
        Assert.Equal(NoteStatus.Signed, note.Check([VerifierKey.Parse(Assert.Single(answer.VerifierKeys))], SigningKey.Check));
    }

    [Fact]
    public async Task Inclusion_is_proved_by_index_and_by_id_for_those_who_may_read_the_entry_with_the_entry()
    {
        string elder = NewId();
        JournalEntry entry = await WriteAsync(elder);
        SignedCheckpoint signed = await SignedAsync(entry.Index + 1);
        VerifierKey[] keys = [VerifierKey.Parse(signed.VerifierKeys[0])];

        InclusionProof[] full =
        [
            await Auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{entry.Index}" }),
            await Auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{entry.Id}" }),
            await new LedgerService.LedgerServiceClient(server.As(Role.Elder, $"{Region}/elders/{elder}"))
            .GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{entry.Index}" }),
        ];
        foreach (InclusionProof proof in full)
        {
            Assert.Equal(($"{Region}/entries/{entry.Index}", entry.Index), (proof.Name, proof.Index));
            Assert.Equal(EntryCodec.Encode(entry), proof.Entry.ToByteArray());
            Assert.Equal(new Digest(proof.Leaf.Span), MerkleFrontier.EntryLeaf(proof.Salt.Span, proof.Entry.Span));
            Assert.Equal(ReceiptStatus.Sound, Receipt.Check(Of(proof), new Digest(proof.Leaf.Span), keys, SigningKey.Check));
        }
        // Other callers get a proof that does not reveal the entry.
        foreach (CallInvoker other in new[] { server.As(Role.Elder, $"{Region}/elders/{NewId()}"),
            server.As(Role.Volunteer, $"regions/{TestServer.Lusong}/volunteers/{elder}"), server.As(Role.Counter) })
        {
            InclusionProof proof = await new LedgerService.LedgerServiceClient(other)
                .GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{entry.Index}" });
            Assert.True(proof.Salt.IsEmpty && proof.Entry.IsEmpty);
            Assert.Equal(ReceiptStatus.Sound, Receipt.Check(Of(proof), new Digest(proof.Leaf.Span), keys, SigningKey.Check));
        }
    }

    [Fact]
    public async Task Consistency_is_proved_between_any_two_sizes_that_are_signed()
    {
        for (int at = 0; at < 3; at++) await WriteAsync();
        SignedCheckpoint signed = await SignedAsync(3);
        ConsistencyProof two = await Auditor.GetConsistencyProofAsync(
            new GetConsistencyProofRequest { Parent = Region, OldTreeSize = 1, NewTreeSize = 2 });
        ConsistencyProof all = await Auditor.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = Region, OldTreeSize = 1 });

        Digest first = (await server.Services.GetRequiredService<ITreeStore>().LeavesAsync(RegionCode.Parse("430211"), 0, 1, default))[0];
        Assert.Equal((1, 2), (two.OldTreeSize, two.NewTreeSize));
        var head = Checkpoint.Parse(SignedNote.Parse(all.Checkpoint).Text);
        Assert.Equal(head.Size, all.NewTreeSize);
        Assert.True(head.Size >= signed.TreeSize);
        Assert.Equal(ProofStatus.Sound,
            MerkleProof.CheckConsistency(1, head.Size, first, head.Root, [.. all.Hashes.Select(hash => new Digest(hash.Span))]));
        Assert.Empty((await Auditor.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = Region })).Hashes);
    }

    [Fact]
    public async Task What_is_not_signed_or_not_there_is_refused()
    {
        await SignedAsync((await WriteAsync()).Index + 1);
        LedgerService.LedgerServiceClient client = Auditor;

        await client.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = Region, OldTreeSize = 3, NewTreeSize = 2 })
            .IsRefusedAsync(Reason.InvalidField);
        await client.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = Region, OldTreeSize = -1 })
            .IsRefusedAsync(Reason.InvalidField);
        await client.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = Region, NewTreeSize = long.MinValue })
            .IsRefusedAsync(Reason.InvalidField);
        await client.GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{long.MaxValue}" })
            .IsRefusedAsync(Reason.EntryNotFound);
        await client.GetInclusionProofAsync(new GetInclusionProofRequest { Name = $"{Region}/entries/{new string('f', 32)}" })
            .IsRefusedAsync(Reason.EntryNotFound);
        foreach (
            string name in new[] { $"{Region}/entries/-1", $"{Region}/entries/00", $"{Region}/entries/01", $"{Region}/entries/",
            $"{Region}/entries/abc", $"{Region}/accounts/0", $"{Region}/entries/9223372036854775808",
            $"{Region}/entries/{new string('g', 32)}" })
        {
            await client.GetInclusionProofAsync(new GetInclusionProofRequest { Name = name }).IsRefusedAsync(Reason.InvalidField);
        }
        var elsewhere = new LedgerService.LedgerServiceClient(server.As(Role.Auditor, "", "", "430182"));
        await elsewhere.GetCheckpointAsync(new GetCheckpointRequest { Parent = "regions/430182" }).IsRefusedAsync(Reason.NotSignedYet);
    }

    [Fact]
    public async Task A_size_beyond_the_journal_is_a_wrong_field_and_one_within_it_is_not_signed_yet()
    {
        // No signer watches this writer, so its entries aren't signed.
        const string region = "430111", parent = $"regions/{region}";
        var writer = new LedgerWriter(
            RegionCode.Parse(region), server.Services.GetRequiredService<ILedgerStore>(), new BusinessClock(TimeProvider.System),
                new RandomSaltSource(), new LedgerOptions(), NullLogger.Instance);
        for (int at = 0; at < 2; at++) Assert.Null((await writer.SubmitAsync(Issue())).Refusal);
        var client = new LedgerService.LedgerServiceClient(server.As(Role.Auditor, "", "", region));

        await client.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = parent, OldTreeSize = 1, NewTreeSize = 2 })
            .IsRefusedAsync(Reason.NotSignedYet);
        await client.GetConsistencyProofAsync(new GetConsistencyProofRequest { Parent = parent, NewTreeSize = 3 })
            .IsRefusedAsync(Reason.InvalidField, "new_tree_size");
        await client.GetConsistencyProofAsync(
            new GetConsistencyProofRequest { Parent = parent, OldTreeSize = 1L << 62, NewTreeSize = 1L << 62 })
            .IsRefusedAsync(Reason.InvalidField, "old_tree_size", "new_tree_size");
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("verifier-keys")]
    [InlineData("tile/0/000.p/1")]
    [InlineData("tile/entries/000.p/1")]
    public async Task Head_answers_as_get_does_without_the_body(string path)
    {
        await SignedAsync((await WriteAsync()).Index + 1);
        using var http = new HttpClient { BaseAddress = new Uri(server.Http, "/regions/430211/") };

        using HttpResponseMessage got = await http.GetAsync(path),
            asked = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (got.StatusCode, asked.StatusCode));
        Assert.Equal(got.Content.Headers.ContentType, asked.Content.Headers.ContentType);
        Assert.Equal(got.Headers.CacheControl, asked.Headers.CacheControl);
        Assert.True(asked.Content.Headers.ContentLength > 0);
        Assert.Empty(await asked.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage missing = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"../999999/{path}"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Tree_is_served_as_static_tiles_from_which_anybody_derives_the_signed_root()
    {
        await SignedAsync((await WriteAsync()).Index + 1);
        using var http = new HttpClient { BaseAddress = new Uri(server.Http, "/regions/430211/") };

        using HttpResponseMessage checkpoint = await http.GetAsync("checkpoint");
        Assert.Equal(("text/plain", "utf-8", "public, max-age=1"),
            (checkpoint.Content.Headers.ContentType!.MediaType, checkpoint.Content.Headers.ContentType.CharSet,
            $"{checkpoint.Headers.CacheControl}"));
        var note = SignedNote.Parse(await checkpoint.Content.ReadAsByteArrayAsync());
        VerifierKey[] keys =
            [.. (await http.GetStringAsync("verifier-keys")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(VerifierKey.Parse)];
        Assert.Equal(NoteStatus.Signed, note.Check(keys, SigningKey.Check));
        var head = Checkpoint.Parse(note.Text);

        MerkleFrontier tree = MerkleFrontier.Empty, fromEntries = MerkleFrontier.Empty;
        for (long index = 0; index * Tile.FullWidth < head.Size; index++)
        {
            string path = Tile.Of(0, index, head.Size).Path;
            using HttpResponseMessage tile = await http.GetAsync($"tile/0/{path}");
            Assert.Equal(("application/octet-stream", true),
                (tile.Content.Headers.ContentType!.MediaType,
                $"{tile.Headers.CacheControl}".Contains("immutable", StringComparison.Ordinal)));
            foreach (byte[] hash in (await tile.Content.ReadAsByteArrayAsync()).Chunk(Digest.Size)) tree = tree.Append(new Digest(hash));
            byte[] bundle = await http.GetByteArrayAsync($"tile/entries/{path}");
            for (int at = 0; at < bundle.Length;)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
                fromEntries = fromEntries.Append(MerkleFrontier.Leaf(bundle.AsSpan(at + 2, length)));
                at += 2 + length;
            }
        }
        Assert.Equal((head.Size, head.Root), (tree.Size, tree.Root));
        Assert.Equal((head.Size, head.Root), (fromEntries.Size, fromEntries.Root));
    }

    [Theory]
    [InlineData("tile/0/999")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000.p/1")]
    [InlineData("tile/-1/000.p/1")]
    [InlineData("tile/7/000.p/1")]
    [InlineData("tile/64/000.p/1")]
    [InlineData("tile/99999999999/000.p/1")]
    [InlineData("tile/0/x000/000.p/1")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/entries/999")]
    [InlineData("tile/entries/000.p/01")]
    [InlineData("tile/entries/..%2f..%2fcheckpoint")]
    [InlineData("tile/data/000.p/1")]
    [InlineData("../430182/checkpoint")]
    [InlineData("../999999/checkpoint")]
    [InlineData("../999999/verifier-keys")]
    [InlineData("../nowhere/tile/0/000.p/1")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        await SignedAsync((await WriteAsync()).Index + 1);
        using var http = new HttpClient { BaseAddress = new Uri(server.Http, "/regions/430211/") };

        using HttpResponseMessage answer = await http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    private static TlogProof Of(InclusionProof proof) =>
        new(default, proof.Index, [.. proof.Hashes.Select(hash => new Digest(hash.Span))], SignedNote.Parse(proof.Checkpoint));

    private static string NewId() => $"{Interlocked.Increment(ref _requests):D10}PF";

    private async Task<JournalEntry> WriteAsync(string? elder = null) =>
        (await server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(TestServer.Tianyuan).SubmitAsync(Issue(elder)))
            .Entry!;

    private static Proposal Issue(string? elder = null)
    {
        var header = new EntryHeader(
            EntryId.Of("PROOFS", new Guid(Interlocked.Increment(ref _requests), 1, 1, new byte[8])), Digest.Of([1]), "PROOFS", "",
                new DateOnly(2026, 10, 1), "", "", EntryHeader.NoDetails);
        return HourEntries.Issue(header, OpaqueId.Parse(elder ?? "0000000000PF"), new Minutes(1));
    }

    /// <summary>Waits for the first signed checkpoint of at least this many entries; signing takes a second at most.</summary>
    private async Task<SignedCheckpoint> SignedAsync(long size)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token))
        {
            try
            {
                SignedCheckpoint answer = await Auditor.GetCheckpointAsync(new GetCheckpointRequest { Parent = Region });
                if (answer.TreeSize >= size) return answer;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
            {
                // Not signed yet: ask again.
            }
        }
    }
}
