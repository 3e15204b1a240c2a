using System.CommandLine;
using System.Text;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// <c>witness</c>: cosigns that a journal only grew. It remembers the last head that it signed and signs none that contradicts it.
/// </summary>
internal static class WitnessCommand
{
    public static Command Of(CommandFactory make)
    {
        Option<string> key = make.Option("--key", "账簿的公钥，或存公钥的文件", "the journal's verifier key, or a file of it", required: true);
        Option<string> own = make.Option("--own-key", "见证人自己的私钥文件；没有则新建", "the witness's own key file; made where it is missing",
            required: true);
        Option<string> name = make.Option("--name", "见证人的名称，如 witness.example/zhuzhou",
            "the witness's name, such as witness.example/zhuzhou", required: true);
        Option<string> state = make.Option("--state", "记住上次所见的文件", "the file that remembers what was seen last", required: true);
        Option<string> output = make.Option("--out", "会签的检查点写到哪个文件", "the file for the cosigned checkpoint", required: true);
        output.Aliases.Add("-o");
        return make.Command("witness", "核对账簿只增不改，并会签", "check that the journal only grew, and cosign it", [key, own, name, state, output],
            async (session, parsed) =>
        {
            IReadOnlyList<VerifierKey> keys = VerifierKeys.Read([parsed.GetValue(key)!], SignatureType.Ed25519);
            using SigningKey signing = OwnKey(parsed.GetValue(own)!);
            NoteSigner signer = Signer(signing, parsed.GetValue(name)!);
            using FileStream turn = TakeTurn(parsed.GetValue(state)!);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Region));
            SignedCheckpoint answer = await client.GetCheckpointAsync(new GetCheckpointRequest { Parent = session.Region },
                cancellationToken: session.Cancellation);
            var (note, head) = Read(answer.Note, keys, "GetCheckpoint");
            if (Seen(parsed.GetValue(state)!, keys) is { } seen) await CompareAsync(client, session, seen, head);
            // Remember the head before anybody sees the signature: a crash in between then forgets no signature.
            ProofFile.Write(parsed.GetValue(state)!, note.ToString());
            SignedNote cosigned = note.With(signer.Sign(note.Text, TimeProvider.System.GetUtcNow()));
            ProofFile.Write(parsed.GetValue(output)!, cosigned.ToString());
            Language language = session.Language;
            session.Screen.Show(answer, () =>
            {
                session.Screen.Line(language[$"{head.Origin}：{head.Size} 笔分录，已会签，写入 {parsed.GetValue(output)}。",
                    $"{head.Origin}: {head.Size} entries, cosigned in {parsed.GetValue(output)}."]);
                session.Screen.Line(language[$"见证人公钥：{signer.Key}", $"The witness's verifier key: {signer.Key}"]);
            });
        });
    }

    private static async Task CompareAsync(LedgerService.LedgerServiceClient client, Session session, Checkpoint seen, Checkpoint head)
    {
        if (head.Size < seen.Size)
        {
            throw new ProofException(
                $"拒绝会签：账簿退回了。上次见到 {seen.Size} 笔，现在只有 {head.Size} 笔。",
                    $"Not cosigned: the journal went back. {seen.Size} entries were seen last, and now there are {head.Size}.");
        }
        IReadOnlyList<Digest> proof = [];
        if (head.Size > seen.Size && seen.Size > 0)
        {
            ConsistencyProof answer = await client.GetConsistencyProofAsync(
                new GetConsistencyProofRequest { Parent = session.Region, OldTreeSize = seen.Size, NewTreeSize = head.Size },
                    cancellationToken: session.Cancellation);
            proof = answer.Hashes.Any(hash => hash.Length != Digest.Size)
                ? [default] : [.. answer.Hashes.Select(hash => new Digest(hash.Span))];
        }
        if (MerkleProof.CheckConsistency(seen.Size, head.Size, seen.Root, head.Root, proof) != ProofStatus.Sound)
        {
            throw new ProofException(
                $"拒绝会签：账簿分叉了。现在的 {head.Size} 笔不是从上次见到的 {seen.Size} 笔接下来的。",
                $"Not cosigned: the journal forked. Its {head.Size} entries don't begin with the {seen.Size} that were seen last.");
        }
    }

    private static Checkpoint? Seen(string path, IReadOnlyList<VerifierKey> keys) => File.Exists(path)
        ? Read(Encoding.UTF8.GetString(ProofFile.Read(path)), keys, path).Head : null;

    private static (SignedNote Note, Checkpoint Head) Read(string text, IReadOnlyList<VerifierKey> keys, string where)
    {
        try
        {
            var note = SignedNote.Parse(text);
            var head = Checkpoint.Parse(note.Text);
            VerifierKey[] own = [.. keys.Where(key => key.Name == head.Origin)];
            if (own.Length == 0) throw new FormatException($"the checkpoint is of {head.Origin}, not of the key's journal.");
            return note.Check(own, SigningKey.Check) switch
            {
                NoteStatus.Signed => (note, head),
                NoteStatus.UnknownKeys => throw new FormatException("the checkpoint isn't signed by this key."),
                NoteStatus.BadSignature => throw new FormatException("the signature doesn't fit the checkpoint."),
            };
        }
        catch (FormatException error)
        {
            throw new ProofException($"拒绝会签：{where}：{error.Message}", $"Not cosigned: {where}: {error.Message}");
        }
    }

    private static SigningKey OwnKey(string path)
    {
        try
        {
            return SigningKey.Read(OwnerOnlyFile.ReadOrCreate(path, SigningKey.Create))[0];
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"私钥文件 {path} 不能用：{error.Message}", $"The key file {path} can't be used: {error.Message}");
        }
    }

    private static NoteSigner Signer(SigningKey key, string name)
    {
        try
        {
            return key.Signer(name, SignatureType.Cosignature);
        }
        catch (FormatException error)
        {
            throw new UsageException($"名称不能用：{error.Message}", $"The name can't be used: {error.Message}");
        }
    }

    /// <summary>Lets one witness work at a time: nobody may step in between remembering and signing.</summary>
    private static FileStream TakeTurn(string state)
    {
        try
        {
            return new FileStream($"{state}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{state} 正被另一个见证人使用，或不能写：{error.Message}",
                $"{state} is used by another witness, or can't be written: {error.Message}");
        }
    }
}
