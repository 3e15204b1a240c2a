using TimeBank.Ledger;

namespace TimeBank.Cli;

/// <summary>What checking came to, in words.</summary>
internal static class ProofText
{
    public static string Of(ReceiptStatus status, Language language) => status switch
    {
        ReceiptStatus.Sound => language["有效：这笔分录在已签名的账簿里。", "Sound: the entry is in the signed journal."],
        ReceiptStatus.UnknownKeys => language["无效：检查点上没有这把公钥的签名。", "Not sound: the checkpoint has no signature by this key."],
        ReceiptStatus.BadSignature => language["无效：签名与检查点不符，检查点被改过或签名是伪造的。", "Not sound: the signature doesn't fit the checkpoint; one of them was changed or forged."],
        ReceiptStatus.NoCheckpoint => language["无效：签名的内容不是检查点。", "Not sound: what is signed is no checkpoint."],
        ReceiptStatus.OtherOrigin => language["无效：检查点属于另一本账簿，不是这把公钥的。", "Not sound: the checkpoint is of another journal than the key's."],
        ReceiptStatus.OutOfRange => language["无效：已签名的账簿没有这个序号。", "Not sound: the signed journal has no entry of this index."],
        ReceiptStatus.ProofTooShort => language["无效：证明缺少哈希值。", "Not sound: the proof lacks hashes."],
        ReceiptStatus.ProofTooLong => language["无效：证明多出哈希值。", "Not sound: the proof has hashes too many."],
        ReceiptStatus.OtherRoot => language["无效：分录、盐值、序号或哈希值被改过，与已签名的账簿不符。", "Not sound: the entry, its salt, its index or a hash was changed; they don't lead to the signed root."],
    };

    public static UsageException Malformed(string path, FormatException error) => new($"{path} 格式不对：{error.Message}", $"{path} isn't as it must be: {error.Message}");
}
