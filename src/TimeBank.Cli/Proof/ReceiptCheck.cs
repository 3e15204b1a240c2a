using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TimeBank.Ledger;
using TimeBank.Server;

namespace TimeBank.Cli;

/// <summary><c>check</c>: whether a receipt is sound, with nothing but the keys that the reader trusts. It asks no server.</summary>
internal static class ReceiptCheck
{
    public static Command Of(Kit kit)
    {
        Argument<string> file = kit.Argument("file", "收据文件（.tlog-proof）", "the receipt (.tlog-proof)");
        var keys = new Option<string[]>("--key") { Description = kit.Language["账簿的公钥，或存公钥的文件；可写多次", "a verifier key of the journal, or a file of them; may be given several times"], Required = true };
        var witnesses = new Option<string[]>("--witness") { Description = kit.Language["见证人的公钥：每一位都须会签过", "a witness's verifier key: each must have cosigned"] };
        Option<string> entry = kit.Option("--entry-file", "分录原文，收据里没有时用", "the entry's bytes, where the receipt hasn't got them");
        Option<string> salt = kit.Option("--salt", "分录的盐值（32 位十六进制），与 --entry-file 同用", "the entry's salt (32 hexadecimal digits), with --entry-file");
        return kit.Command("check", "离线验证收据", "check a receipt offline", [file, keys, witnesses, entry, salt], (session, parsed) =>
        {
            string path = parsed.GetValue(file)!;
            IReadOnlyList<VerifierKey> known = VerifierKeys.Read(parsed.GetValue(keys)!, SignatureType.Ed25519), cosigners = VerifierKeys.Read(parsed.GetValue(witnesses) ?? [], SignatureType.Cosignature);
            TlogProof proof = Read(path);
            byte[] data = EntryOf(proof, parsed.GetValue(entry), parsed.GetValue(salt));
            ReceiptStatus status = Receipt.Check(proof, Receipt.LeafOf(data)!.Value, [.. known, .. cosigners], SigningKey.Check);
            VerifierKey? silent = cosigners.FirstOrDefault(key => proof.Checkpoint.Check([key], SigningKey.Check) != NoteStatus.Signed);
            Show(session.Screen, proof, data, status, silent);
            return Task.FromResult(status == ReceiptStatus.Sound && silent is null ? ExitCode.Ok : ExitCode.Refused);
        });
    }

    private static TlogProof Read(string path)
    {
        try
        {
            return TlogProof.Parse(ProofFile.Read(path));
        }
        catch (FormatException error)
        {
            throw ProofText.Malformed(path, error);
        }
    }

    /// <summary>Salt and bytes: from the receipt, or from whoever has them.</summary>
    private static byte[] EntryOf(TlogProof proof, string? entryFile, string? salt)
    {
        if (entryFile is null && salt is null)
        {
            return Receipt.LeafOf(proof.Extra.Span) is not null
                ? proof.Extra.ToArray()
                : throw new UsageException("收据里没有分录原文，请用 --entry-file 和 --salt 给出。", "The receipt doesn't hold the entry: give it with --entry-file and --salt.");
        }
        if (entryFile is null || salt is not { Length: 2 * Receipt.SaltBytes } || !salt.All(char.IsAsciiHexDigit))
        {
            throw new UsageException("--entry-file 和 --salt（32 位十六进制）须同时给出。", "--entry-file and --salt (32 hexadecimal digits) go together.");
        }
        return [.. Convert.FromHexString(salt), .. ProofFile.Read(entryFile)];
    }

    private static void Show(Screen screen, TlogProof proof, byte[] data, ReceiptStatus status, VerifierKey? silent)
    {
        Language language = screen.Language;
        string verdict = status == ReceiptStatus.Sound && silent is not null
            ? language[$"无效：见证人 {silent.Name} 没有会签。", $"Not sound: the witness {silent.Name} hasn't cosigned."]
            : ProofText.Of(status, language);
        bool sound = status == ReceiptStatus.Sound && silent is null;
        Checkpoint? head = status is ReceiptStatus.UnknownKeys or ReceiptStatus.BadSignature or ReceiptStatus.NoCheckpoint ? null : Checkpoint.Parse(proof.Checkpoint.Text);
        string entry = Encoding.UTF8.GetString(data.AsSpan(Receipt.SaltBytes));
        if (screen.IsJson)
        {
            screen.Raw(JsonSerializer.Serialize(new { sound, status = EnumText.UpperSnake(status.ToString()), message = verdict, origin = head?.Origin, treeSize = head?.Size, index = proof.Index, entry = sound ? entry : null }));
            return;
        }
        screen.Line(verdict);
        // Nothing of what isn't sound is worth repeating.
        if (!sound) return;
        screen.Facts(
            "",
            (language["账簿", "journal"], head!.Origin),
            (language["序号", "index"], $"{proof.Index}"),
            (language["账簿分录数", "entries signed"], $"{head.Size}"),
            (language["会签时间", "cosigned"], string.Join(", ", proof.Checkpoint.Signatures.Select(signature => Cosignature.TimeOf(signature.Bytes.Span) is { } time and < int.MaxValue
                ? $"{signature.Name} {DateTimeOffset.FromUnixTimeSeconds((long)time).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : "").Where(text => text.Length > 0))));
        screen.Raw(entry);
    }
}
