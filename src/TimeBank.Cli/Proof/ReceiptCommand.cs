using System.CommandLine;
using System.Text;
using Grpc.Core;
using TimeBank.Proofs;
using TimeBank.V1;
using Failures = TimeBank.Cli.Failure;

namespace TimeBank.Cli;

/// <summary><c>receipt</c>: writes the proof that an entry is in the signed journal to a file.</summary>
internal static class ReceiptCommand
{
    private const string NotSignedYet = "NOT_SIGNED_YET";
    private const int Attempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Of(CommandFactory make)
    {
        Option<string> entry = make.Option("--entry", "分录序号或编号", "the entry's index or id", required: true);
        var output = new FileOption(make, "写到哪个文件（.tlog-proof）", "the file to write (.tlog-proof)", required: true);
        return make.Command("receipt", "取得一笔分录的收据，可离线验证", "get an entry's receipt, which can be checked offline", [entry, .. output.All],
            async (session, parsed) =>
        {
            OutFile file = output.Read(parsed)!;
            string name = session.Name("entries", parsed.GetValue(entry)!), path = file.Path;
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, name));
            InclusionProof answer = await GetAsync(client, name, session.Cancellation);
            TlogProof proof = Read(answer);
            await file.SaveAsync(Encoding.UTF8.GetBytes(proof.ToString()));
            Language language = session.Language;
            session.Screen.Show(answer, () =>
            {
                session.Screen.Line(language[$"分录 {proof.Index} 的收据已写入 {path}。", $"The receipt of entry {proof.Index} is in {path}."]);
                if (proof.Extra.IsEmpty) session.Screen.Line(
                    language["您无权看这笔分录的原文，收据里没有；须由持有人提供。",
                    "You may not read the entry itself, so it isn't in the receipt; whoever has it must bring it."]);
                session.Screen.Line(
                    language[$"验证：timebank check {path} --key 账簿公钥", $"To check it: timebank check {path} --key VERIFIER-KEY"]);
            });
        });
    }

    /// <summary>Waits for a new entry: the server signs it within a second.</summary>
    public static async Task<InclusionProof> GetAsync(LedgerService.LedgerServiceClient client, string name,
        CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await client.GetInclusionProofAsync(new GetInclusionProofRequest { Name = name }, cancellationToken: cancellation);
            }
            catch (RpcException error) when (Failures.ReasonOf(error) == NotSignedYet && attempt < Attempts)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>Checks that the server's answer fits together. The signer is not checked here: the reader's key does that.</summary>
    /// <exception cref="ProofException">It doesn't.</exception>
    public static TlogProof Read(InclusionProof answer)
    {
        try
        {
            var proof = new TlogProof(
                answer.Entry.IsEmpty ? default : (byte[])[.. answer.Salt.Span, .. answer.Entry.Span], answer.Index,
                [.. answer.Hashes.Select(hash => new Digest(hash.Span))], SignedNote.Parse(answer.Checkpoint));
            var head = Checkpoint.Parse(proof.Checkpoint.Text);
            var leaf = new Digest(answer.Leaf.Span);
            bool holds = (proof.Extra.IsEmpty || Receipt.LeafOf(proof.Extra.Span) == leaf)
                && MerkleProof.CheckInclusion(proof.Index, head.Size, leaf, proof.Hashes, head.Root) == ProofStatus.Sound;
            return holds ? proof : throw new FormatException("The proof doesn't lead to the root.");
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new ProofException($"服务器给的证明不成立：{error.Message}", $"The server's proof doesn't hold: {error.Message}");
        }
    }
}
