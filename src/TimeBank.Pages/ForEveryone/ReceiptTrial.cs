using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TimeBank.Pages.Shell;
using TimeBank.Proofs;

namespace TimeBank.Pages.ForEveryone;

/// <summary>One step of checking a receipt, and whether it went well.</summary>
public sealed record TrialStep(bool IsGood, string Text);

/// <summary>
/// The check of a receipt by the server, for browsers that can't do it themselves: the steps of <c>Assets/check.js</c>, in the same order.
/// </summary>
/// <param name="Entry">The entry's text; null unless the receipt is sound: nothing of an unsound one is repeated.</param>
public sealed record ReceiptTrial(ImmutableArray<TrialStep> Steps, bool IsSound, string? Entry)
{
    private const int MaxKeys = 10;

    /// <param name="keys">Verifier keys, one a line.</param>
    public static ReceiptTrial Of(ReadOnlySpan<byte> receipt, string keys, Language l)
    {
        var steps = ImmutableArray.CreateBuilder<TrialStep>();
        TlogProof proof;
        try
        {
            proof = TlogProof.Parse(receipt);
        }
        catch (FormatException error)
        {
            return Failed(
                $"收据读不出来，可能不完整或被改动：{error.Message}", $"The receipt can't be read; it may be cut short or changed: {error.Message}");
        }
        Pass("收据的格式正确。", "The receipt is well-formed.");
        VerifierKey[] known;
        try
        {
            string[] lines = keys.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length is 0 or > MaxKeys) return Failed($"公钥须有 1 到 {MaxKeys} 行。", $"There must be 1 to {MaxKeys} keys, one a line.");
            known = [.. lines.Select(VerifierKey.Parse)];
        }
        catch (FormatException error)
        {
            return Failed($"公钥不对，可能抄错了：{error.Message}", $"This is no verifier key; it may be copied wrongly: {error.Message}");
        }
        string names = string.Join(", ", known.Select(key => key.Name));
        Pass($"公钥可用：{names}。", $"The key can be used: {names}.");
        Digest? leaf = Receipt.LeafOf(proof.Extra.Span);
        ReceiptStatus status = Receipt.Check(proof, leaf ?? default, known, SigningKey.Check);
        if (status == ReceiptStatus.UnknownKeys) return Failed("收据上没有这把公钥的签名。", "The receipt has no signature of this key.");
        if (status == ReceiptStatus.BadSignature)
            return Failed("签名不对：收据被改过，或签名是伪造的。", "The signature is wrong: the receipt was changed, or the signature is forged.");
        Pass("签名是这把公钥的主人签的。", "The signature was made by the owner of this key.");
        if (status == ReceiptStatus.NoCheckpoint) return Failed("签名的内容不是账簿的状态。", "What is signed is no state of a journal.");
        if (status == ReceiptStatus.OtherOrigin) return Failed("签名的是另一本账簿。", "The signature is of another journal than the key's.");
        var head = Checkpoint.Parse(proof.Checkpoint.Text);
        Pass($"签的是账簿 {head.Origin}，当时有 {head.Size} 笔分录。", $"It signs the journal {head.Origin}, which then had {head.Size} entries.");
        if (leaf is null)
        {
            return Failed(
                "收据里没有分录原文，这里不能再往下核对。持有原文的人可用 timebank check 核对。",
                "The receipt does not hold the entry, so it can't be checked further here. "
                    + "Whoever has the entry can check it with timebank check.");
        }
        Pass("由分录原文算出了它的散列。", "The entry's hash was worked out from the entry itself.");
        if (Refusal(status) is { } wrong) return Failed(wrong.Chinese, wrong.English);
        Pass($"散列通到签名的根值：这正是账簿的第 {proof.Index} 笔。", $"The hash leads to the signed root: this is entry {proof.Index} of the journal.");
        return new ReceiptTrial(steps.ToImmutable(), true, Encoding.UTF8.GetString(proof.Extra.Span[Receipt.SaltBytes..]));

        void Pass(string chinese, string english) => steps.Add(new TrialStep(true, l[chinese, english]));

        ReceiptTrial Failed(string chinese, string english)
        {
            steps.Add(new TrialStep(false, l[chinese, english]));
            return new ReceiptTrial(steps.ToImmutable(), false, null);
        }
    }

    /// <summary>The region at the end of the journal's name, such as 430211 of timebank.example/430211; empty if there is none.</summary>
    public static string RegionOf(ReadOnlySpan<byte> receipt)
    {
        try
        {
            string origin = TlogProof.Parse(receipt).Checkpoint.Text.Split('\n')[0];
            string last = origin[(origin.LastIndexOf('/') + 1)..];
            return last.Length == 6 && last.All(char.IsAsciiDigit) ? last : "";
        }
        catch (FormatException)
        {
            return "";
        }
    }

    /// <summary>The entry's facts in plain words; empty if its bytes are not an entry that this page knows.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts(Language l)
    {
        JsonElement entry;
        try
        {
            entry = JsonDocument.Parse(Entry ?? "").RootElement;
        }
        catch (JsonException)
        {
            return [];
        }
        if (Text(entry, "code") is not { Length: > 0 } code) return [];
        string amounts = entry.TryGetProperty("transfers", out JsonElement transfers) && transfers.ValueKind == JsonValueKind.Array
            ? string.Join(
                l["；", "; "], transfers.EnumerateArray().Select(one => AmountOf(one, l)).Where(text => text.Length > 0).Distinct()) : "";
        bool timed = DateTimeOffset.TryParse(Text(entry, "time"), CultureInfo.InvariantCulture, out DateTimeOffset time);
        (string Name, string Value)[] facts =
        [
            (l["事项", "What"], Labels.Of(UpperSnake(code), l)),
            (l["记账时间", "Recorded"],
                timed ? Written.Moment(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time), l) : ""),
            (l["业务日期", "Day"], Text(entry, "effective")),
            (l["数额", "Amount"], amounts),
            (l["备注", "Remark"], Text(entry, "memo")),
        ];
        return [.. facts.Where(fact => fact.Value.Length > 0)];
    }

    /// <summary>An event's name as the contract writes it: GiftHours is GIFT_HOURS.</summary>
    public static string UpperSnake(string name) => string.Concat(
        name.Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private static (string Chinese, string English)? Refusal(ReceiptStatus status) => status switch
    {
        ReceiptStatus.OutOfRange => ("签名的账簿还没有这么多分录。", "The signed journal has no entry of this index."),
        ReceiptStatus.ProofTooShort => ("收据的散列少了。", "The receipt lacks hashes."),
        ReceiptStatus.ProofTooLong => ("收据的散列多了。", "The receipt has hashes too many."),
        ReceiptStatus.OtherRoot =>
            ("分录或散列被改过，算不出签名的根值。", "The entry or a hash was changed: they do not lead to the signed root."),
        _ => null,
    };

    private static string AmountOf(JsonElement transfer, Language l) =>
        transfer.ValueKind == JsonValueKind.Object && transfer.TryGetProperty("posted", out JsonElement posted)
        && posted.ValueKind == JsonValueKind.Number && posted.TryGetInt64(out long value)
            ? Written.Amount(value, Text(transfer, "unit"), l) : "";

    private static string Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
}
