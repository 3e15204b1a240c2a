using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TimeBank.Proofs;

namespace TimeBank.Cli;

/// <summary><c>check</c>: tells whether a receipt is sound, by the keys that the reader trusts alone. Asks no server.</summary>
internal static class ReceiptCheck
{
    public static Command Of(CommandFactory make)
    {
        Argument<string> file = make.Argument("file", "收据文件（.tlog-proof）", "the receipt (.tlog-proof)");
        var keys = new Option<string[]>(
            "--key")
        {
            Description = make.Language["账簿的公钥，或存公钥的文件；可写多次",
            "a verifier key of the journal, or a file of them; may be given several times"], Required = true
        };
        var witnesses = new Option<string[]>(
            "--witness")
        { Description = make.Language["见证人的公钥：每一位都须会签过", "a witness's verifier key: each must have cosigned"] };
        Option<string> entry = make.Option("--entry-file", "分录原文，收据里没有时用", "the entry's bytes, where the receipt hasn't got them");
        Option<string> salt = make.Option("--salt", "分录的盐值（32 位十六进制），与 --entry-file 同用",
            "the entry's salt (32 hexadecimal digits), with --entry-file");
        return make.Command("check", "离线验证收据", "check a receipt offline", [file, keys, witnesses, entry, salt], (session, parsed) =>
        {
            string path = parsed.GetValue(file)!;
            IReadOnlyList<VerifierKey> known = VerifierKeys.Read(parsed.GetValue(keys)!, SignatureType.Ed25519),
                cosigners = VerifierKeys.Read(parsed.GetValue(witnesses) ?? [], SignatureType.Cosignature);
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

    /// <summary>Salt and bytes of the entry: from the receipt, or from the options of the command.</summary>
    private static byte[] EntryOf(TlogProof proof, string? entryFile, string? salt)
    {
        if (entryFile is null && salt is null)
        {
            return Receipt.LeafOf(proof.Extra.Span) is not null
                ? proof.Extra.ToArray()
                : throw new UsageException("收据里没有分录原文，请用 --entry-file 和 --salt 给出。",
                "The receipt doesn't hold the entry: give it with --entry-file and --salt.");
        }
        if (entryFile is null || salt is not { Length: 2 * Receipt.SaltBytes } || !salt.All(char.IsAsciiHexDigit))
        {
            throw new UsageException("--entry-file 和 --salt（32 位十六进制）须同时给出。",
                "--entry-file and --salt (32 hexadecimal digits) go together.");
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
        Checkpoint? head = status is ReceiptStatus.UnknownKeys or ReceiptStatus.BadSignature or ReceiptStatus.NoCheckpoint
            ? null : Checkpoint.Parse(proof.Checkpoint.Text);
        string entry = Encoding.UTF8.GetString(data.AsSpan(Receipt.SaltBytes));
        if (screen.IsJson)
        {
            screen.Raw(new JsonObject
            {
                ["sound"] = sound, ["status"] = EnumText.UpperSnake(status.ToString()), ["message"] = verdict,
                ["origin"] = head?.Origin, ["treeSize"] = head?.Size, ["index"] = proof.Index, ["entry"] = sound ? entry : null,
            });
            return;
        }
        screen.Line(verdict);
        // Repeat nothing of an unsound receipt.
        if (!sound) return;
        screen.Facts(
            "",
            (language["账簿", "journal"], head!.Origin),
            (language["序号", "index"], $"{proof.Index}"),
            (language["账簿分录数", "entries signed"], $"{head.Size}"),
            (language["会签时间", "cosigned"],
            string.Join(
            ", ", proof.Checkpoint.Signatures.Select(signature => Cosignature.TimeOf(signature.Bytes.Span) is { } time and < int.MaxValue
                ? $"{signature.Name} "
                    + $"{DateTimeOffset.FromUnixTimeSeconds((long)time).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
                        : "").Where(text => text.Length > 0))));
        screen.Raw(entry);
    }
}

/// <summary>Files of proofs: read whole, and written so that a crash leaves the old or the new file.</summary>
internal static class ProofFile
{
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"读不了 {path}：{error.Message}", $"{path} can't be read: {error.Message}");
        }
    }

    public static void Write(string path, string text)
    {
        try
        {
            string draft = $"{path}.new";
            using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
            using (var writer = new StreamWriter(stream))
            {
                writer.Write(text);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"写不了 {path}：{error.Message}", $"{path} can't be written: {error.Message}");
        }
    }
}

/// <summary>The result of a check in words.</summary>
internal static class ProofText
{
    public static string Of(ReceiptStatus status, Language language) => status switch
    {
        ReceiptStatus.Sound => language["有效：这笔分录在已签名的账簿里。", "Sound: the entry is in the signed journal."],
        ReceiptStatus.UnknownKeys => language["无效：检查点上没有这把公钥的签名。", "Not sound: the checkpoint has no signature by this key."],
        ReceiptStatus.BadSignature =>
        language["无效：签名与检查点不符，检查点被改过或签名是伪造的。", "Not sound: the signature doesn't fit the checkpoint; one of them was changed or forged."],
        ReceiptStatus.NoCheckpoint => language["无效：签名的内容不是检查点。", "Not sound: what is signed is no checkpoint."],
        ReceiptStatus.OtherOrigin => language["无效：检查点属于另一本账簿，不是这把公钥的。", "Not sound: the checkpoint is of another journal than the key's."],
        ReceiptStatus.OutOfRange => language["无效：已签名的账簿没有这个序号。", "Not sound: the signed journal has no entry of this index."],
        ReceiptStatus.ProofTooShort => language["无效：证明缺少哈希值。", "Not sound: the proof lacks hashes."],
        ReceiptStatus.ProofTooLong => language["无效：证明多出哈希值。", "Not sound: the proof has hashes too many."],
        ReceiptStatus.OtherRoot => language["无效：分录、盐值、序号或哈希值被改过，与已签名的账簿不符。",
        "Not sound: the entry, its salt, its index or a hash was changed; they don't lead to the signed root."],
    };

    public static UsageException Malformed(string path, FormatException error) =>
        new($"{path} 格式不对：{error.Message}", $"{path} isn't as it must be: {error.Message}");
}

/// <summary>Verifier keys from the command line: keys, or files with one key a line.</summary>
internal static class VerifierKeys
{
    /// <exception cref="UsageException">A text is no key of this type.</exception>
    public static IReadOnlyList<VerifierKey> Read(IEnumerable<string> texts, SignatureType type) =>
        [.. texts.SelectMany(Lines).Select(line => Parse(line, type))];

    private static IEnumerable<string> Lines(string text) => File.Exists(text)
        ? Encoding.UTF8.GetString(ProofFile.Read(text)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : [text];

    private static VerifierKey Parse(string text, SignatureType type)
    {
        try
        {
            var key = VerifierKey.Parse(text);
            return key.Type == type ? key : throw new FormatException($"The key of {key.Name} is of another type than 0x{(byte)type:x2}.");
        }
        catch (FormatException error)
        {
            throw new UsageException($"公钥不对（应为 名称+编号+公钥）：{error.Message}", $"Not a verifier key (name+id+key): {error.Message}");
        }
    }
}
